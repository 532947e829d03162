// Reads configs from open editors first, else from disk. Cached by text, because views ask often.
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Experiment } from '../../schema/experiment.ts';
import type { ConfigChecker } from './configProblem.ts';

/** The document of a config when an editor holds it. */
export function openDocument(path: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === path);
}

export class ExperimentReader {
  readonly #checker: ConfigChecker;
  readonly #cache = new Map<string, { text: string; experiment: Experiment | undefined }>();

  constructor(checker: ConfigChecker) {
    this.#checker = checker;
  }

  /** The text that counts now: what the editor shows, saved or not. Undefined when there is no such file. */
  async text(configPath: string): Promise<string | undefined> {
    const document = openDocument(configPath);
    if (document) return document.getText();
    try {
      return await readFile(configPath, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Undefined when the config is missing or not valid. */
  async read(configPath: string): Promise<Experiment | undefined> {
    const text = await this.text(configPath);
    if (text === undefined) return undefined;
    const cached = this.#cache.get(configPath);
    if (cached?.text === text) return cached.experiment;
    const { experiment } = this.#checker.checkShape(text);
    this.#cache.set(configPath, { text, experiment });
    return experiment;
  }
}
