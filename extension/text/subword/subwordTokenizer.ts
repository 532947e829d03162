// A tokenizer that a tokenizer.json describes, with whatever model. Its ids 0 and 1 are padding and unknown (tokenizerFile.ts sees to that).
// Invariant: ids equal those of Python `tokenizers` with the same file, but that a text without tokens is one unknown token here.
import { joinTokens } from '../joinTokens.ts';
import { type Tokenizer, UNK_ID } from '../types.ts';
import { readableBytes } from './byteLevel.ts';
import { WORDPIECE_PREFIX } from './cutting.ts';
import { type LoadedTokenizer, loadWithLibrary, type TokenizerJson } from './tokenizerLibrary.ts';
import { createUnigramEncoder } from './unigramEncoder.ts';

/** Pieces whose tokens are remembered; data has few different ones. */
const MAX_REMEMBERED = 100_000;

export interface SubwordTokenizer extends Tokenizer {
  /** What the model sees of a text: pieces that are counted, and encoded one by one. */
  pieces(text: string): string[];
  idsOfPiece(piece: string): Uint32Array;
}

/** `vocabulary[id]` is the token. */
export function createSubwordTokenizer(json: TokenizerJson, vocabulary: readonly string[]): SubwordTokenizer {
  const library = loadWithLibrary(json);
  const ids = new Map(vocabulary.map((token, id) => [token, id]));
  const isBytes = /"type":"ByteLevel"/.test(JSON.stringify([json.pre_tokenizer, json.decoder]));
  const shown = (id: number): string => (isBytes ? readableBytes(vocabulary[id]) : vocabulary[id]);
  const idsByName = (tokens: readonly string[]): number[] => tokens.map((token) => ids.get(token) ?? UNK_ID);
  const idsOfPiece = remembering(unigramOf(json) ?? ((piece) => idsByName(library.tokensOf(piece))));
  const idsOf =
    json.added_tokens.length > 0
      ? (text: string) => idsByName(library.tokenize(text))
      : (text: string) => cut(library, text).flatMap((piece) => [...idsOfPiece(piece)]);
  let byShown: Map<string, number> | undefined;
  const idByShown = (token: string): number | undefined => {
    if (!isBytes) return undefined;
    byShown ??= new Map(vocabulary.map((_, id) => [shown(id), id]));
    return byShown.get(token);
  };
  const encoded = (list: readonly number[]) => ({ ids: Uint32Array.from(list), tokens: list.map(shown) });
  return {
    vocabularySize: vocabulary.length,
    model: modelOf(json),
    isCharacters: false,
    encode(text, maxLength) {
      const all = idsOf(text.toWellFormed()).slice(0, maxLength);
      return encoded(all.length > 0 ? all : [UNK_ID]);
    },
    encodePiece: (text) => encoded(idsOf(text.toWellFormed())),
    pieces: (text) => cut(library, text.toWellFormed()),
    idsOfPiece,
    id: (token) => ids.get(token) ?? idByShown(token) ?? UNK_ID,
    token: (id) => vocabulary[id],
    shown,
    decode(tokenIds) {
      const list = Array.from(tokenIds);
      return modelOf(json) === 'WordPiece' ? joinPieces(list.map((id) => vocabulary[id])) : library.decode(list);
    },
    toJson: () => `${JSON.stringify(json, undefined, 2)}\n`,
  };
}

/** Metaspace leaves its pieces together in the library, and cuts them before each mark in Python; the model says the same of both. */
function cut(library: LoadedTokenizer, text: string): string[] {
  return library.cut(text).flatMap((piece) => (piece.includes('▁') ? piece.split(/(?=▁)/) : [piece]));
}

/** Undefined of a model that is no unigram, or spells unknown characters as bytes. */
function unigramOf({ model }: TokenizerJson): ((piece: string) => number[]) | undefined {
  const { type, vocab, byte_fallback: hasBytes } = model as Record<string, unknown>;
  return type === 'Unigram' && !hasBytes ? createUnigramEncoder(vocab as [string, number][], UNK_ID) : undefined;
}

function remembering(idsOf: (piece: string) => number[]): (piece: string) => Uint32Array {
  const remembered = new Map<string, Uint32Array>();
  return (piece: string): Uint32Array => {
    const known = remembered.get(piece);
    if (known) return known;
    const own = Uint32Array.from(idsOf(piece));
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(piece, own);
    return own;
  };
}

const modelOf = ({ model }: TokenizerJson): string => ('type' in model ? String(model.type) : '');

function joinPieces(tokens: readonly string[]): string {
  const words: string[] = [];
  for (const token of tokens) {
    if (token.startsWith(WORDPIECE_PREFIX) && words.length > 0)
      words.push(words.pop() + token.slice(WORDPIECE_PREFIX.length));
    else words.push(token);
  }
  return joinTokens('word', words);
}
