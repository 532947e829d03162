// Labels of a config's training data, for completion: from its latest run, else counted by the engine. Kept as long as the saved config is the same.
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { OfferedLabel } from '../../config/complete/completion.ts';
import type { CompletionDeps } from './configCompletion.ts';

export class KnownLabels {
  readonly #deps: CompletionDeps;
  #last: { key: string; labels: Promise<OfferedLabel[]> } | undefined;

  constructor(deps: CompletionDeps) {
    this.#deps = deps;
  }

  /** None where the saved config cannot be read, or its data. */
  async of(configPath: string): Promise<readonly OfferedLabel[]> {
    const run = this.#deps.catalog.runs.ofConfig(configPath).find(({ manifest }) => manifest.labels.length > 0);
    if (run) return run.manifest.labels.map((label) => ({ label }));
    if (!vscode.workspace.isTrusted) return [];
    // The text in the editor is being typed: what is saved can be read as a config.
    const text = await readFile(configPath, 'utf8').catch(() => undefined);
    if (text === undefined) return [];
    const key = `${configPath}\n${text}`;
    if (this.#last?.key !== key) this.#last = { key, labels: this.#count(configPath, text) };
    return this.#last.labels;
  }

  async #count(configPath: string, text: string): Promise<OfferedLabel[]> {
    const request = { configPath, text, part: 'train', maxRows: 1 } as const;
    // Problems says what is wrong with a config or its data; here it only means that there is nothing to offer.
    const preview = await this.#deps.engine.call('preview', request).catch(() => undefined);
    return preview?.labels ?? [];
  }
}
