// Changes of a manifest by the editor: what is open shows them, undo takes them back, and they are saved at once, because the engine reads the file.
import * as vscode from 'vscode';
import { validateDataset } from '../../config/checkDataset.ts';
import { withExcluded, withSplits } from '../../config/editManifest.ts';
import type { Remedy } from '../../protocol/datasetReport.ts';
import type { Splits } from '../../schema/dataset.ts';
import { UserError } from '../../util/userError.ts';
import type { Engine } from '../training/engine.ts';

/** Leaves out the rows of all findings that the remedies are for; how many. */
export async function leaveOut(
  path: string,
  remedies: Remedy[],
  { engine, signal }: { engine: Engine; signal?: AbortSignal },
): Promise<number> {
  const before = (await savedDocument(path)).getText();
  const { rows, text } = await engine.call('fixDataset', { path, remedies }, { signal });
  await changeManifest(path, (now) => {
    // What somebody typed while the rows were looked for is not in the text that comes back.
    if (now !== before) throw changedMeanwhile(path);
    return text;
  });
  return rows;
}

/** Takes back what was left out for a reason, or all. */
export const putBack = (path: string, reason?: string): Promise<void> =>
  changeManifest(path, (text) => {
    const { dataset } = validateDataset(text);
    // Of a manifest that cannot be read nobody knows what it leaves out.
    if (!dataset) throw unreadable(path);
    const { exclude = [] } = dataset;
    return withExcluded(text, reason === undefined ? [] : exclude.filter((entry) => (entry.reason ?? '') !== reason));
  });

export const changeSplits = (path: string, splits: Splits | undefined): Promise<void> =>
  changeManifest(path, (text) => withSplits(text, splits));

async function changeManifest(path: string, change: (text: string) => string): Promise<void> {
  const document = await savedDocument(path);
  const before = document.getText();
  const after = change(before);
  if (after === before) return;
  const edit = new vscode.WorkspaceEdit();
  const { start, end, text } = differenceOf(before, after);
  edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
  const isDone = (await vscode.workspace.applyEdit(edit)) && (await document.save());
  if (!isDone) throw notSaved(path);
}

/** The editor's own copy, without changes that the file does not have. */
async function savedDocument(path: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(path));
  if (document.isDirty && !(await document.save())) throw notSaved(path);
  return document;
}

const notSaved = (path: string): UserError =>
  new UserError({
    code: 'dataset.notSaved',
    message: vscode.l10n.t('{0} could not be changed.', vscode.workspace.asRelativePath(path)),
    remedy: vscode.l10n.t('Look whether the file may be written.'),
  });

const changedMeanwhile = (path: string): UserError =>
  new UserError({
    code: 'dataset.changed',
    message: vscode.l10n.t('{0} was changed in the meantime.', vscode.workspace.asRelativePath(path)),
    remedy: vscode.l10n.t('Do it again.'),
  });

const unreadable = (path: string): UserError =>
  new UserError({
    code: 'dataset.manifest',
    message: vscode.l10n.t('{0} is not a dataset that can be read.', vscode.workspace.asRelativePath(path)),
    remedy: vscode.l10n.t('Its problems stand in the Problems panel.'),
  });

/** What differs, without the common start and end: the cursor of an open editor stays where it is. */
function differenceOf(before: string, after: string): { start: number; end: number; text: string } {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let same = 0;
  while (same < shorter - start && before[before.length - 1 - same] === after[after.length - 1 - same]) same++;
  return { start, end: before.length - same, text: after.slice(start, after.length - same) };
}
