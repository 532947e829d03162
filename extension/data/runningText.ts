// From pieces of running text to token ids. The end of a line is a token; words are cut within lines, characters are all there.
import type { ResolvedExperiment } from '../schema/resolved.ts';
import { createSplitter } from '../text/splitters.ts';
import { createTokenizer } from '../text/tokenizer.ts';
import { type Tokenizer, UNK_ID } from '../text/types.ts';
import type { KnownVocabulary } from '../text/vocabulary.ts';
import { createCleaner } from './cleaning.ts';
import { DataError } from './dataError.ts';
import { ProvisionalIds } from './provisionalIds.ts';
import type { EncodedText, Example } from './types.ts';

/** Fewest tokens of a part: one to read and one to predict. */
const MIN_TOKENS = 2;

type TextSettings = ResolvedExperiment['text'];

/** Cleans a piece. The white space that it ends in stays, as it keeps the piece apart from the next. */
export function createPieceCleaner(steps: TextSettings['cleaning']): (piece: string) => string {
  const clean = createCleaner(steps);
  return (piece) => {
    const end = /\s?$/.exec(piece)?.[0] ?? '';
    return clean(piece.slice(0, piece.length - end.length)) + end;
  };
}

/** Tokens of a piece, cleaned. */
export function createPieceSplitter({ cleaning, tokenizer }: TextSettings): (piece: string) => string[] {
  const clean = createPieceCleaner(cleaning);
  const splitter = createSplitter({ ...tokenizer, keepsLineBreaks: true });
  return (piece) => splitter.split(clean(piece));
}

/** Ids that grow by doubling. */
export class TokenBuffer {
  #ids = new Uint32Array(1 << 16);
  #count = 0;

  push(id: number): void {
    if (this.#count === this.#ids.length) {
      const grown = new Uint32Array(this.#ids.length * 2);
      grown.set(this.#ids);
      this.#ids = grown;
    }
    this.#ids[this.#count++] = id;
  }

  /** What is held now: a view. */
  view(): Uint32Array {
    return this.#ids.subarray(0, this.#count);
  }
}

export interface TrainingText {
  tokenizer: Tokenizer;
  train: EncodedText;
  /** The end of the text that was held out; undefined where validation has a source of its own. */
  heldOut?: EncodedText;
}

/** Encodes the training text with provisional ids; the vocabulary comes from the part that is trained on alone. */
export class TrainingTextBuilder {
  readonly #experiment: ResolvedExperiment;
  readonly #split: (piece: string) => string[];
  readonly #ids = new ProvisionalIds();
  readonly #tokens = new TokenBuffer();
  readonly #known: KnownVocabulary | undefined;

  constructor(experiment: ResolvedExperiment, known?: KnownVocabulary) {
    this.#experiment = experiment;
    this.#known = known;
    this.#split = createPieceSplitter(experiment.text);
  }

  add({ text }: Example): undefined {
    for (const token of this.#split(text)) this.#tokens.push(this.#ids.idOf(token));
  }

  /** Ends building. Throws DataError `data.tooShort`. */
  finish(): TrainingText {
    const { data, text } = this.#experiment;
    const all = this.#tokens.view();
    const share = 'split' in data.validation ? data.validation.split : undefined;
    const end = share === undefined ? all.length : all.length - Math.round(all.length * share);
    requireTokens(end, ['data', 'train', 'path'], 'The training text');
    if (share !== undefined)
      requireTokens(all.length - end, ['data', 'validation', 'split'], 'The held-out end of the text');
    const counts = new Uint32Array(this.#ids.size);
    for (let at = 0; at < end; at++) counts[all[at]]++;
    const { vocabulary, finalIds } = this.#ids.finish(counts, text.tokenizer, this.#known);
    for (let at = 0; at < all.length; at++) all[at] = finalIds[all[at]];
    return {
      tokenizer: createTokenizer({ ...text.tokenizer, keepsLineBreaks: true }, vocabulary),
      train: encodedText(all.subarray(0, end)),
      heldOut: share === undefined ? undefined : encodedText(all.subarray(end)),
    };
  }
}

export const encodedText = (ids: Uint32Array): EncodedText => ({ count: ids.length, ids });

/** Tokens that the vocabulary does not have. */
export function countUnknown({ ids }: EncodedText): number {
  return ids.reduce((count, id) => count + (id === UNK_ID ? 1 : 0), 0);
}

/** Throws DataError `data.tooShort`. */
export function requireTokens(count: number, configPath: readonly string[], what: string): void {
  if (count >= MIN_TOKENS) return;
  throw new DataError({
    code: 'data.tooShort',
    message: `${what} has ${count === 1 ? '1 token' : `${count} tokens`}; a language model needs at least ${MIN_TOKENS} in each part.`,
    remedy: 'Give a longer text, or change the share that is held out.',
    configPath,
  });
}
