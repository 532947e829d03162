// The orders that rows can stand in. Pure: the same matrix gives the same order.
import { type Matrix, naturalOrder, type ValueRange } from '../shared/heatmap/matrix.ts';
import type { RowOrder } from './inspectorState.ts';
import { seriate } from './seriation.ts';

export interface OrderInput {
  matrix: Matrix;
  range: ValueRange;
  /** Units that are pinned, in the order they were. */
  pinned: readonly number[];
}

export const ROW_ORDER_TITLES: Readonly<Record<RowOrder, string>> = {
  index: 'index',
  similarity: 'similarity',
  saturation: 'saturation',
  peak: 'peak',
  pinned: 'pinned first',
};

/** What an order means, as a tooltip says it. */
export const ROW_ORDER_HINTS: Readonly<Record<RowOrder, string>> = {
  index: 'As the weights have them',
  similarity: 'Rows that are alike stand together',
  saturation: 'From the cells that are most often at the upper end to those at the lower',
  peak: 'By the token where a cell is furthest from 0',
  pinned: 'Pinned cells on top',
};

/** Row of the matrix at each place from the top. */
export function rowOrder(order: RowOrder, { matrix, range, pinned }: OrderInput): Uint32Array {
  switch (order) {
    case 'index':
      return naturalOrder(matrix.rows);
    case 'similarity':
      return seriate(matrix);
    case 'saturation':
      return byKey(matrix, -1, saturationOf(matrix, range));
    case 'peak':
      return byKey(matrix, 1, peakOf(matrix));
    case 'pinned':
      return pinnedFirst(matrix.rows, pinned);
  }
}

/** Share of steps in the upper tenth of the range, minus that in the lower. */
function saturationOf({ values, rows, columns }: Matrix, { min, max }: ValueRange): Float64Array {
  const [left, right] = [min + 0.1 * (max - min), max - 0.1 * (max - min)];
  const balance = new Float64Array(rows);
  for (let at = 0; at < values.length; at++) {
    if (values[at] > right) balance[at % rows] += 1 / columns;
    else if (values[at] < left) balance[at % rows] -= 1 / columns;
  }
  return balance;
}

/** Column where the magnitude is greatest. */
function peakOf({ values, rows }: Matrix): Float64Array {
  const best = new Float64Array(rows).fill(-1);
  const peak = new Float64Array(rows);
  for (let at = 0; at < values.length; at++) {
    const row = at % rows;
    if (!(Math.abs(values[at]) > best[row])) continue;
    best[row] = Math.abs(values[at]);
    peak[row] = (at - row) / rows;
  }
  return peak;
}

/** Rising, or falling with `sign` -1; equal ones by their mean value, highest first, then by index. */
function byKey(matrix: Matrix, sign: 1 | -1, keys: Float64Array): Uint32Array {
  const means = sums(matrix);
  return naturalOrder(matrix.rows).sort((a, b) => sign * (keys[a] - keys[b]) || means[b] - means[a] || a - b);
}

function sums({ values, rows }: Matrix): Float64Array {
  const totals = new Float64Array(rows);
  for (let at = 0; at < values.length; at++) totals[at % rows] += values[at];
  return totals;
}

function pinnedFirst(rows: number, pinned: readonly number[]): Uint32Array {
  const first = pinned.filter((row) => row < rows);
  const isFirst = new Set(first);
  return Uint32Array.from([...first, ...naturalOrder(rows).filter((row) => !isFirst.has(row))]);
}
