// Counter-based random numbers: Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
// A value is a pure function of (seed, purpose, step, index): nothing to save, nothing to restore, the same on every machine.

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** High and low 32 bits of an unsigned 32 x 32 bit product. */
function mulHi(a: number, b: number): number {
  const ah = a >>> 16;
  const al = a & 0xffff;
  const bh = b >>> 16;
  const bl = b & 0xffff;
  const mid = ah * bl + ((al * bl) >>> 16);
  const mid2 = al * bh + (mid & 0xffff);
  return (ah * bh + Math.floor(mid / 0x10000) + Math.floor(mid2 / 0x10000)) >>> 0;
}

/** One Philox block: writes 4 words for counter (c0, c1, c2, c3) under key (k0, k1) to out[offset ..]. */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  out: Uint32Array,
  offset = 0,
): void {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const hi0 = mulHi(M0, c0);
    const lo0 = Math.imul(M0, c0) >>> 0;
    const hi1 = mulHi(M1, c2);
    const lo1 = Math.imul(M1, c2) >>> 0;
    c0 = (hi1 ^ c1 ^ k0) >>> 0;
    c1 = lo1;
    c2 = (hi0 ^ c3 ^ k1) >>> 0;
    c3 = lo0;
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  out[offset] = c0;
  out[offset + 1] = c1;
  out[offset + 2] = c2;
  out[offset + 3] = c3;
}

/** What a stream of random numbers is for; its number is part of the key, so that streams never overlap. */
export const RNG_PURPOSES = { split: 1, order: 2, init: 3, dropout: 4, sample: 5, generate: 6 } as const;
export type RngPurpose = keyof typeof RNG_PURPOSES;

/** Random numbers for one (seed, purpose, step, lane). `lane` tells apart users of one purpose, e.g. two dropout layers. */
export class Rng {
  readonly #key: readonly [number, number];
  readonly #step: number;
  readonly #lane: number;
  readonly #block = new Uint32Array(4);
  #index = 0;

  constructor(seed: number, purpose: RngPurpose, step = 0, lane = 0) {
    this.#key = [seed >>> 0, RNG_PURPOSES[purpose]];
    this.#step = step >>> 0;
    this.#lane = lane >>> 0;
  }

  /** Next 32 random bits, 0 to 2^32 - 1. */
  nextUint32(): number {
    const at = this.#index & 3;
    if (at === 0) {
      const low = (this.#index / 4) >>> 0;
      const high = Math.floor(this.#index / 4 / 0x1_0000_0000) >>> 0;
      philox([low, high, this.#step, this.#lane], this.#key, this.#block);
    }
    this.#index++;
    return this.#block[at];
  }

  /** Uniform in [0, 1) with 24 bits, exact in float32. */
  nextFloat(): number {
    return (this.nextUint32() >>> 8) * 2 ** -24;
  }

  /** Uniform integer in [0, bound), without bias. `bound` is 1 to 2^32. */
  nextInt(bound: number): number {
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % bound);
    let value = this.nextUint32();
    while (value >= limit) value = this.nextUint32();
    return value % bound;
  }

  /** Fisher-Yates, in place. */
  shuffle(items: Uint32Array | Int32Array | unknown[]): void {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.nextInt(last + 1);
      const kept = items[last];
      items[last] = items[other];
      items[other] = kept;
    }
  }
}
