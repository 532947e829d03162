// Rows that reading can begin at: the first of each file, and then one every few hundred rows. Memory is one entry for each of them.
import type { RowStart } from '../readItem.ts';

/** Rows between two entries, and bytes of text: what is read for nothing to reach any row. */
export const ROWS_APART = 256;

export interface Checkpoint {
  /** Number of the file in the dataset. */
  file: number;
  row: number;
  /** Absent: the first row of the file. */
  start?: RowStart;
}

export class Checkpoints {
  readonly #all: Checkpoint[] = [];

  add(checkpoint: Checkpoint): void {
    this.#all.push(checkpoint);
  }

  /** The last one that is not behind `row`. */
  before(row: number): Checkpoint {
    let [low, high] = [0, this.#all.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#all[middle].row <= row) low = middle;
      else high = middle - 1;
    }
    return this.#all[low];
  }
}
