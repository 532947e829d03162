// The rows that a manifest leaves out, by file and the line that they begin at. Ranges stay ranges, however long.
import type { Excluded } from '../../schema/dataset.ts';

type Range = readonly [from: number, to: number];

export class ExcludedRows {
  readonly #rangesOf = new Map<string, Range[]>();

  /** `absolute` makes the path of a file from one in the manifest. */
  constructor(excluded: readonly Excluded[], absolute: (path: string) => string) {
    for (const { path, lines } of excluded) {
      const file = absolute(path);
      const ranges = this.#rangesOf.get(file) ?? [];
      for (const entry of lines) ranges.push(typeof entry === 'number' ? [entry, entry] : [entry[0], entry[1]]);
      this.#rangesOf.set(file, ranges);
    }
    for (const [file, ranges] of this.#rangesOf) this.#rangesOf.set(file, joined(ranges));
  }

  has(path: string, line: number): boolean {
    const ranges = this.#rangesOf.get(path);
    if (!ranges) return false;
    let [low, high] = [0, ranges.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const [from, to] = ranges[middle];
      if (line < from) high = middle - 1;
      else if (line > to) low = middle + 1;
      else return true;
    }
    return false;
  }
}

/** In order, none touching another. */
export function joined(ranges: readonly Range[]): Range[] {
  const out: [number, number][] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = out.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}

/** Lines as a manifest writes them: single numbers, and ranges for runs of them. */
export function toLineEntries(lines: Iterable<number>): Excluded['lines'] {
  return joined(Array.from(lines, (line): Range => [line, line])).map(([from, to]) =>
    from === to ? from : [from, to],
  );
}
