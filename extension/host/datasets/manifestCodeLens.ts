// The line over a manifest: the dataset as a page, and an experiment made from it.
import * as vscode from 'vscode';
import type { CommandId } from '../commands/commandTable.ts';

export class ManifestCodeLens implements vscode.CodeLensProvider {
  provideCodeLenses({ uri }: vscode.TextDocument): vscode.CodeLens[] {
    const lens = (title: string, command: CommandId): vscode.CodeLens =>
      new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { title, command, arguments: [uri] });
    return [
      lens(`$(table) ${vscode.l10n.t('Open Dataset')}`, 'gatescope.dataset.open'),
      lens(`$(new-file) ${vscode.l10n.t('New Experiment')}`, 'gatescope.experiment.fromDataset'),
    ];
  }
}
