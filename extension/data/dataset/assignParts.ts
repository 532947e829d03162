// Which rows become validation and test, or which fold: a pure function of labels or groups, the shares, and the seed.
// Invariant: every row is in exactly one part; rows of one group are all in the same.
import type { Splits } from '../../schema/dataset.ts';
import { Rng } from '../../util/rng.ts';

/** Parts of a row: 0 is training, 1 validation, 2 test; with folds the number of the fold, from 0. */
export type Parts = Uint8Array;

export interface RowKeys {
  /** Number of the label of each row. */
  labels: Uint32Array;
  /** Number of the group of each row; undefined without a group column. */
  groups?: Uint32Array;
}

/** Part numbers of the shares. */
export const PART_NUMBERS = { train: 0, validation: 1, test: 2 } as const;

export function assignParts({ labels, groups }: RowKeys, splits: Splits): Parts {
  const seed = splits.seed ?? 1;
  const shares = sharesOf(splits);
  if (groups) return assignGroups(groups, shares, seed);
  const isStratified = splits.stratified ?? true;
  return assignRows(isStratified ? labels : new Uint32Array(labels.length), shares, seed);
}

/** The share of each part; they add up to 1. */
function sharesOf({ folds, validation = 0, test = 0 }: Splits): number[] {
  if (folds !== undefined) return new Array<number>(folds).fill(1 / folds);
  return [1 - validation - test, validation, test];
}

/**
 * Rows of each class, shuffled, go one by one to the part that lacks most of its share, in the class and of all rows so far
 * together: neither drifts away from the shares, whatever the sizes of the classes.
 */
function assignRows(classes: Uint32Array, shares: readonly number[], seed: number): Parts {
  const parts = new Uint8Array(classes.length);
  const lacks = new Float64Array(shares.length);
  for (const [index, rows] of membersOf(classes).entries()) {
    new Rng(seed, 'split', 1, index).shuffle(rows);
    const lacksInClass = new Float64Array(shares.length);
    for (const row of rows) {
      for (const [part, share] of shares.entries()) {
        lacks[part] += share;
        lacksInClass[part] += share;
      }
      const part = mostLacking(shares, (at) => lacks[at] + lacksInClass[at]);
      parts[row] = part;
      lacks[part]--;
      lacksInClass[part]--;
    }
  }
  return parts;
}

/** Groups, the largest first and among equals in a drawn order, go to the part that lacks most rows. */
function assignGroups(groups: Uint32Array, shares: readonly number[], seed: number): Parts {
  const members = membersOf(groups);
  const order = Uint32Array.from(members.keys());
  new Rng(seed, 'split', 2).shuffle(order);
  const drawn = Array.from(order).sort((a, b) => members[b].length - members[a].length);
  const parts = new Uint8Array(groups.length);
  const given = new Array<number>(shares.length).fill(0);
  for (const group of drawn) {
    const part = mostLacking(shares, (at) => shares[at] * groups.length - given[at]);
    for (const row of members[group]) parts[row] = part;
    given[part] += members[group].length;
  }
  return parts;
}

function mostLacking(shares: readonly number[], lacks: (part: number) => number): number {
  let best = -1;
  for (let part = 0; part < shares.length; part++) {
    if (shares[part] > 0 && (best < 0 || lacks(part) > lacks(best))) best = part;
  }
  return best;
}

/** The rows of each number, ascending. */
function membersOf(numbers: Uint32Array): Uint32Array[] {
  const counts: number[] = [];
  for (const number of numbers) counts[number] = (counts[number] ?? 0) + 1;
  const members = Array.from(counts, (count = 0) => new Uint32Array(count));
  const used = new Uint32Array(members.length);
  for (let row = 0; row < numbers.length; row++) members[numbers[row]][used[numbers[row]]++] = row;
  return members;
}
