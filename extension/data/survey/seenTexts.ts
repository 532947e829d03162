// Which texts were seen before, and in which row first: 13 bytes a row and at most four slots of 12, up to a number of rows that fits memory.

export interface SeenRow {
  path: number;
  line: number;
  label: number;
  part: number;
}

const FIRST_ROWS = 1 << 12;

export class SeenTexts {
  readonly #maxRows: number;
  #keys = new Float64Array(FIRST_ROWS * 2);
  #slots = new Int32Array(FIRST_ROWS * 2);
  #columns = columnsOf(FIRST_ROWS);
  #count = 0;
  /** Rows that found no place any more. */
  left = 0;

  constructor(maxRows: number) {
    this.#maxRows = maxRows;
  }

  get count(): number {
    return this.#count;
  }

  /** The first row with this fingerprint; the row becomes it where there is none. */
  meet(fingerprint: number, row: SeenRow): SeenRow | undefined {
    const slot = this.#find(fingerprint);
    const index = this.#slots[slot] - 1;
    if (index >= 0) return this.#row(index);
    if (this.#count === this.#maxRows) {
      this.left++;
      return undefined;
    }
    this.#keys[slot] = fingerprint;
    this.#slots[slot] = this.#add(row) + 1;
    if (this.#count * 2 > this.#keys.length) this.#grow();
    return undefined;
  }

  #find(fingerprint: number): number {
    const mask = this.#keys.length - 1;
    // Low and high bits of the 53: the low ones alone would fill neighbouring slots.
    let slot = ((fingerprint >>> 0) ^ Math.floor(fingerprint / 4294967296)) & mask;
    while (this.#slots[slot] !== 0 && this.#keys[slot] !== fingerprint) slot = (slot + 1) & mask;
    return slot;
  }

  #add({ path, line, label, part }: SeenRow): number {
    const at = this.#count++;
    if (at === this.#columns.line.length) this.#columns = columnsOf(at * 2, this.#columns);
    const columns = this.#columns;
    columns.path[at] = path;
    columns.line[at] = line;
    columns.label[at] = label;
    columns.part[at] = part;
    return at;
  }

  #row(at: number): SeenRow {
    const { path, line, label, part } = this.#columns;
    return { path: path[at], line: line[at], label: label[at], part: part[at] };
  }

  #grow(): void {
    const [keys, slots] = [this.#keys, this.#slots];
    this.#keys = new Float64Array(keys.length * 2);
    this.#slots = new Int32Array(slots.length * 2);
    for (let at = 0; at < slots.length; at++) {
      if (slots[at] === 0) continue;
      const slot = this.#find(keys[at]);
      this.#keys[slot] = keys[at];
      this.#slots[slot] = slots[at];
    }
  }
}

interface Columns {
  path: Uint32Array;
  line: Uint32Array;
  label: Uint32Array;
  part: Uint8Array;
}

function columnsOf(size: number, from?: Columns): Columns {
  const columns = {
    path: new Uint32Array(size),
    line: new Uint32Array(size),
    label: new Uint32Array(size),
    part: new Uint8Array(size),
  };
  if (from) for (const key of ['path', 'line', 'label', 'part'] as const) columns[key].set(from[key]);
  return columns;
}
