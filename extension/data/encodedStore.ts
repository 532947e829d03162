// Encoded examples in few large arrays, and views on parts of them.
// Invariant: four bytes a token and 36 an example, whatever the texts; the tokens of one example lie together.
import { UNK_ID } from '../text/types.ts';
import type { EncodedSet } from './types.ts';

const CHUNK_TOKENS = 1 << 20;
const FIRST_ROWS = 1024;

/** What is kept beside an example's ids. */
export interface ExampleFacts {
  label: number;
  path: string;
  /** 1-based. */
  line: number;
  /** Fingerprint of the cleaned text. */
  textHash: number;
}

export class EncodedStore {
  readonly #chunks: Uint32Array[] = [];
  /** Tokens used in the last chunk. */
  #used = CHUNK_TOKENS;
  #count = 0;
  #chunkOf = new Uint32Array(FIRST_ROWS);
  #startOf = new Uint32Array(FIRST_ROWS);
  #lengthOf = new Uint32Array(FIRST_ROWS);
  #labelOf = new Int32Array(FIRST_ROWS);
  #fileOf = new Uint32Array(FIRST_ROWS);
  #lineOf = new Uint32Array(FIRST_ROWS);
  #hashOf = new Float64Array(FIRST_ROWS);
  readonly #paths: string[] = [];
  readonly #pathIndex = new Map<string, number>();

  get count(): number {
    return this.#count;
  }

  add(ids: Uint32Array | readonly number[], { label, path, line, textHash }: ExampleFacts): void {
    if (this.#count === this.#labelOf.length) this.#growRows();
    const at = this.#count++;
    this.#place(at, ids);
    this.#labelOf[at] = label;
    this.#fileOf[at] = this.#indexOf(path);
    this.#lineOf[at] = line;
    this.#hashOf[at] = textHash;
  }

  /** Lays the ids of an example behind all others. */
  #place(at: number, ids: Uint32Array | readonly number[]): void {
    if (this.#used + ids.length > (this.#chunks.at(-1)?.length ?? 0)) {
      this.#chunks.push(new Uint32Array(Math.max(CHUNK_TOKENS, ids.length)));
      this.#used = 0;
    }
    const chunk = this.#chunks.length - 1;
    this.#chunks[chunk].set(ids, this.#used);
    this.#chunkOf[at] = chunk;
    this.#startOf[at] = this.#used;
    this.#lengthOf[at] = ids.length;
    this.#used += ids.length;
  }

  #indexOf(path: string): number {
    const known = this.#pathIndex.get(path);
    if (known !== undefined) return known;
    this.#pathIndex.set(path, this.#paths.length);
    return this.#paths.push(path) - 1;
  }

  #growRows(): void {
    const size = this.#labelOf.length * 2;
    this.#chunkOf = grown(this.#chunkOf, new Uint32Array(size));
    this.#startOf = grown(this.#startOf, new Uint32Array(size));
    this.#lengthOf = grown(this.#lengthOf, new Uint32Array(size));
    this.#labelOf = grown(this.#labelOf, new Int32Array(size));
    this.#fileOf = grown(this.#fileOf, new Uint32Array(size));
    this.#lineOf = grown(this.#lineOf, new Uint32Array(size));
    this.#hashOf = grown(this.#hashOf, new Float64Array(size));
  }

  /** A view of one example's ids: writing to it changes the store. */
  tokens(at: number): Uint32Array {
    const start = this.#startOf[at];
    return this.#chunks[this.#chunkOf[at]].subarray(start, start + this.#lengthOf[at]);
  }

  label(at: number): number {
    return this.#labelOf[at];
  }

  textHash(at: number): number {
    return this.#hashOf[at];
  }

  /** Renames every id in place: `ids[old]` is the new one. */
  renameTokens(ids: Uint32Array): void {
    for (const [index, chunk] of this.#chunks.entries()) {
      const used = index === this.#chunks.length - 1 ? this.#used : chunk.length;
      for (let at = 0; at < used; at++) chunk[at] = ids[chunk[at]];
    }
  }

  /** Puts the ids `ids[old]` in the place of every id; of a text the first `maxLength` stay, and an [UNK] of one that is left without any. */
  spellOut(ids: readonly Uint32Array[], maxLength = Number.POSITIVE_INFINITY): void {
    const old = this.#chunks.splice(0);
    this.#used = CHUNK_TOKENS;
    for (let at = 0; at < this.#count; at++) {
      const start = this.#startOf[at];
      const pieces = old[this.#chunkOf[at]].subarray(start, start + this.#lengthOf[at]);
      const spelled: number[] = [];
      for (const piece of pieces) {
        if (spelled.length >= maxLength) break;
        spelled.push(...ids[piece]);
      }
      this.#place(at, spelled.length > 0 ? spelled.slice(0, maxLength) : [UNK_ID]);
    }
  }

  renameLabels(labels: Int32Array): void {
    for (let at = 0; at < this.#count; at++) this.#labelOf[at] = labels[this.#labelOf[at]];
  }

  /** The examples at `indices`, in that order; all of them by default. */
  view(indices: Uint32Array = Uint32Array.from({ length: this.#count }, (_, at) => at)): EncodedSet {
    return {
      count: indices.length,
      labels: Int32Array.from(indices, (at) => this.#labelOf[at]),
      length: (index) => this.#lengthOf[indices[index]],
      tokens: (index) => this.tokens(indices[index]),
      place: (index) => ({ path: this.#paths[this.#fileOf[indices[index]]], line: this.#lineOf[indices[index]] }),
    };
  }
}

function grown<T extends Uint32Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** A 53-bit fingerprint of a text; two texts share one by chance in about 1 of 10^16 pairs. After cyrb53 (bryc, public domain). */
export function fingerprint(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}
