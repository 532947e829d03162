// Which lines the findings of a report are about: numbers instead of objects, so that long lists can stay.
import type { DatasetFinding, FoundRow } from '../../protocol/datasetReport.ts';

type LinesByPath = Map<string, Set<number>>;

export class FoundLines {
  readonly #lines = new Map<string, LinesByPath>();

  constructor(findings: readonly DatasetFinding[]) {
    for (const { code, rows } of findings) {
      if (rows.length === 0) continue;
      const byPath: LinesByPath = new Map();
      for (const row of rows) for (const { path, line } of shown(row, code)) add(byPath, path, line);
      this.#lines.set(code, byPath);
    }
  }

  /** Whether rows of this finding are known. */
  knows(code: string): boolean {
    return this.#lines.has(code);
  }

  has(code: string, path: string, line: number): boolean {
    return this.#lines.get(code)?.get(path)?.has(line) ?? false;
  }

  codesAt(path: string, line: number): string[] {
    return [...this.#lines.keys()].filter((code) => this.has(code, path, line));
  }
}

/** Both rows of a conflict: one cannot be judged without the other. */
function shown(row: FoundRow, code: string): { path: string; line: number }[] {
  return code === 'dataset.conflict' && row.other ? [row, row.other] : [row];
}

function add(byPath: LinesByPath, path: string, line: number): void {
  const lines = byPath.get(path) ?? new Set<number>();
  byPath.set(path, lines.add(line));
}
