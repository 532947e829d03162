// Over a key that sizes or times depend on: what this very experiment comes to with it. The engine reads the data for it, once.
import * as vscode from 'vscode';
import { effectPlace } from '../../config/effectKeys.ts';
import type { RunEstimate } from '../../protocol/estimate.ts';
import { estimateLines, wholeRunLine } from '../../protocol/estimate.ts';
import { resolveExperiment } from '../../schema/resolved.ts';
import { UserError } from '../../util/userError.ts';
import type { Engine } from '../training/engine.ts';
import { engineSettings } from '../training/settings.ts';
import { isConfig, rangeOf } from './configDiagnostics.ts';
import type { ConfigChecker } from './configProblem.ts';

export class EffectHover implements vscode.HoverProvider {
  readonly #checker: ConfigChecker;
  readonly #engine: Pick<Engine, 'call'>;

  constructor(checker: ConfigChecker, engine: Pick<Engine, 'call'>) {
    this.#checker = checker;
    this.#engine = engine;
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    if (!isConfig(document) || !vscode.workspace.isTrusted) return undefined;
    const text = document.getText();
    const place = effectPlace(text, document.offsetAt(position));
    const { experiment } = this.#checker.checkShape(text);
    if (!place || !experiment) return undefined;
    const estimate = await this.#estimate(document, token);
    if (!estimate) return undefined;
    const { epochs } = resolveExperiment(experiment, '').training;
    const words = new vscode.MarkdownString();
    const lines = [...estimateLines(estimate), ...wholeRunLine(estimate, epochs)];
    words.appendMarkdown([`**${vscode.l10n.t('This experiment')}**`, ...lines.map(escaped)].join('\n\n'));
    return new vscode.Hover(words, rangeOf(document, place));
  }

  /** Undefined where the config, its data or the weights to start from cannot be read: Problems says why. */
  async #estimate(document: vscode.TextDocument, token: vscode.CancellationToken): Promise<RunEstimate | undefined> {
    const { fsPath } = document.uri;
    const controller = new AbortController();
    const subscription = token.onCancellationRequested(() => controller.abort());
    try {
      const request = { configPath: fsPath, text: document.getText(), engine: engineSettings(fsPath) };
      return await this.#engine.call('estimate', request, { signal: controller.signal });
    } catch (error) {
      if (UserError.is(error) || controller.signal.aborted) return undefined;
      throw error;
    } finally {
      subscription.dispose();
    }
  }
}

/** As plain text. appendText would make spaces unbreakable, and long lines run out of the hover. */
const escaped = (text: string): string => text.replace(/[\\`*_{}[\]()#+\-.!|<>~&]/g, '\\$&');
