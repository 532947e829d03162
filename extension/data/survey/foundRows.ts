// Rows that a finding is about: all are counted, the first are kept, or all where a remedy needs them.
import type { FoundRow } from '../../protocol/datasetReport.ts';

export class FoundRows {
  readonly #maxKept: number;
  readonly #rows = new Map<string, FoundRow[]>();
  readonly #counts = new Map<string, number>();

  constructor(maxKept: number) {
    this.#maxKept = maxKept;
  }

  add(code: string, row: FoundRow): void {
    this.#counts.set(code, this.count(code) + 1);
    const rows = this.#rows.get(code) ?? [];
    if (rows.length < this.#maxKept) rows.push(row);
    this.#rows.set(code, rows);
  }

  count(code: string): number {
    return this.#counts.get(code) ?? 0;
  }

  rows(code: string): FoundRow[] {
    return this.#rows.get(code) ?? [];
  }
}
