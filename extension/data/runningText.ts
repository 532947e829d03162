// From pieces of running text to token ids. The end of a line is a token; words are cut within lines, characters are all there.
import type { ResolvedExperiment } from '../schema/resolved.ts';
import type { Turn } from '../text/subword/learning.ts';
import { type EncodedTokens, type Tokenizer, UNK_ID } from '../text/types.ts';
import { createPreparation } from './cleaning.ts';
import { DataError } from './dataError.ts';
import { createLearner, type TextLearner } from './learnedText.ts';
import { ProvisionalIds } from './provisionalIds.ts';
import type { KnownText } from './trainingSet.ts';
import type { EncodedText, Example } from './types.ts';

/** Fewest tokens of a part: one to read and one to predict. */
const MIN_TOKENS = 2;

type TextSettings = ResolvedExperiment['text'];

/** Cleans a piece. The white space that it ends in stays, as it keeps the piece apart from the next. */
export function createPieceCleaner(text: TextSettings): (piece: string) => string {
  const clean = createPreparation(text);
  return (piece) => {
    const end = /\s?$/.exec(piece)?.[0] ?? '';
    return clean(piece.slice(0, piece.length - end.length)) + end;
  };
}

/** Tokens of a piece, cleaned. */
export function createPieceEncoder(text: TextSettings, tokenizer: Tokenizer): (piece: string) => EncodedTokens {
  const clean = createPieceCleaner(text);
  return (piece) => tokenizer.encodePiece(clean(piece));
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
  readonly #clean: (piece: string) => string;
  /** A tokenizer that is there already, or what learns one. */
  readonly #text: Tokenizer | TextLearner;
  readonly #ids = new ProvisionalIds();
  readonly #tokens = new TokenBuffer();

  constructor(experiment: ResolvedExperiment, known: KnownText = {}) {
    this.#experiment = experiment;
    this.#text =
      known.tokenizer ?? createLearner(experiment.text.tokenizer, { keepsLineBreaks: true, known: known.vocabulary });
    this.#clean = createPieceCleaner(experiment.text);
  }

  add({ text }: Example): undefined {
    const cleaned = this.#clean(text);
    if ('encode' in this.#text) for (const id of this.#text.encodePiece(cleaned).ids) this.#tokens.push(id);
    else for (const piece of this.#text.cut(cleaned)) this.#tokens.push(this.#ids.idOf(piece));
  }

  /** Ends building. Throws DataError `data.tooShort`. */
  async finish(turn: Turn = async () => undefined): Promise<TrainingText> {
    const { data } = this.#experiment;
    const all = this.#tokens.view();
    const share = 'split' in data.validation ? data.validation.split : undefined;
    const end = share === undefined ? all.length : all.length - Math.round(all.length * share);
    requireTokens(end, ['data', 'train', 'path'], 'The training text');
    if (share !== undefined)
      requireTokens(all.length - end, ['data', 'validation', 'split'], 'The held-out end of the text');
    const { tokenizer, train, heldOut } = await this.#settleIds(all.subarray(0, end), all.subarray(end), turn);
    return {
      tokenizer,
      train: encodedText(train),
      heldOut: share === undefined ? undefined : encodedText(heldOut),
    };
  }

  /** Learns the tokenizer from the training part where there is none, and gives both parts its ids. */
  async #settleIds(train: Uint32Array, heldOut: Uint32Array, turn: Turn) {
    if ('encode' in this.#text) return { tokenizer: this.#text, train, heldOut };
    const counts = new Uint32Array(this.#ids.size);
    for (const id of train) counts[id]++;
    const { tokenizer, idsOf } = await this.#text.learn(this.#ids, counts, turn);
    return { tokenizer, train: withIds(train, idsOf), heldOut: withIds(heldOut, idsOf) };
  }
}

/** The ids of all pieces; in place where each has one. */
function withIds(pieces: Uint32Array, idsOf: Uint32Array | readonly Uint32Array[]): Uint32Array {
  if (idsOf instanceof Uint32Array) {
    for (let at = 0; at < pieces.length; at++) pieces[at] = idsOf[pieces[at]];
    return pieces;
  }
  const tokens = new TokenBuffer();
  for (const piece of pieces) for (const id of idsOf[piece]) tokens.push(id);
  return tokens.view();
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
