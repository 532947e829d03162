// Renaming a dataset: F2 on its name in a config renames its manifest, and whichever way a manifest is renamed or moved, the configs that
// refer to it follow. All of it is one edit, which one undo takes back.
import { dirname, join, relative } from 'node:path';
import * as vscode from 'vscode';
import { locateDataset } from '../../config/locateDataset.ts';
import { type DatasetMention, type DatasetMove, datasetMentions, renameInConfig } from '../../config/renameDataset.ts';
import { DATASET_SUFFIX } from '../../schema/dataset.ts';
import { UserError } from '../../util/userError.ts';
import { createProbe } from './checkConfig.ts';
import { rangeOf } from './configDiagnostics.ts';
import type { ExperimentReader } from './experimentReader.ts';

export interface DatasetRenameDeps {
  reader: Pick<ExperimentReader, 'text'>;
  catalog: { readonly configPaths: readonly string[] };
}

export class DatasetRename implements vscode.RenameProvider, vscode.Disposable {
  readonly #deps: DatasetRenameDeps;
  readonly #subscription: vscode.Disposable;

  constructor(deps: DatasetRenameDeps) {
    this.#deps = deps;
    this.#subscription = vscode.workspace.onWillRenameFiles((event) => {
      const moves = event.files
        .map(({ oldUri, newUri }) => ({ from: oldUri.fsPath, to: newUri.fsPath }))
        .filter(isMove);
      if (moves.length > 0) event.waitUntil(this.#editsFor(moves));
    });
  }

  /** Throws where the cursor is not at the name of a dataset that is there: VS Code shows why. */
  async prepareRename(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<{ range: vscode.Range; placeholder: string }> {
    const { mention, path } = await this.#datasetAt(document, position);
    const { start, end } = mention;
    return { range: rangeOf(document, { start: start + 1, end: end - 1 }), placeholder: nameOf(path) };
  }

  async provideRenameEdits(
    document: vscode.TextDocument,
    position: vscode.Position,
    newName: string,
  ): Promise<vscode.WorkspaceEdit> {
    const { path } = await this.#datasetAt(document, position);
    const name = newName.trim().replace(/\.dataset\.json$/, '');
    if (name === '' || /[/\\:*?"<>|]/.test(name)) {
      throw new UserError({
        code: 'dataset.badName',
        message: vscode.l10n.t('"{0}" cannot be the name of a dataset: it becomes the name of a file.', newName),
      });
    }
    const to = join(dirname(path), name + DATASET_SUFFIX);
    // Texts first: when the file is renamed, its configs say the new name already.
    const edit = await this.#editsFor([{ from: path, to }]);
    edit.renameFile(vscode.Uri.file(path), vscode.Uri.file(to));
    return edit;
  }

  async #datasetAt(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<{ mention: DatasetMention; path: string }> {
    const mentions = datasetMentions(document.getText());
    const mention = mentions.find((candidate) => rangeOf(document, candidate).contains(position));
    if (!mention) throw new Error(vscode.l10n.t('Only the name of a dataset can be renamed here.'));
    const probe = createProbe(document.uri.fsPath);
    const manifest = await locateDataset(mention.name, probe);
    if (manifest === undefined) throw new Error(vscode.l10n.t('There is no dataset "{0}".', mention.name));
    return { mention, path: probe.resolve(manifest) };
  }

  async #editsFor(moves: readonly DatasetMove[]): Promise<vscode.WorkspaceEdit> {
    const edit = new vscode.WorkspaceEdit();
    for (const configPath of this.#deps.catalog.configPaths) {
      const text = await this.#deps.reader.text(configPath);
      if (text === undefined || !text.includes('"dataset"')) continue;
      const pathTo = (path: string): string => relative(dirname(configPath), path).replaceAll('\\', '/');
      for (const move of moves) {
        const edits = await renameInConfig(text, move, createProbe(configPath), pathTo);
        if (edits.length === 0) continue;
        const document = await vscode.workspace.openTextDocument(configPath);
        for (const { start, end, text: renamed } of edits)
          edit.replace(document.uri, rangeOf(document, { start, end }), renamed);
      }
    }
    return edit;
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}

function isMove({ from, to }: DatasetMove): boolean {
  return from.endsWith(DATASET_SUFFIX) && to.endsWith(DATASET_SUFFIX);
}

const nameOf = (path: string): string => path.replace(/^.*[/\\]/, '').slice(0, -DATASET_SUFFIX.length);
