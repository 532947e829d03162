// Texts that are almost the same: Jaccard similarity of their character 5-grams of at least 0.8, found by MinHash and banding
// (Broder, "On the resemblance and containment of documents", 1997; Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", 3.4).
// A candidate is compared exactly, so that nothing is found that is not there; a pair at 0.8 is missed in 2 of 10,000 cases.
// Texts are grouped around the first of their kind: a near-duplicate is compared with no other.
// Invariant: memory has a bound, by the number of texts that others are compared with and by the sum of their shingles.
import { BandBuckets } from './bandBuckets.ts';

export const SIMILARITY = 0.8;
const SHINGLE_CHARACTERS = 5;
/** Shorter texts are names and the like, of which one letter makes another word. */
export const MIN_CHARACTERS = 20;
const MAX_CHARACTERS = 4096;
const BANDS = 16;
const ROWS_OF_BAND = 4;
/** Of all texts that are kept: 128 MB. */
const MAX_SHINGLES = 32_000_000;

export class NearDuplicates {
  readonly #maxTexts: number;
  /** Sorted hashes of the shingles of each text that others are compared with. */
  readonly #shingles: Uint32Array[] = [];
  readonly #ids: number[] = [];
  readonly #buckets: readonly BandBuckets[];
  #shingleCount = 0;
  readonly #signature = new Uint32Array(BANDS * ROWS_OF_BAND);
  /** Texts that were not looked at because there are too many. */
  left = 0;

  constructor(maxTexts: number) {
    this.#maxTexts = maxTexts;
    this.#buckets = Array.from({ length: BANDS }, () => new BandBuckets(maxTexts));
  }

  /** Texts that others are compared with. */
  get size(): number {
    return this.#ids.length;
  }

  /** The id of the first text that this one is almost the same as. */
  meet(text: string, id: number): number | undefined {
    if (text.length < MIN_CHARACTERS) return undefined;
    const shingles = shinglesOf(text);
    if (shingles.length === 0) return undefined;
    sign(shingles, this.#signature);
    const keys = this.#buckets.map((_, band) => bandKey(this.#signature, band));
    const found = this.#mostSimilar(shingles, keys);
    if (found !== undefined) return this.#ids[found];
    if (this.size === this.#maxTexts || this.#shingleCount + shingles.length > MAX_SHINGLES) this.left++;
    else this.#keep(shingles, id, keys);
    return undefined;
  }

  #mostSimilar(shingles: Uint32Array, keys: readonly number[]): number | undefined {
    const candidates = new Set<number>();
    for (const [band, key] of keys.entries()) this.#buckets[band].collect(key, candidates);
    let best: number | undefined;
    let bestSimilarity = 0;
    for (const at of candidates) {
      const similarity = jaccard(shingles, this.#shingles[at]);
      if (similarity < SIMILARITY || similarity < bestSimilarity) continue;
      if (similarity === bestSimilarity && best !== undefined && at > best) continue;
      best = at;
      bestSimilarity = similarity;
    }
    return best;
  }

  #keep(shingles: Uint32Array, id: number, keys: readonly number[]): void {
    const at = this.#ids.push(id) - 1;
    this.#shingles.push(shingles);
    this.#shingleCount += shingles.length;
    for (const [band, key] of keys.entries()) this.#buckets[band].add(key, at);
  }
}

/** Hashes of the 5-grams of a text without case, punctuation and runs of white space; ascending, each once. */
export function shinglesOf(text: string): Uint32Array {
  const plain = text
    .slice(0, MAX_CHARACTERS)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  const count = plain.length - SHINGLE_CHARACTERS + 1;
  if (count < 1) return plain === '' ? new Uint32Array() : Uint32Array.of(hashOf(plain, 0, plain.length));
  const hashes = new Uint32Array(count);
  for (let at = 0; at < count; at++) hashes[at] = hashOf(plain, at, SHINGLE_CHARACTERS);
  hashes.sort();
  let kept = 1;
  for (let at = 1; at < count; at++) if (hashes[at] !== hashes[kept - 1]) hashes[kept++] = hashes[at];
  return hashes.slice(0, kept);
}

/** FNV-1a over code units, mixed. */
function hashOf(text: string, start: number, length: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < start + length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mix(hash);
}

/** The finaliser of MurmurHash3 (Appleby, public domain): every bit depends on every bit. */
function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The smallest value of each of the hash functions; one function is a multiplication and a mixing. */
function sign(shingles: Uint32Array, signature: Uint32Array): void {
  signature.fill(0xffffffff);
  for (const shingle of shingles) {
    for (let at = 0; at < signature.length; at++) {
      const scrambled = Math.imul(shingle + Math.imul(at, 0x9e3779b9), 0x85ebca6b + 2 * at);
      const value = (scrambled ^ (scrambled >>> 15)) >>> 0;
      if (value < signature[at]) signature[at] = value;
    }
  }
}

function bandKey(signature: Uint32Array, band: number): number {
  let key = band;
  for (let at = band * ROWS_OF_BAND; at < (band + 1) * ROWS_OF_BAND; at++)
    key = mix(Math.imul(key, 31) ^ signature[at]);
  return key;
}

/** Size of the intersection over size of the union, of two ascending lists. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let [atA, atB, common] = [0, 0, 0];
  while (atA < a.length && atB < b.length) {
    if (a[atA] === b[atB]) {
      common++;
      atA++;
      atB++;
    } else if (a[atA] < b[atB]) atA++;
    else atB++;
  }
  return common / (a.length + b.length - common);
}
