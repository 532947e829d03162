// Over the probes of a config: look at their gates in its latest run. A text on a line of its own has a link of its own.
import * as vscode from 'vscode';
import type { InspectArguments } from '../commands/commandApi.ts';
import type { CommandId } from '../commands/commandTable.ts';
import { hasWeights } from '../commands/targets.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import { isConfig } from './configDiagnostics.ts';
import { probesOf } from './probeTexts.ts';

export class ProbeCodeLens implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #catalog: WorkspaceCatalog;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(catalog: WorkspaceCatalog) {
    this.#catalog = catalog;
    this.#subscriptions = [this.#changed, catalog.onChange(() => this.#changed.fire())];
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const probes = isConfig(document) ? probesOf(document.getText()) : undefined;
    if (!probes) return [];
    const head = document.positionAt(probes.offset);
    const run = this.#catalog.runs.ofConfig(document.uri.fsPath).find(hasWeights);
    if (!run) return [lens(head, vscode.l10n.t('Train to keep the gates of these texts at every epoch'))];
    const inspect = (text: string): InspectArguments => ({ runId: run.manifest.id, text });
    const ofTexts = probes.texts
      .map(({ text, offset }) => ({ text, at: document.positionAt(offset) }))
      .filter(({ at }, index, all) => at.line !== head.line && at.line !== all[index - 1]?.at.line)
      .map(({ text, at }) => lens(at, vscode.l10n.t('Inspect'), inspect(text)));
    const title = `$(telescope) ${vscode.l10n.t('Inspect gates in {0}', run.manifest.name)}`;
    return [lens(head, title, inspect(probes.texts[0].text)), ...ofTexts];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

/** Without arguments a text that does nothing when it is clicked. */
function lens(at: vscode.Position, title: string, inspect?: InspectArguments): vscode.CodeLens {
  const command: CommandId | '' = inspect ? 'gatescope.inspector.open' : '';
  return new vscode.CodeLens(new vscode.Range(at, at), { title, command, arguments: inspect && [inspect] });
}
