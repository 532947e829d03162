// What an edit changes: a signal after it minus the signal before it, column by column of two aligned texts. Pure.
import type { AlignedColumn } from './alignTokens.ts';

/** [columns, units] of `after` minus `before`, each [tokens, units]; NaN where a token is in one of the texts only. */
export function differenceOf(
  before: Float32Array,
  after: Float32Array,
  columns: readonly AlignedColumn[],
  units: number,
): Float32Array {
  const difference = new Float32Array(columns.length * units).fill(Number.NaN);
  for (const [at, column] of columns.entries()) {
    if (column.before === undefined || column.after === undefined) continue;
    for (let unit = 0; unit < units; unit++) {
      difference[at * units + unit] = after[column.after * units + unit] - before[column.before * units + unit];
    }
  }
  return difference;
}

export interface DifferenceSummary {
  /** Largest size of a difference; 0 where nothing changed. */
  largest: number;
  /** Where it is: column and unit. */
  column: number;
  unit: number;
  /** First column with any difference; undefined where nothing changed. */
  firstChanged?: number;
  /** Values that changed, and values there are on both sides. */
  changed: number;
  compared: number;
}

export function summarizeDifference(difference: Float32Array, units: number): DifferenceSummary {
  const summary: DifferenceSummary = { largest: 0, column: 0, unit: 0, changed: 0, compared: 0 };
  for (let at = 0; at < difference.length; at++) {
    const size = Math.abs(difference[at]);
    if (Number.isNaN(size)) continue;
    summary.compared++;
    if (size === 0) continue;
    summary.changed++;
    summary.firstChanged ??= Math.floor(at / units);
    if (size <= summary.largest) continue;
    summary.largest = size;
    summary.column = Math.floor(at / units);
    summary.unit = at % units;
  }
  return summary;
}

/** The smallest of 1, 2, 5 times a power of ten that holds `largest`: a scale that reads well and moves little between edits. */
export function roundScale(largest: number): number {
  if (!(largest > 0) || !Number.isFinite(largest)) return 1;
  const power = 10 ** Math.floor(Math.log10(largest));
  const factor = [1, 2, 5, 10].find((each) => each * power >= largest * (1 - 1e-9)) ?? 10;
  return Number((factor * power).toPrecision(3));
}

export interface ProbabilityChange {
  label: string;
  /** Undefined where it is not known: a language model tells its most probable tokens only. */
  before?: number;
  after?: number;
  /** `after` minus `before`; NaN where one of them is not known. */
  change: number;
}

/** By label, the largest change first, those with an unknown side last. */
export function probabilityChanges(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): ProbabilityChange[] {
  const size = ({ change }: ProbabilityChange): number => (Number.isNaN(change) ? -1 : Math.abs(change));
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((label) => {
      const from = before.get(label);
      const to = after.get(label);
      return { label, before: from, after: to, change: (to ?? Number.NaN) - (from ?? Number.NaN) };
    })
    .sort((a, b) => size(b) - size(a));
}
