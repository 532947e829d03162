// The tree of data files, by experiment. Missing ones are marked.
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { ExperimentReader } from '../config/experimentReader.ts';
import { ITEM } from '../manifest/ids.ts';
import { type DatasetFacts, datasetFacts, datasetName } from './datasetFacts.ts';
import type { ExperimentNode } from './treeItems.ts';
import type { WorkspaceCatalog } from './workspaceCatalog.ts';

type Node = ExperimentNode | DatasetFacts;

export class DatasetsView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #catalog: WorkspaceCatalog;
  readonly #reader: ExperimentReader;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: vscode.Disposable;
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(catalog: WorkspaceCatalog, reader: ExperimentReader) {
    this.#catalog = catalog;
    this.#reader = reader;
    this.#subscription = catalog.onChange(() => this.#changed.fire());
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (!node) return this.#catalog.configPaths.map((configPath) => ({ kind: 'experiment', configPath }));
    if (node.kind === 'dataset') return [];
    const experiment = await this.#reader.read(node.configPath);
    if (!experiment) return [];
    return datasetFacts(node.configPath, experiment, this.#catalog.runs.ofConfig(node.configPath));
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return node.kind === 'dataset' ? datasetItem(node) : groupItem(node);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

function groupItem({ configPath }: ExperimentNode): vscode.TreeItem {
  const name = basename(configPath).replace(/\.gatescope\.json$/, '');
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Expanded);
  item.id = configPath;
  item.tooltip = vscode.workspace.asRelativePath(configPath);
  return item;
}

function datasetItem(facts: DatasetFacts): vscode.TreeItem {
  const item = new vscode.TreeItem(datasetName(facts));
  item.id = `${facts.configPath}|${facts.part}`;
  item.tooltip = facts.path;
  if (!facts.isThere) {
    item.description = vscode.l10n.t('{0} · missing', facts.part);
    item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
    item.contextValue = ITEM.datasetMissing;
    item.command = {
      command: 'vscode.open',
      title: vscode.l10n.t('Open Config'),
      arguments: [vscode.Uri.file(facts.configPath)],
    };
    return item;
  }
  const rows = facts.rows === undefined ? undefined : vscode.l10n.t('{0} rows', facts.rows.toLocaleString('en'));
  const labels = facts.labels === undefined ? undefined : vscode.l10n.t('{0} labels', facts.labels);
  const tokens =
    facts.tokens === undefined ? undefined : vscode.l10n.t('{0} tokens', facts.tokens.toLocaleString('en'));
  item.description = [facts.part, rows, labels, tokens].filter((part) => part !== undefined).join(' · ');
  item.iconPath = new vscode.ThemeIcon('file-text');
  item.resourceUri = vscode.Uri.file(facts.path);
  item.contextValue = ITEM.dataset;
  item.command = {
    command: 'gatescope.data.preview',
    title: vscode.l10n.t('Preview Data'),
    arguments: [facts],
  };
  return item;
}
