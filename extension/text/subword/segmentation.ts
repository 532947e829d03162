// All ways to cut a piece of text into tokens of a unigram model, and what they say of the tokens: how often each is expected, and the best way.
// Invariant: sums and products of probabilities only, scaled by powers of two, so that every machine gives the same bits.
import type { PieceTrie } from './pieceTrie.ts';
import { MAX_PIECE_LENGTH } from './unigramSeeds.ts';

const SCALE = 2 ** 200;
/** 1, and what an old sum counts for beside one that was scaled once or twice more. */
const LOWER = [1, 2 ** -200, 2 ** -400] as const;
const scaled = (steps: number): number => LOWER[steps] ?? 0;

export interface UnigramModel {
  trie: PieceTrie;
  /** By token. */
  probabilities: Float64Array;
}

/** Room for one text after another; it grows with the longest. */
export class Segmenter {
  /** At `end * MAX_PIECE_LENGTH + length - 1` the token that ends at `end`, -1 for none. */
  #tokens = new Int32Array();
  #forward = new Float64Array();
  #exponents = new Int32Array();
  #shares = new Float64Array();
  #best = new Int32Array();

  /** Finds the tokens at each place of `text`. */
  #read(text: Int32Array, { trie }: UnigramModel): void {
    if (this.#forward.length <= text.length) this.#grow(2 * text.length + 16);
    this.#tokens.fill(-1, 0, (text.length + 1) * MAX_PIECE_LENGTH);
    for (let start = 0; start < text.length; start++) {
      const limit = Math.min(text.length, start + MAX_PIECE_LENGTH);
      let node = 0;
      for (let end = start; end < limit; end++) {
        node = trie.child(node, text[end]);
        if (node === 0) break;
        this.#tokens[(end + 1) * MAX_PIECE_LENGTH + end - start] = trie.pieceAt(node);
      }
    }
  }

  #grow(size: number): void {
    this.#tokens = new Int32Array((size + 1) * MAX_PIECE_LENGTH);
    this.#forward = new Float64Array(size + 1);
    this.#exponents = new Int32Array(size + 1);
    this.#shares = new Float64Array(size + 1);
    this.#best = new Int32Array(size + 1);
  }

  /** Adds to `expected` how often each token is expected in `text`, times `weight`. Every character must be a token. */
  expect(
    text: Int32Array,
    model: UnigramModel,
    { expected, weight }: { expected: Float64Array; weight: number },
  ): void {
    this.#read(text, model);
    const [forward, exponents, shares] = [this.#forward, this.#exponents, this.#shares];
    forward[0] = 1;
    exponents[0] = 0;
    for (let end = 1; end <= text.length; end++) this.#sumInto(end, model.probabilities);
    shares.fill(0, 0, text.length);
    shares[text.length] = weight;
    for (let end = text.length; end > 0; end--) {
      const share = shares[end] / forward[end];
      for (let length = Math.min(end, MAX_PIECE_LENGTH); length >= 1; length--) {
        const token = this.#tokens[end * MAX_PIECE_LENGTH + length - 1];
        if (token < 0) continue;
        const steps = exponents[end] - exponents[end - length];
        const own = share * forward[end - length] * model.probabilities[token] * stepUp(steps);
        expected[token] += own;
        shares[end - length] += own;
      }
    }
  }

  /** forward[end] × SCALE^-exponents[end]: the probability of the text up to there, over all ways. */
  #sumInto(end: number, probabilities: Float64Array): void {
    const [forward, exponents] = [this.#forward, this.#exponents];
    const from = Math.max(0, end - MAX_PIECE_LENGTH);
    // The least scaled sum is the largest.
    let exponent = exponents[end - 1];
    for (let start = from; start < end; start++) {
      if (this.#tokens[end * MAX_PIECE_LENGTH + end - start - 1] >= 0) exponent = Math.min(exponent, exponents[start]);
    }
    let sum = 0;
    for (let start = from; start < end; start++) {
      const token = this.#tokens[end * MAX_PIECE_LENGTH + end - start - 1];
      if (token >= 0) sum += forward[start] * probabilities[token] * scaled(exponents[start] - exponent);
    }
    const isSmall = sum < 2 ** -200;
    forward[end] = isSmall ? sum * SCALE : sum;
    exponents[end] = isSmall ? exponent + 1 : exponent;
  }

  /** The most probable way: its tokens, from the end. `logs` are the logarithms of the probabilities. Empty where there is none. */
  best(
    text: Int32Array,
    model: UnigramModel,
    { logs, without = -1 }: { logs: Float64Array; without?: number },
  ): number[] {
    this.#read(text, model);
    const [scores, best] = [this.#forward, this.#best];
    scores[0] = 0;
    for (let end = 1; end <= text.length; end++) {
      scores[end] = Number.NEGATIVE_INFINITY;
      for (let length = 1; length <= Math.min(end, MAX_PIECE_LENGTH); length++) {
        const token = this.#tokens[end * MAX_PIECE_LENGTH + length - 1];
        if (token < 0 || token === without) continue;
        const score = scores[end - length] + logs[token];
        if (score > scores[end]) {
          scores[end] = score;
          best[end] = length;
        }
      }
      if (scores[end] === Number.NEGATIVE_INFINITY) return [];
    }
    const way: number[] = [];
    for (let end = text.length; end > 0; end -= best[end]) {
      way.push(this.#tokens[end * MAX_PIECE_LENGTH + best[end] - 1]);
    }
    return way;
  }
}

/** SCALE^steps, for the few steps that stand between places of one token. */
function stepUp(steps: number): number {
  return steps === 0 ? 1 : steps === 1 ? SCALE : steps === -1 ? 1 / SCALE : SCALE ** steps;
}
