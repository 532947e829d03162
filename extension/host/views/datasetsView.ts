// The tree of data: datasets with their findings and rows, then data files by experiment, missing ones marked. Data is dropped here to be imported.
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { DatasetFinding } from '../../protocol/datasetReport.ts';
import { UserError } from '../../util/userError.ts';
import type { ExperimentReader } from '../config/experimentReader.ts';
import {
  findingItem,
  foundRowItem,
  isManifestTreeNode,
  type ManifestTreeNode,
  manifestItem,
} from '../datasets/datasetNodes.ts';
import { type DatasetDeps, reportOf } from '../datasets/lookAtDataset.ts';
import { ITEM } from '../manifest/ids.ts';
import { type DatasetFacts, datasetFacts, datasetName, namedSources } from './datasetFacts.ts';
import type { ExperimentNode } from './treeItems.ts';
import type { WorkspaceCatalog } from './workspaceCatalog.ts';

type Node = ExperimentNode | DatasetFacts | ManifestTreeNode;

const URI_LIST = 'text/uri-list';

export class DatasetsView
  implements vscode.TreeDataProvider<Node>, vscode.TreeDragAndDropController<Node>, vscode.Disposable
{
  readonly dropMimeTypes = [URI_LIST];
  readonly dragMimeTypes = [];
  readonly #catalog: WorkspaceCatalog;
  readonly #reader: ExperimentReader;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #deps: DatasetDeps;
  readonly #subscription: vscode.Disposable;
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(catalog: WorkspaceCatalog, reader: ExperimentReader, deps: DatasetDeps) {
    this.#deps = deps;
    this.#catalog = catalog;
    this.#reader = reader;
    this.#subscription = vscode.Disposable.from(
      catalog.onChange(() => this.#changed.fire()),
      deps.datasets.onChange(() => this.#changed.fire()),
    );
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (!node) {
      return [
        ...this.#deps.datasets.paths.map((path) => ({ kind: 'manifest' as const, path })),
        ...(await this.#experiments()),
      ];
    }
    if (isManifestTreeNode(node)) return this.#withinManifest(node);
    if (node.kind === 'dataset') return [];
    const experiment = await this.#reader.read(node.configPath);
    if (!experiment) return [];
    return datasetFacts(node.configPath, experiment, this.#catalog.runs.ofConfig(node.configPath));
  }

  /** Those that name files; what is in the datasets of the others stands above already. */
  async #experiments(): Promise<ExperimentNode[]> {
    const experiments = this.#catalog.configPaths.map(async (configPath): Promise<ExperimentNode[]> => {
      const experiment = await this.#reader.read(configPath);
      const hasFiles = experiment && namedSources(experiment, dirname(configPath)).length > 0;
      return hasFiles ? [{ kind: 'experiment', configPath }] : [];
    });
    return (await Promise.all(experiments)).flat();
  }

  /** The rows are looked at when somebody opens the dataset for the first time. */
  async #withinManifest(node: ManifestTreeNode): Promise<Node[]> {
    if (node.kind === 'finding') return node.finding.rows.map((row) => ({ kind: 'foundRow', row }));
    if (node.kind === 'foundRow' || !vscode.workspace.isTrusted) return [];
    const { path } = node;
    const findings = await this.#findings(path);
    return findings.map((finding) => ({ kind: 'finding', path, finding }));
  }

  /** A dataset that cannot be read says why in the place of its findings. */
  async #findings(path: string): Promise<DatasetFinding[]> {
    try {
      return (await reportOf(path, this.#deps)).findings;
    } catch (error) {
      if (!UserError.is(error)) throw error;
      const { code, message, remedy = '' } = error;
      return [{ code, severity: 'warning', count: 1, message, remedy, rows: [] }];
    }
  }

  async handleDrop(_target: Node | undefined, transfer: vscode.DataTransfer): Promise<void> {
    const list = await transfer.get(URI_LIST)?.asString();
    for (const line of list?.split(/\r?\n/) ?? []) {
      if (line === '' || line.startsWith('#')) continue;
      await vscode.commands.executeCommand('gatescope.dataset.import', vscode.Uri.parse(line, true));
    }
  }

  getTreeItem(node: Node): vscode.TreeItem {
    if (node.kind === 'manifest') return manifestItem(node, this.#deps.datasets.report(node.path));
    if (node.kind === 'finding') return findingItem(node);
    if (node.kind === 'foundRow') return foundRowItem(node);
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
