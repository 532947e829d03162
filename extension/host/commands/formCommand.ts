// Opens the form of a config: beside its text where that is looked at, else in its place.
import * as vscode from 'vscode';
import { FORM_VIEW_TYPE } from '../manifest/ids.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import type { CommandApi } from './commandApi.ts';
import { configFor } from './targets.ts';

export function createFormCommand(catalog: WorkspaceCatalog): Pick<CommandApi, 'gatescope.experiment.openForm'> {
  return {
    async 'gatescope.experiment.openForm'(target) {
      const path = await configFor(target, catalog);
      const isText = vscode.window.activeTextEditor?.document.uri.fsPath === path;
      const column = isText ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
      await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(path), FORM_VIEW_TYPE, column);
      return path;
    },
  };
}
