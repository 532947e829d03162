// Percentiles of lengths in constant memory: exact up to 65,535, which only the very longest texts pass.
import type { LengthHistogram, Percentiles } from '../../protocol/datasetReport.ts';

const EXACT = 1 << 16;
const BINS = 40;

export class Lengths {
  readonly #counts = new Uint32Array(EXACT);
  #count = 0;
  #min = Number.POSITIVE_INFINITY;
  max = 0;

  add(length: number): void {
    this.#counts[Math.min(length, EXACT - 1)]++;
    this.#count++;
    if (length > this.max) this.max = length;
    if (length < this.#min) this.#min = length;
  }

  get count(): number {
    return this.#count;
  }

  /** How many have exactly this length. */
  countOf(length: number): number {
    return length < EXACT - 1 ? this.#counts[length] : 0;
  }

  countAbove(length: number): number {
    let count = 0;
    for (let at = length + 1; at < EXACT; at++) count += this.#counts[at];
    return count;
  }

  /** Bins that reach a little beyond the 99th percentile: the few longest texts would leave no room for all others. */
  histogram(): LengthHistogram {
    const width = Math.max(1, Math.ceil((this.#at(0.99) + 1) / (BINS - 2)));
    const counts = new Array<number>(Math.min(BINS, Math.floor(this.max / width) + 1)).fill(0);
    for (let length = 0; length < EXACT; length++) {
      const bin = Math.min(counts.length - 1, Math.floor(length / width));
      counts[bin] += this.#counts[length];
    }
    return { width, counts };
  }

  percentiles(): Percentiles {
    const at = (share: number): number => this.#at(share);
    return {
      min: this.#count === 0 ? 0 : this.#min,
      median: at(0.5),
      p90: at(0.9),
      p95: at(0.95),
      p99: at(0.99),
      max: this.max,
    };
  }

  /** The smallest length that at least this share of all reach. */
  #at(share: number): number {
    let seen = 0;
    for (let length = 0; length < EXACT - 1; length++) {
      seen += this.#counts[length];
      if (seen >= share * this.#count && seen > 0) return length;
    }
    return this.max;
  }
}
