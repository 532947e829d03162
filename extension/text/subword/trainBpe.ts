// Byte-pair encoding (Sennrich et al., 2016): the most frequent pair of neighbours becomes a token, again and again.
// Invariant: merges and vocabulary are those of Hugging Face's BpeTrainer on the same counts (test/golden/tokenizers), ties by the ids of the
// pair, the smaller first. WordPiece is trained in the same way, as there: symbols inside a word carry the prefix `##`.
import { alphabetOf, inOrder, type LearningSizes, type PieceCount, type Turn } from './learning.ts';
import { PairQueue, type QueuedPair } from './pairQueue.ts';

export interface BpeOptions extends LearningSizes {
  /** Tokens with the first ids. */
  first: readonly string[];
  /** Characters that are in the vocabulary whether or not they were seen. */
  alphabet?: readonly string[];
  /** Stands before symbols that do not begin a piece. */
  prefix?: string;
}

export interface TrainedBpe {
  /** By id. */
  tokens: string[];
  merges: [left: string, right: string][];
}

export async function trainBpe(pieces: Iterable<PieceCount>, options: BpeOptions, turn: Turn): Promise<TrainedBpe> {
  const merger = new Merger(inOrder(pieces), options);
  while (merger.merge()) await turn(merger.completed);
  return merger.result();
}

class Merger {
  readonly #options: BpeOptions;
  readonly #tokens: string[] = [];
  readonly #ids = new Map<string, number>();
  /** Symbols of all words, one after another: those of word w begin at `#starts[w]`, and there are `#lengths[w]`. */
  readonly #symbols: Int32Array;
  readonly #starts: Uint32Array;
  readonly #lengths: Uint32Array;
  readonly #counts: Float64Array;
  readonly #pairCounts = new Map<number, number>();
  /** Pairs that a merge made, with the words that they are in. */
  #changed = new Map<number, number[]>();
  readonly #queue = new PairQueue();
  /** In order; a pair that is merged once more takes its later place. */
  readonly #merges = new Set<number>();
  readonly #firstSize: number;

  constructor(words: readonly PieceCount[], options: BpeOptions) {
    this.#options = options;
    for (const token of options.first) this.#idOf(token);
    const alphabet = alphabetOf([...words, ...(options.alphabet ?? []).map((one): PieceCount => [one, 0])]);
    for (const character of alphabet) this.#idOf(character);
    if (options.prefix !== undefined) this.#addInner(words, options.prefix);
    this.#counts = Float64Array.from(words, ([, count]) => count);
    this.#starts = new Uint32Array(words.length);
    this.#lengths = new Uint32Array(words.length);
    const symbols: number[] = [];
    for (const [at, [word]] of words.entries()) {
      this.#starts[at] = symbols.length;
      for (const character of word) {
        const isFirst = symbols.length === this.#starts[at];
        symbols.push(this.#idOf(isFirst ? character : (options.prefix ?? '') + character));
      }
      this.#lengths[at] = symbols.length - this.#starts[at];
    }
    this.#symbols = Int32Array.from(symbols);
    this.#firstSize = this.#tokens.length;
    this.#countPairs();
  }

  /** Characters that stand inside words, by code point. */
  #addInner(words: readonly PieceCount[], prefix: string): void {
    const inner = alphabetOf(
      words.map(([word]): PieceCount => [word.slice(String.fromCodePoint(word.codePointAt(0) ?? 0).length), 0]),
    );
    for (const character of inner) this.#idOf(prefix + character);
  }

  #idOf(token: string): number {
    const known = this.#ids.get(token);
    if (known !== undefined) return known;
    this.#ids.set(token, this.#tokens.length);
    return this.#tokens.push(token) - 1;
  }

  #countPairs(): void {
    for (const [word, start] of this.#starts.entries()) {
      for (let at = start + 1; at < start + this.#lengths[word]; at++) {
        this.#change(this.#symbols[at - 1], this.#symbols[at], word, 1);
      }
    }
    this.#queueChanged();
  }

  #change(left: number, right: number, word: number, by: number): void {
    const key = keyOf(left, right);
    this.#pairCounts.set(key, (this.#pairCounts.get(key) ?? 0) + by * this.#counts[word]);
    if (by < 0) return;
    const words = this.#changed.get(key);
    if (!words) this.#changed.set(key, [word]);
    else if (words.at(-1) !== word) words.push(word);
  }

  #queueChanged(): void {
    for (const [key, words] of this.#changed) {
      const count = this.#pairCounts.get(key) ?? 0;
      if (count > 0) this.#queue.push({ left: leftOf(key), right: rightOf(key), count, words });
    }
    this.#changed = new Map();
  }

  get completed(): number {
    return (this.#tokens.length - this.#firstSize) / Math.max(1, this.#options.maxVocabulary - this.#firstSize);
  }

  /** Merges the most frequent pair; false where there is none, or no room. */
  merge(): boolean {
    if (this.#tokens.length >= this.#options.maxVocabulary) return false;
    const top = this.#mostFrequent();
    if (!top || top.count < Math.max(1, this.#options.minFrequency)) return false;
    const { left, right, words } = top;
    const { prefix = '' } = this.#options;
    const end = this.#tokens[right];
    const merged = this.#idOf(
      this.#tokens[left] + (prefix !== '' && end.startsWith(prefix) ? end.slice(prefix.length) : end),
    );
    const key = keyOf(left, right);
    this.#merges.delete(key);
    this.#merges.add(key);
    for (const word of words) this.#mergeIn(word, top, merged);
    this.#queueChanged();
    return true;
  }

  /** Counts that have changed since they were queued are queued anew. */
  #mostFrequent(): QueuedPair | undefined {
    for (let top = this.#queue.pop(); top; top = this.#queue.pop()) {
      const count = this.#pairCounts.get(keyOf(top.left, top.right)) ?? 0;
      if (count === top.count) return top;
      if (count > 0) this.#queue.push({ ...top, count });
    }
    return undefined;
  }

  #mergeIn(word: number, { left, right }: QueuedPair, merged: number): void {
    const symbols = this.#symbols;
    const start = this.#starts[word];
    let end = start + this.#lengths[word];
    for (let at = start; at + 1 < end; at++) {
      if (symbols[at] !== left || symbols[at + 1] !== right) continue;
      if (at > start) {
        this.#change(symbols[at - 1], left, word, -1);
        this.#change(symbols[at - 1], merged, word, 1);
      }
      symbols[at] = merged;
      symbols.copyWithin(at + 1, at + 2, end);
      end--;
      if (at + 1 < end) {
        this.#change(right, symbols[at + 1], word, -1);
        this.#change(merged, symbols[at + 1], word, 1);
      }
    }
    this.#lengths[word] = end - start;
  }

  result(): TrainedBpe {
    const merges = Array.from(this.#merges, (key): [string, string] => [
      this.#tokens[leftOf(key)],
      this.#tokens[rightOf(key)],
    ]);
    return { tokens: this.#tokens, merges };
  }
}

/** Both ids in one number: a vocabulary has at most 10 million entries. */
const IDS = 2 ** 26;
const keyOf = (left: number, right: number): number => left * IDS + right;
const leftOf = (key: number): number => Math.floor(key / IDS);
const rightOf = (key: number): number => key % IDS;
