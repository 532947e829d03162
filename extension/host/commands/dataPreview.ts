// Preview Data: how the rows of a config's data are understood, as a read-only document.
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../util/userError.ts';
import type { ExperimentReader } from '../config/experimentReader.ts';
import type { Engine } from '../training/engine.ts';
import { requireTrust } from '../training/trainCommand.ts';
import { type DataPart, isTreeNode } from '../views/treeItems.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import type { CommandApi } from './commandApi.ts';
import { previewText } from './previewText.ts';
import { configFor } from './targets.ts';

const SCHEME = 'gatescope-preview';
const MAX_ROWS = 100;

export interface PreviewDeps {
  engine: Engine;
  catalog: WorkspaceCatalog;
  reader: ExperimentReader;
}

export class DataPreviews implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #deps: PreviewDeps;
  readonly #texts = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #subscriptions: vscode.Disposable[];
  readonly onDidChange = this.#changed.event;

  constructor(deps: PreviewDeps) {
    this.#deps = deps;
    this.#subscriptions = [
      this.#changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#texts.delete(uri.toString())),
    ];
  }

  get commands(): Pick<CommandApi, 'gatescope.data.preview'> {
    return { 'gatescope.data.preview': (target) => this.#open(target) };
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? vscode.l10n.t('Run "Gatescope: Preview Data" again to see the data.');
  }

  async #open(target: unknown): Promise<void> {
    requireTrust(vscode.l10n.t('Preview'));
    const configPath = await configFor(target, this.#deps.catalog);
    const part = isTreeNode(target) && target.kind === 'dataset' ? target.part : 'train';
    const text = await this.#text(configPath, part);
    const name = basename(configPath).replace(/\.gatescope\.json$/, '');
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name} (${part}).txt`, query: configPath });
    this.#texts.set(uri.toString(), text);
    this.#changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true, viewColumn: vscode.ViewColumn.Active });
  }

  async #text(configPath: string, part: DataPart): Promise<string> {
    const text = await this.#deps.reader.text(configPath);
    if (text === undefined) {
      throw new UserError({
        code: 'config.notFound',
        message: vscode.l10n.t('{0} is no longer there.', configPath),
      });
    }
    const preview = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Reading data'), cancellable: true },
      (_progress, token) => {
        const controller = new AbortController();
        token.onCancellationRequested(() => controller.abort());
        const params = { configPath, text, part, maxRows: MAX_ROWS };
        return this.#deps.engine.call('preview', params, { signal: controller.signal });
      },
    );
    return previewText(preview, part);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}
