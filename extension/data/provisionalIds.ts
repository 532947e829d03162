// Ids of tokens in the order of their appearance, until the vocabulary is known. Memory is one entry a distinct token.
import { UNK_ID } from '../text/types.ts';
import { buildVocabulary, type KnownVocabulary, type VocabularyOptions } from '../text/vocabulary.ts';

export class ProvisionalIds {
  /** Keys stand in the order of their ids. */
  readonly #ids = new Map<string, number>();

  get size(): number {
    return this.#ids.size;
  }

  keys(): IterableIterator<string> {
    return this.#ids.keys();
  }

  idOf(key: string): number {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    this.#ids.set(ownCopy(key), this.#ids.size);
    return this.#ids.size - 1;
  }

  /** The vocabulary of tokens that were counted, and the final id of each provisional one. `counts[id]`: how often a token occurs. */
  finish(
    counts: Uint32Array,
    options: VocabularyOptions,
    known?: KnownVocabulary,
  ): { vocabulary: string[]; finalIds: Uint32Array } {
    const pairs = Array.from(this.#ids.keys(), (token, id): [string, number] => [token, counts[id]]);
    const seen = pairs.filter(([, count]) => count > 0);
    const vocabulary = buildVocabulary(seen, options, known);
    const ids = new Map(vocabulary.map((token, id) => [token, id]));
    const finalIds = Uint32Array.from(this.#ids.keys(), (token) => ids.get(token) ?? UNK_ID);
    this.#ids.clear();
    return { vocabulary, finalIds };
  }
}

/** V8 keeps a long substring as a window on its whole text; a kept token must not keep a piece of the file. */
const ownCopy = (text: string): string => ` ${text}`.slice(1);
