// What patterns of fineTune mean for this model: a line over `freeze` with a count, which opens the list of groups, and names on hover.
import * as vscode from 'vscode';
import { findFreezeKey, findPatterns } from '../../config/fineTuneText.ts';
import type { CommandId } from '../commands/commandTable.ts';
import { isConfig, rangeOf } from './configDiagnostics.ts';
import type { ConfigChecker } from './configProblem.ts';
import { countText, type ParameterCounts } from './parameterCounts.ts';

class FreezeCodeLens extends vscode.CodeLens {
  readonly names: string[];
  readonly document: vscode.TextDocument;

  constructor(document: vscode.TextDocument, range: vscode.Range, names: string[]) {
    super(range);
    this.document = document;
    this.names = names;
  }
}

export class FreezeLens implements vscode.CodeLensProvider<FreezeCodeLens>, vscode.HoverProvider {
  readonly #checker: ConfigChecker;
  readonly #counts: ParameterCounts;

  constructor(checker: ConfigChecker, counts: ParameterCounts) {
    this.#checker = checker;
    this.#counts = counts;
  }

  provideCodeLenses(document: vscode.TextDocument): FreezeCodeLens[] {
    if (!isConfig(document)) return [];
    const text = document.getText();
    const { experiment } = this.#checker.checkShape(text);
    const key = findFreezeKey(text);
    if (!experiment?.fineTune || !key) return [];
    const frozen = new Set(experiment.fineTune.freeze);
    const names = findPatterns(text, experiment).flatMap((place) => (frozen.has(place.pattern) ? place.names : []));
    return [new FreezeCodeLens(document, rangeOf(document, key), [...new Set(names)])];
  }

  async resolveCodeLens(lens: FreezeCodeLens): Promise<FreezeCodeLens> {
    const { document, names } = lens;
    const plan = names.length > 0 ? await this.#counts.plan(document.uri.fsPath, document.getText()) : undefined;
    const title =
      names.length === 0
        ? `$(unlock) ${vscode.l10n.t('Nothing is frozen')}`
        : `$(lock) ${vscode.l10n.t('Freeze: {0}', countText(names, plan))}`;
    const command: CommandId = 'gatescope.experiment.freezeLayers';
    lens.command = { title, command, arguments: [document.uri] };
    return lens;
  }

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    if (!isConfig(document)) return undefined;
    const text = document.getText();
    const { experiment } = this.#checker.checkShape(text);
    if (!experiment) return undefined;
    const place = findPatterns(text, experiment).find((candidate) => rangeOf(document, candidate).contains(position));
    if (!place || place.names.length === 0) return undefined;
    const plan = await this.#counts.plan(document.uri.fsPath, text);
    const shapes = new Map(plan?.parameters.map(({ name, shape }) => [name, shape]));
    const lines = place.names.map((name) => `${name}${shapes.has(name) ? `  [${shapes.get(name)!.join(', ')}]` : ''}`);
    const words = new vscode.MarkdownString();
    words.appendText(countText(place.names, plan)).appendCodeblock(lines.join('\n'), 'text');
    return new vscode.Hover(words, rangeOf(document, place));
  }
}
