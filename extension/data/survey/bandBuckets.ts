// Which texts have a key, in a table of fixed size: chains through typed arrays. A map of lists would take ten times the memory.

export class BandBuckets {
  readonly #mask: number;
  /** By key: the last text that came, plus one; 0 for none. */
  readonly #heads: Int32Array;
  /** By text: the one before it in its chain, plus one. */
  readonly #before: Int32Array;
  readonly #keys: Int32Array;

  constructor(maxTexts: number) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(2, maxTexts)));
    this.#mask = size - 1;
    this.#heads = new Int32Array(size);
    this.#before = new Int32Array(maxTexts);
    this.#keys = new Int32Array(maxTexts);
  }

  /** Texts are numbered from 0 in the order in which they come. */
  add(key: number, text: number): void {
    const slot = key & this.#mask;
    this.#before[text] = this.#heads[slot];
    this.#keys[text] = key;
    this.#heads[slot] = text + 1;
  }

  /** Adds all texts with this key. */
  collect(key: number, into: Set<number>): void {
    const wanted = key | 0;
    for (let next = this.#heads[key & this.#mask]; next !== 0; next = this.#before[next - 1]) {
      if (this.#keys[next - 1] === wanted) into.add(next - 1);
    }
  }
}
