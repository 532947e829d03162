// What a tokenizer is to the rest of Gatescope.

export const PAD_ID = 0;
export const UNK_ID = 1;
export const PAD_TOKEN = '[PAD]';
export const UNK_TOKEN = '[UNK]';

/** Cuts text into token strings, before any vocabulary. Text is already cleaned. */
export interface Splitter {
  /** The first `limit` tokens; all of them by default. */
  split(text: string, limit?: number): string[];
}

/** A splitter with its vocabulary. */
export interface Tokenizer {
  readonly vocabularySize: number;
  /** Whether tokens are single characters. */
  readonly isCharacters: boolean;
  /** Ids of at most `maxLength` tokens (by default all), at least one (an [UNK] for a text without tokens). */
  encode(text: string, maxLength?: number): { ids: Uint32Array; tokens: string[] };
  /** The id of a token; [UNK]'s where the vocabulary does not have it. */
  id(token: string): number;
  token(id: number): string;
  /** A text of these tokens: characters as they are, words with spaces between them as a writer sets them. */
  decode(ids: ArrayLike<number>): string;
  /** The text of a Hugging Face tokenizer.json that gives the same ids. */
  toJson(): string;
}

/** The whole vocabulary by id, from the padding token on. */
export function tokensOf(tokenizer: Tokenizer): string[] {
  return Array.from({ length: tokenizer.vocabularySize }, (_, id) => tokenizer.token(id));
}
