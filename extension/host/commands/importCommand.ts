// Import Weights: a file of another library, its tokens, the table of what becomes of each tensor, and then a run.
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { ImportRequest } from '../../protocol/engineContract.ts';
import { type ImportPreview, importSummary, importText } from '../../protocol/importPreview.ts';
import { readRun } from '../../store/runStore.ts';
import { CancelledError, UserError } from '../../util/userError.ts';
import { requireTrust } from '../training/trainCommand.ts';
import type { CommandApi } from './commandApi.ts';
import type { ReadOnlyDocuments } from './readOnlyDocuments.ts';
import type { RunActionDeps } from './runActions.ts';
import { withCancel } from './withCancel.ts';

export interface ImportDeps extends RunActionDeps {
  documents: ReadOnlyDocuments;
}

/** How files of weights end. */
export const WEIGHT_FILES = ['safetensors', 'pt', 'pth', 'th', 'h5', 'hdf5', 'keras', 'npz', 'onnx', 'json'];

export function createImportCommand(deps: ImportDeps): Pick<CommandApi, 'gatescope.run.import'> {
  const { catalog, engine, documents } = deps;
  return {
    async 'gatescope.run.import'(target) {
      requireTrust(vscode.l10n.t('Import'));
      const folder = workspaceFolder();
      const path = target instanceof vscode.Uri ? target.fsPath : await pickWeights();
      const vocabulary = await pickVocabulary(basename(path));
      const request: ImportRequest = { path, ...(vocabulary !== undefined && { vocabulary }) };
      const name = basename(path);
      const preview = await withCancel(vscode.l10n.t('Looking at {0}', name), (signal) =>
        engine.call('planImport', request, { signal }),
      );
      await documents.show(`Import of ${name}.txt`, importText(preview));
      const isPartial = await confirm(name, preview);
      const { runDir } = await withCancel(vscode.l10n.t('Importing {0}', name), (signal) =>
        engine.call('importWeights', { request, target: { folder, isPartial } }, { signal }),
      );
      const run = await readRun(runDir);
      catalog.put(run);
      void vscode.window.showInformationMessage(vscode.l10n.t('{0} is a run now.', run.manifest.name));
      return run.manifest.id;
    },
  };
}

function workspaceFolder(): string {
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
  if (folder) return folder.uri.fsPath;
  throw new UserError({
    code: 'import.noFolder',
    message: vscode.l10n.t('An imported run needs a folder to lie in.'),
    remedy: vscode.l10n.t('Open a folder first.'),
  });
}

async function pickWeights(): Promise<string> {
  const found = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('File of weights'),
    filters: { [vscode.l10n.t('Weights')]: WEIGHT_FILES },
    openLabel: vscode.l10n.t('Look at It'),
  });
  if (!found?.[0]) throw new CancelledError();
  return found[0].fsPath;
}

/** Undefined where the user has none. */
async function pickVocabulary(name: string): Promise<string | undefined> {
  const choose = { label: vscode.l10n.t('$(file) Choose the file of tokens…'), hasFile: true };
  const none = {
    label: vscode.l10n.t('$(circle-slash) Without tokens'),
    detail: vscode.l10n.t('The run can be fine-tuned, but it cannot read text.'),
    hasFile: false,
  };
  const picked = await vscode.window.showQuickPick([choose, none], {
    title: vscode.l10n.t('Import {0}', name),
    placeHolder: vscode.l10n.t('Tokens of the model: one a line, or JSON with ids by token'),
  });
  if (!picked) throw new CancelledError();
  if (!picked.hasFile) return undefined;
  const found = await vscode.window.showOpenDialog({ title: vscode.l10n.t('Tokens of the model') });
  if (!found?.[0]) throw new CancelledError();
  return found[0].fsPath;
}

/** Whether only what fits is to be imported. Throws where the user declines, or where nothing can be imported. */
async function confirm(name: string, preview: ImportPreview): Promise<boolean> {
  const { problems, reservations } = preview;
  if (problems.length > 0) {
    throw new UserError({
      code: 'import.misfit',
      message: vscode.l10n.t('{0} does not make a model of Gatescope: {1}', name, problems[0]),
      remedy: vscode.l10n.t('The open document says more.'),
    });
  }
  const isWhole = reservations.length === 0;
  const button = isWhole ? vscode.l10n.t('Import') : vscode.l10n.t('Import What Fits');
  const question = isWhole
    ? vscode.l10n.t('Import {0} as the open document says?', name)
    : vscode.l10n.t('Not all of {0} fits. Import the rest?', name);
  const detail = isWhole ? importSummary(preview) : reservations.slice(0, 5).join('\n');
  const ask = isWhole ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  if ((await ask(question, { modal: true, detail }, button)) !== button) {
    throw new CancelledError();
  }
  return !isWhole;
}
