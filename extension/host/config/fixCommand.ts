// What a quick fix does beside its edits, as a command: the same for the editor's bulb and for the form.
import { dirname, resolve } from 'node:path';
import * as vscode from 'vscode';
import type { CommandId } from '../commands/commandTable.ts';
import type { FixAction } from './configProblem.ts';

export function commandOf({ uri }: vscode.TextDocument, action: FixAction, title: string): vscode.Command {
  const fileOf = (path: string): vscode.Uri => vscode.Uri.file(resolve(dirname(uri.fsPath), path));
  if (action.kind === 'importDataset') {
    const file = action.path === undefined ? [] : [fileOf(action.path)];
    return { title, command: 'gatescope.dataset.import' satisfies CommandId, arguments: file };
  }
  const at = new vscode.Position(action.line - 1, action.column - 1);
  return { title, command: 'vscode.open', arguments: [fileOf(action.path), { selection: new vscode.Range(at, at) }] };
}
