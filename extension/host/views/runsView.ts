// The tree of runs, newest first, live while one trains.
import * as vscode from 'vscode';
import type { RunSummary } from '../../protocol/dashboardContract.ts';
import { isActive } from '../../schema/run.ts';
import { ITEM } from '../manifest/ids.ts';
import { formatPercent } from '../training/duration.ts';
import { createThrottled } from './coalesce.ts';
import { runDescription, runFacts, statusIcon } from './runText.ts';
import type { RunNode } from './treeItems.ts';
import type { WorkspaceCatalog } from './workspaceCatalog.ts';

const PROGRESS_INTERVAL_MS = 1000;

export class RunsView implements vscode.TreeDataProvider<RunNode>, vscode.Disposable {
  readonly #catalog: WorkspaceCatalog;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  #summaries = new Map<string, RunSummary>();
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(catalog: WorkspaceCatalog) {
    this.#catalog = catalog;
    const throttled = createThrottled(() => this.#changed.fire(), PROGRESS_INTERVAL_MS);
    this.#subscriptions = [
      throttled,
      this.#changed,
      catalog.onChange(() => this.#changed.fire()),
      catalog.onProgress(() => throttled.request()),
    ];
  }

  getChildren(node?: RunNode): RunNode[] {
    if (node) return [];
    const summaries = this.#catalog.summaries();
    this.#summaries = new Map(summaries.map((summary) => [summary.id, summary]));
    return summaries.map(({ id }) => ({ kind: 'run', runId: id }));
  }

  getTreeItem({ runId }: RunNode): vscode.TreeItem {
    const run = this.#summaries.get(runId);
    const item = new vscode.TreeItem(run?.name ?? runId);
    item.id = runId;
    if (!run) return item;
    const { icon, color } = statusIcon(run.status);
    item.iconPath = new vscode.ThemeIcon(icon, color ? new vscode.ThemeColor(color) : undefined);
    item.description = describe(run);
    item.tooltip = tooltipOf(run);
    item.contextValue = contextOf(run);
    item.accessibilityInformation = { label: `${run.name}, ${run.status}, ${item.description}` };
    item.command = {
      command: 'gatescope.dashboard.open',
      title: vscode.l10n.t('Open Dashboard'),
      arguments: [{ kind: 'run', runId } satisfies RunNode],
    };
    return item;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

function describe(run: RunSummary): string {
  const text = runDescription(run, run.durationS);
  if (!isActive(run.status) || !run.progress) return text;
  return `${formatPercent(run.progress.fraction)} · ${text}`;
}

function contextOf({ status, task }: RunSummary): string {
  if (status === 'paused') return ITEM.runPaused;
  if (isActive(status)) return ITEM.runActive;
  return task === 'languageModel' ? ITEM.writerEnded : ITEM.runEnded;
}

function tooltipOf(run: RunSummary): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendText(run.name);
  for (const [name, value] of runFacts(run, run.durationS)) {
    text.appendMarkdown('\n\n');
    text.appendText(`${name}: ${value}`);
  }
  return text;
}
