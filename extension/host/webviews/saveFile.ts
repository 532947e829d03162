// What a page wants to keep as a file: the user says where. A page never names a path.
import { join } from 'node:path';
import * as vscode from 'vscode';

/** False when the user chose no place. */
export async function saveFile(suggestedName: string, data: Uint8Array): Promise<boolean> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const defaultUri = folder ? vscode.Uri.joinPath(folder, suggestedName) : vscode.Uri.file(join('/', suggestedName));
  const target = await vscode.window.showSaveDialog({ defaultUri });
  if (!target) return false;
  await vscode.workspace.fs.writeFile(target, data);
  return true;
}
