// The one place where @huggingface/tokenizers is used: it reads a tokenizer.json and does its steps.
import { Tokenizer } from '@huggingface/tokenizers';
import { withinLimit } from '../matchLimit.ts';
import { hasForeignPattern } from './checkSteps.ts';
import { unsupported } from './tokenizerErrors.ts';

/** The parts of a tokenizer.json. What stands in them is checked before (tokenizerFile.ts). */
export interface TokenizerJson {
  normalizer: object | null;
  pre_tokenizer: object | null;
  post_processor: object | null;
  decoder: object | null;
  added_tokens: readonly object[];
  model: object;
  [key: string]: unknown;
}

export interface LoadedTokenizer {
  /** Pieces of a text, before the model sees them; added tokens are not looked for. */
  cut(text: string): string[];
  /** Tokens of one piece. */
  tokensOf(piece: string): string[];
  /** Tokens of a text, added tokens among them. */
  tokenize(text: string): string[];
  decode(ids: readonly number[]): string;
}

/** Throws UserError `tokenizer.unsupported` where a file asks for what the library does not have. */
export function loadWithLibrary(json: TokenizerJson): LoadedTokenizer {
  const loaded = loadUnwatched(json);
  if (!hasForeignPattern(json)) return loaded;
  return {
    ...loaded,
    cut: (text) => withinLimit(text.length, () => loaded.cut(text)),
    tokenize: (text) => withinLimit(text.length, () => loaded.tokenize(text)),
    decode: (ids) => withinLimit(Number.POSITIVE_INFINITY, () => loaded.decode(ids)),
  };
}

function loadUnwatched(json: TokenizerJson): LoadedTokenizer {
  const tokenizer = open(json);
  const { normalizer, pre_tokenizer: preTokenizer, model } = tokenizer;
  // Lower case without regard to what stands beside a letter, as Python does it: a final Σ becomes σ.
  const isLower = /"type":"Lowercase"|"lowercase":true/.test(JSON.stringify(json.normalizer));
  const readable = (text: string): string => (isLower ? text.replaceAll('Σ', 'σ') : text);
  return {
    cut(text) {
      const normal = normalizer ? normalizer.normalize(readable(text)) : text;
      if (normal === '') return [];
      return preTokenizer ? preTokenizer.pre_tokenize(normal, { section_index: 0 }) : [normal];
    },
    tokensOf: (piece) => model?._call([piece]) ?? [],
    tokenize: (text) => tokenizer.tokenize(readable(text)),
    decode: (ids) =>
      ids.length === 0
        ? ''
        : tokenizer.decode([...ids], { skip_special_tokens: false, clean_up_tokenization_spaces: false }),
  };
}

function open(json: TokenizerJson): Tokenizer {
  try {
    return new Tokenizer(json, {});
  } catch (cause) {
    throw unsupported(`a part that cannot be read (${cause instanceof Error ? cause.message : String(cause)})`, cause);
  }
}
