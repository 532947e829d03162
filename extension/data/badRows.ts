// Counting the rows that cannot be used. Invariant: each is counted, the first are kept with place and reason, none is silent.

import { DataError } from './dataError.ts';
import type { BadRow } from './types.ts';

const MAX_KEPT = 1000;
const MAX_LISTED = 10;

export class RowCount {
  read = 0;
  skipped = 0;
  readonly bad: BadRow[] = [];

  addBad(row: BadRow): void {
    this.skipped++;
    if (this.bad.length < MAX_KEPT) this.bad.push(row);
  }

  /** Lines for a log; empty where all rows were good. */
  describe(path: string): string[] {
    if (this.skipped === 0) return [];
    return [`${path}: ${this.skipped} of ${this.read} rows cannot be used and are skipped.`, ...this.#list()];
  }

  #list(): string[] {
    const lines = this.bad.slice(0, MAX_LISTED).map(({ path, line, detail }) => `${path}:${line}: ${detail}`);
    return this.skipped > lines.length ? [...lines, `… and ${this.skipped - lines.length} more`] : lines;
  }

  /** Throws DataError `data.badRows` where more than `maxShare` of the rows are bad, `data.empty` where none is left. */
  check(path: string, maxShare: number, configPath: readonly (string | number)[]): void {
    if (this.skipped > this.read * maxShare) {
      const [first] = this.bad;
      throw new DataError({
        code: 'data.badRows',
        message: `${this.skipped} of ${this.read} rows of ${path} cannot be used, more than data.maxBadRowShare (${maxShare}) allows:\n${this.#list().join('\n')}\n`,
        remedy: 'Mend them, check format and columns, or raise data.maxBadRowShare.',
        place: { path: first.path, line: first.line },
        configPath: [...configPath, 'path'],
      });
    }
    if (this.read - this.skipped > 0) return;
    throw new DataError({
      code: 'data.empty',
      message: `${path} holds no examples.`,
      remedy: 'Name a file with data, or check format and columns.',
      configPath: [...configPath, 'path'],
    });
  }
}
