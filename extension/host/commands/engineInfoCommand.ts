// Show Engine Information: what computes here and how fast, as a read-only document.
import * as vscode from 'vscode';
import { engineInfoText } from '../../protocol/engineInfo.ts';
import type { Engine } from '../training/engine.ts';
import { readSetting } from '../training/settings.ts';
import type { CommandApi } from './commandApi.ts';
import type { ReadOnlyDocuments } from './readOnlyDocuments.ts';

export interface EngineInfoDeps {
  engine: Engine;
  documents: ReadOnlyDocuments;
}

export function createEngineInfoCommand({
  engine,
  documents,
}: EngineInfoDeps): Pick<CommandApi, 'gatescope.engine.showInformation'> {
  return {
    async 'gatescope.engine.showInformation'() {
      const uri = vscode.window.activeTextEditor?.document.uri;
      const path = uri?.scheme === 'file' ? uri.fsPath : undefined;
      const settings = { backend: readSetting('engine.backend', path), threads: readSetting('engine.threads', path) };
      const info = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Gatescope: looking at the engine') },
        () => engine.call('engineInfo', settings),
      );
      await documents.show('Engine information.txt', engineInfoText(info));
      return info;
    },
  };
}
