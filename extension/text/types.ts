// What a tokenizer is to the rest of Gatescope.

export const PAD_ID = 0;
export const UNK_ID = 1;
export const PAD_TOKEN = '[PAD]';
export const UNK_TOKEN = '[UNK]';
/** What others call them. */
export const PAD_NAMES = ['[PAD]', '<pad>', '<PAD>', '@@PADDING@@', '<blank>'];
export const UNK_NAMES = ['[UNK]', '<unk>', '<UNK>', '@@UNKNOWN@@', '<OOV>', '[OOV]', 'UNK', '<unknown>'];

/** Cuts text into token strings, before any vocabulary. Text is already cleaned. */
export interface Splitter {
  /** The first `limit` tokens; all of them by default. */
  split(text: string, limit?: number): string[];
}

export interface EncodedTokens {
  ids: Uint32Array;
  /** As they are shown: a word that the vocabulary does not have stands there as it is. */
  tokens: string[];
}

/** A splitter with its vocabulary. */
export interface Tokenizer {
  readonly vocabularySize: number;
  /** Of tokenizer.json. */
  readonly model: string;
  /** Whether tokens are single characters. */
  readonly isCharacters: boolean;
  /** Ids of at most `maxLength` tokens (by default all), at least one (an [UNK] for a text without tokens). */
  encode(text: string, maxLength?: number): EncodedTokens;
  /** The same of a piece of running text: all of it, and nothing where there is nothing. */
  encodePiece(text: string): EncodedTokens;
  /** The id of a token, as it is or as it is shown; [UNK]'s where the vocabulary does not have it. */
  id(token: string): number;
  token(id: number): string;
  /** A token as people read it: of bytes the characters that they stand for. */
  shown(id: number): string;
  /** A text of these tokens: characters as they are, words with spaces between them as a writer sets them. */
  decode(ids: ArrayLike<number>): string;
  /** The text of a Hugging Face tokenizer.json that gives the same ids. */
  toJson(): string;
}

/** The whole vocabulary by id, from the padding token on. */
export function tokensOf(tokenizer: Tokenizer): string[] {
  return Array.from({ length: tokenizer.vocabularySize }, (_, id) => tokenizer.token(id));
}
