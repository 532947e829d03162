// Registers every command of the table behind one wrapper. Invariant: no command rejects: its error is reported, and the caller gets undefined.
import * as vscode from 'vscode';
import type { CommandApi } from './commandApi.ts';
import type { CommandId } from './commandTable.ts';
import { reportError } from './reportError.ts';

export function registerCommands(api: CommandApi, log: vscode.LogOutputChannel): vscode.Disposable {
  const registrations = (Object.keys(api) as CommandId[]).map((id) => {
    const run = api[id] as (...args: unknown[]) => unknown;
    return vscode.commands.registerCommand(id, async (...args: unknown[]) => {
      try {
        return await run(...args);
      } catch (error) {
        reportError(error, log);
        return undefined;
      }
    });
  });
  return vscode.Disposable.from(...registrations);
}
