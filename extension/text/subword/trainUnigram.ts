// Unigram (Kudo, 2018): begins with all frequent substrings, learns their probabilities by expectation maximisation, and leaves out those that the
// texts can do without, until the vocabulary has its size. Steps and constants are SentencePiece's; vocabularies of two programs differ in detail.
// Invariant: bounded memory: of very large data the rarest pieces are left out, and of substrings those that cover least.
import { compareCodePoints } from '../vocabulary.ts';
import { alphabetOf, inOrder, type LearningSizes, type PieceCount, type Turn } from './learning.ts';
import { naturalLog } from './naturalLog.ts';
import { PieceTrie } from './pieceTrie.ts';
import { Segmenter, type UnigramModel } from './segmentation.ts';
import { type Corpus, findSeeds, type Substring } from './unigramSeeds.ts';

export interface UnigramOptions extends LearningSizes {
  /** Entries with the first ids; they take part in nothing. */
  first: readonly string[];
}

/** By id, each with the logarithm of its probability. */
export type TrainedUnigram = [token: string, score: number][];

/** Of different pieces together. */
const MAX_CHARACTERS = 8_000_000;
const MAX_SEEDS = 400_000;
const SUB_ITERATIONS = 2;
const SHRINKING = 0.75;
/** The last pruning leaves so much more than is wanted: what is left over goes by probability. */
const SURPLUS = 1.1;
const MIN_EXPECTED = 0.5;
const PIECES_A_TURN = 100;

export async function trainUnigram(
  pieces: Iterable<PieceCount>,
  options: UnigramOptions,
  turn: Turn,
): Promise<TrainedUnigram> {
  const training = await UnigramTraining.begin(withinMemory(inOrder(pieces)), options, turn);
  const wanted = Math.max(training.characterCount, options.maxVocabulary - options.first.length);
  const rounds = 1 + Math.ceil(naturalLog(Math.max(1, training.size / (wanted * SURPLUS))) / -naturalLog(SHRINKING));
  for (let round = 0; ; round++) {
    for (let iteration = 0; iteration < SUB_ITERATIONS; iteration++) {
      const done = (round + iteration / SUB_ITERATIONS) / rounds;
      await training.maximise((part) => turn(Math.min(1, done + part / (SUB_ITERATIONS * rounds))));
    }
    if (training.size <= wanted * SURPLUS) break;
    await training.prune(
      Math.max(Math.floor(wanted * SURPLUS), Math.floor(training.size * SHRINKING)),
      turn,
      Math.min(1, (round + 1) / rounds),
    );
  }
  return [...options.first.map((token): [string, number] => [token, 0]), ...training.result(wanted)];
}

/** The most frequent pieces. */
function withinMemory(pieces: readonly PieceCount[]): readonly PieceCount[] {
  let characters = 0;
  const end = pieces.findIndex(([piece]) => {
    characters += piece.length;
    return characters > MAX_CHARACTERS;
  });
  return end < 0 ? pieces : pieces.slice(0, end);
}

class UnigramTraining {
  readonly #alphabet: string[];
  readonly #corpus: Corpus;
  readonly #segmenter = new Segmenter();
  /** Tokens as numbers of characters; the characters themselves come first and stay. */
  #tokens: Int32Array[];
  #model: UnigramModel;

  static async begin(pieces: readonly PieceCount[], options: UnigramOptions, turn: Turn): Promise<UnigramTraining> {
    const training = new UnigramTraining(pieces);
    const seeds = await findSeeds(training.#corpus, Math.max(2, options.minFrequency), MAX_SEEDS, turn);
    training.#addSeeds(seeds);
    return training;
  }

  private constructor(pieces: readonly PieceCount[]) {
    this.#alphabet = alphabetOf(pieces);
    const numbers = new Map(this.#alphabet.map((character, index) => [character, index]));
    const characters: number[] = [];
    const starts = [0];
    for (const [piece] of pieces) {
      for (const character of piece) characters.push(numbers.get(character) ?? 0);
      starts.push(characters.length);
    }
    const counts = Float64Array.from(pieces, ([, count]) => count);
    this.#corpus = { characters: Int32Array.from(characters), starts: Uint32Array.from(starts), counts };
    this.#tokens = this.#alphabet.map((_, index) => Int32Array.of(index));
    this.#model = this.#modelOf(this.#characterCounts());
  }

  #addSeeds(seeds: readonly Substring[]): void {
    const { characters } = this.#corpus;
    this.#tokens = this.#tokens.concat(seeds.map(({ start, length }) => characters.subarray(start, start + length)));
    this.#model = this.#modelOf([...this.#characterCounts(), ...seeds.map(({ count, length }) => count * length)]);
  }

  get size(): number {
    return this.#tokens.length;
  }

  get characterCount(): number {
    return this.#alphabet.length;
  }

  #piece(at: number): Int32Array {
    return this.#corpus.characters.subarray(this.#corpus.starts[at], this.#corpus.starts[at + 1]);
  }

  #characterCounts(): Float64Array {
    const found = new Float64Array(this.#alphabet.length);
    for (const [at, count] of this.#corpus.counts.entries()) for (const one of this.#piece(at)) found[one] += count;
    return found;
  }

  /** Probabilities in the ratio of `weights`, one a token. */
  #modelOf(weights: ArrayLike<number>): UnigramModel {
    const total = Array.from(weights).reduce((sum, weight) => sum + weight, 0);
    return {
      trie: new PieceTrie(this.#tokens, this.#alphabet.length),
      probabilities: Float64Array.from(weights, (weight) => weight / total),
    };
  }

  /** One step of expectation maximisation; tokens that are hardly expected go. */
  async maximise(turn: Turn): Promise<void> {
    const expected = new Float64Array(this.size);
    for (const [at, weight] of this.#corpus.counts.entries()) {
      this.#segmenter.expect(this.#piece(at), this.#model, { expected, weight });
      if (at % PIECES_A_TURN === 0) await turn(at / this.#corpus.counts.length);
    }
    this.#keep((token) => expected[token] >= MIN_EXPECTED, expected);
  }

  /** Keeps characters, and the tokens that `isKept`; the new probabilities follow from what is expected of each. */
  #keep(isKept: (token: number) => boolean, expected: Float64Array): void {
    const kept = [...this.#tokens.keys()].filter((token) => token < this.characterCount || isKept(token));
    this.#tokens = kept.map((token) => this.#tokens[token]);
    this.#model = this.#modelOf(kept.map((token) => sparse(expected[token])));
  }

  /** Leaves `target` tokens: those whose loss would make the texts least probable go. */
  async prune(target: number, turn: Turn, completed: number): Promise<void> {
    const logs = this.#model.probabilities.map(naturalLog);
    const used = new Float64Array(this.size);
    for (const [at, count] of this.#corpus.counts.entries()) {
      for (const token of this.#segmenter.best(this.#piece(at), this.#model, { logs })) used[token] += count;
      if (at % PIECES_A_TURN === 0) await turn(completed);
    }
    const total = used.reduce((sum, count) => sum + count, 0);
    const losses = new Float64Array(this.size);
    for (let token = this.characterCount; token < this.size; token++) {
      if (used[token] > 0) losses[token] = this.#lossOf(token, { logs, used, total });
      if (token % PIECES_A_TURN === 0) await turn(completed);
    }
    const order = Array.from(this.#tokens.keys()).slice(this.characterCount);
    order.sort((a, b) => losses[b] - losses[a] || a - b);
    const kept = new Set(order.slice(0, Math.max(0, target - this.characterCount)));
    const { probabilities } = this.#model;
    const staying = [...this.#tokens.keys()].filter((token) => token < this.characterCount || kept.has(token));
    this.#tokens = staying.map((token) => this.#tokens[token]);
    this.#model = this.#modelOf(staying.map((token) => probabilities[token]));
  }

  /** What the logarithm of the texts' probability loses where other tokens take this one's place. */
  #lossOf(token: number, { logs, used, total }: { logs: Float64Array; used: Float64Array; total: number }): number {
    const others = this.#segmenter.best(this.#tokens[token], this.#model, { logs, without: token });
    const own = naturalLog(used[token] / total);
    const newTotal = naturalLog(total + used[token] * (others.length - 1));
    const instead = others.reduce((sum, other) => sum + naturalLog(used[other] + used[token]) - newTotal, 0);
    return used[token] * (own - instead);
  }

  /** The `count` most probable tokens, all characters among them, by falling probability, ties by code point. */
  result(count: number): TrainedUnigram {
    const text = (token: Int32Array): string => Array.from(token, (character) => this.#alphabet[character]).join('');
    const { probabilities } = this.#model;
    const scored = this.#tokens.map((token, at): [string, number] => [text(token), probabilities[at]]);
    const byProbability = (a: [string, number], b: [string, number]): number =>
      b[1] - a[1] || compareCodePoints(a[0], b[0]);
    const others = scored.slice(this.characterCount).sort(byProbability);
    const kept = [...scored.slice(0, this.characterCount), ...others.slice(0, count - this.characterCount)];
    return kept.sort(byProbability).map(([token, probability]) => [token, shortened(naturalLog(probability))]);
  }
}

/** To 12 decimals: Python reads numbers with more digits to within a unit of the last place only, which decides where two ways tie. */
const shortened = (score: number): number => Number(score.toFixed(12));

/**
 * A count as the variational update of a sparse prior counts it: exp(ψ(count)), to within 1 % (Liang and Klein, 2007).
 * A character that nothing needs any more keeps a little, as every text must have a way.
 */
function sparse(count: number): number {
  if (count < 0.01) return 0.0001;
  return count < 1 ? 0.5615 * count * count : count - 0.5 + 0.0615 / count;
}
