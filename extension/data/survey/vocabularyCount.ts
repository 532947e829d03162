// Tokens of each part: how often each occurs, how their number grows, and how much of validation and test training knows.
import type { VocabularyFacts } from '../../protocol/datasetReport.ts';

const LISTED = 20;
/** Different tokens that are held; more than this is no vocabulary of words. */
const MAX_TYPES = 1_000_000;

export class VocabularyCount {
  readonly #counts = new Map<string, number>();
  readonly #growth: VocabularyFacts['growth'] = [];
  #total = 0;
  #nextPoint = 1000;
  /** Whether tokens came that were not held. */
  isFull = false;

  add(tokens: readonly string[]): void {
    for (const token of tokens) this.#add(token);
  }

  #add(token: string): void {
    this.#total++;
    const count = this.#counts.get(token);
    if (count !== undefined) this.#counts.set(token, count + 1);
    else if (this.#counts.size < MAX_TYPES) this.#counts.set(token, 1);
    else this.isFull = true;
    if (this.#total < this.#nextPoint) return;
    this.#growth.push({ tokens: this.#total, types: this.#counts.size });
    this.#nextPoint = Math.ceil(this.#nextPoint * Math.SQRT2);
  }

  /** What `other` has of these tokens: by how often they occur, and by different ones. */
  coverageBy(other: VocabularyCount): { tokens: number; types: number } {
    let [tokens, types] = [0, 0];
    for (const [token, count] of this.#counts) {
      if (!other.#counts.has(token)) continue;
      tokens += count;
      types++;
    }
    return { tokens: tokens / Math.max(1, this.#total), types: types / Math.max(1, this.#counts.size) };
  }

  facts(): VocabularyFacts {
    const entries = [...this.#counts].map(([token, count]) => ({ token, count }));
    const once = entries.filter(({ count }) => count === 1);
    const last = { tokens: this.#total, types: this.#counts.size };
    return {
      size: this.#counts.size,
      total: this.#total,
      growth: this.#total === this.#growth.at(-1)?.tokens ? this.#growth : [...this.#growth, last],
      frequent: entries.sort((a, b) => b.count - a.count).slice(0, LISTED),
      once: { count: once.length, examples: once.slice(0, LISTED).map(({ token }) => token) },
    };
  }
}
