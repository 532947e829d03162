// The dialog for a file or a folder. Those of Windows and Linux show one kind or the other (with both asked for, folders alone), so there the kind is asked first.
import * as vscode from 'vscode';
import { CancelledError } from '../../util/userError.ts';

/** Path of what was chosen. Throws CancelledError. */
export async function chooseFileOrFolder(options: vscode.OpenDialogOptions & { title: string }): Promise<string> {
  const kinds = offersBoth() ? { canSelectFiles: true, canSelectFolders: true } : await askKind(options.title);
  const found = await vscode.window.showOpenDialog({ ...options, ...kinds });
  if (!found?.[0]) throw new CancelledError();
  return found[0].fsPath;
}

/** In a browser, and of files elsewhere, VS Code shows a dialog of its own. */
function offersBoth(): boolean {
  const isNative = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  return !isNative || process.platform === 'darwin';
}

async function askKind(title: string): Promise<Pick<vscode.OpenDialogOptions, 'canSelectFiles' | 'canSelectFolders'>> {
  const file = { label: vscode.l10n.t('$(file) A File…'), canSelectFiles: true, canSelectFolders: false };
  const folder = { label: vscode.l10n.t('$(folder) A Folder…'), canSelectFiles: false, canSelectFolders: true };
  const picked = await vscode.window.showQuickPick([file, folder], { title });
  if (!picked) throw new CancelledError();
  return { canSelectFiles: picked.canSelectFiles, canSelectFolders: picked.canSelectFolders };
}
