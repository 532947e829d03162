// The tree of experiments: every config of the workspace with what was made of it.
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { formatHeadline } from '../../protocol/scores.ts';
import { ITEM } from '../manifest/ids.ts';
import type { TrainingQueue } from '../training/trainingQueue.ts';
import { bestScoreOf } from './runList.ts';
import type { ExperimentNode } from './treeItems.ts';
import type { WorkspaceCatalog } from './workspaceCatalog.ts';

export class ExperimentsView implements vscode.TreeDataProvider<ExperimentNode>, vscode.Disposable {
  readonly #catalog: WorkspaceCatalog;
  readonly #queue: TrainingQueue;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: vscode.Disposable;
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(catalog: WorkspaceCatalog, queue: TrainingQueue) {
    this.#catalog = catalog;
    this.#queue = queue;
    this.#subscription = catalog.onChange(() => this.#changed.fire());
  }

  getChildren(node?: ExperimentNode): ExperimentNode[] {
    if (node) return [];
    return this.#catalog.configPaths.map((configPath) => ({ kind: 'experiment', configPath }));
  }

  getTreeItem({ configPath }: ExperimentNode): vscode.TreeItem {
    const uri = vscode.Uri.file(configPath);
    const item = new vscode.TreeItem(basename(configPath).replace(/\.gatescope\.json$/, ''));
    const isTraining = this.#queue.jobs.some((job) => job.configPath === configPath);
    item.id = configPath;
    item.description = this.#describe(configPath);
    item.tooltip = vscode.workspace.asRelativePath(uri);
    item.iconPath = new vscode.ThemeIcon(isTraining ? 'loading~spin' : 'beaker');
    item.contextValue = ITEM.experiment;
    item.command = { command: 'vscode.open', title: vscode.l10n.t('Open Config'), arguments: [uri] };
    return item;
  }

  #describe(configPath: string): string {
    const runs = this.#catalog.runs.ofConfig(configPath);
    if (runs.length === 0) return vscode.l10n.t('no runs');
    const count = runs.length === 1 ? vscode.l10n.t('1 run') : vscode.l10n.t('{0} runs', runs.length);
    const best = bestScoreOf(runs.map(({ manifest }) => manifest));
    return best ? `${count} · ${vscode.l10n.t('best')} ${formatHeadline(best.task, best.scores)}` : count;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}
