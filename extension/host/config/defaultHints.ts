// Hints in a config: the defaults that count where nothing is written, at the end of the last line of the object that lacks them.
import * as vscode from 'vscode';
import { unwrittenDefaults } from '../../config/writtenDefaults.ts';
import { readSetting } from '../training/settings.ts';
import { isConfig } from './configDiagnostics.ts';
import type { ConfigChecker } from './configProblem.ts';

export class DefaultHints implements vscode.InlayHintsProvider, vscode.Disposable {
  readonly #checker: ConfigChecker;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: vscode.Disposable;
  readonly onDidChangeInlayHints = this.#changed.event;

  constructor(checker: ConfigChecker) {
    this.#checker = checker;
    this.#subscription = vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('gatescope.config.defaultHints')) this.#changed.fire();
    });
  }

  provideInlayHints(document: vscode.TextDocument, range: vscode.Range): vscode.InlayHint[] {
    if (!isConfig(document) || !readSetting('config.defaultHints', document.uri.fsPath)) return [];
    const text = document.getText();
    const { experiment } = this.#checker.checkShape(text);
    if (!experiment) return [];
    const byLine = new Map<number, string[]>();
    for (const { offset, keys } of unwrittenDefaults(text, experiment)) {
      const { line } = document.positionAt(offset);
      byLine.set(line, [...(byLine.get(line) ?? []), ...keys.map(({ key, value }) => `${key}: ${value}`)]);
    }
    return [...byLine]
      .map(([line, words]) => hint(document.lineAt(line).range.end, words))
      .filter(({ position }) => range.contains(position));
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

function hint(position: vscode.Position, words: readonly string[]): vscode.InlayHint {
  const inlay = new vscode.InlayHint(position, words.join(', '));
  inlay.paddingLeft = true;
  inlay.tooltip = vscode.l10n.t(
    'Not written: these defaults count. Turn the hints off with gatescope.config.defaultHints.',
  );
  return inlay;
}
