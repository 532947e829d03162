// What becomes of each row, one byte a row: its part, or why it is in none.
import type { RowPart } from '../../protocol/datasetTable.ts';
import { DATASET_PARTS } from '../../schema/source.ts';

/** Codes from here on are folds. */
const FIRST_FOLD = 16;
const NAMES: readonly RowPart[] = [...DATASET_PARTS, 'leftOut', 'unusable', 'pending', 'none'];

export class RowParts {
  #codes = new Uint8Array(1 << 12);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(part: RowPart): void {
    if (this.#count === this.#codes.length) {
      const grown = new Uint8Array(this.#codes.length * 2);
      grown.set(this.#codes);
      this.#codes = grown;
    }
    this.#codes[this.#count++] = codeOf(part);
  }

  at(row: number): RowPart {
    const code = this.#codes[row];
    return code >= FIRST_FOLD ? `fold ${code - FIRST_FOLD + 1}` : NAMES[code];
  }

  /** Gives every pending row its part, in order. */
  settle(partOf: (pending: number) => RowPart): void {
    const pending = codeOf('pending');
    for (let row = 0, at = 0; row < this.#count; row++) {
      if (this.#codes[row] === pending) this.#codes[row] = codeOf(partOf(at++));
    }
  }
}

function codeOf(part: RowPart): number {
  if (part.startsWith('fold ')) return FIRST_FOLD + Number(part.slice(5)) - 1;
  return NAMES.indexOf(part);
}
