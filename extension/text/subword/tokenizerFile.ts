// Reads a tokenizer.json of anyone: checks its parts before the library sees them, and gives it the ids that every model here has, 0 for padding and
// 1 for unknown. Invariant: what comes out is a tokenizer.json that Python `tokenizers` reads with the same ids; nothing in a file runs or grows
// beyond its own size.
import { PAD_ID, PAD_NAMES, PAD_TOKEN, UNK_ID, UNK_NAMES, UNK_TOKEN } from '../types.ts';
import { checkSteps, isRecord } from './checkSteps.ts';
import { unreadable, unsupported } from './tokenizerErrors.ts';
import type { TokenizerJson } from './tokenizerLibrary.ts';

const MAX_TOKENS = 1_000_000;
const MAX_TOKEN_CHARACTERS = 1000;
/** Of a unigram model all together: its search takes 28 to 52 bytes for each (PieceTrie). That of XLM-R has 1.5 million. */
const MAX_PIECE_CHARACTERS = 8_000_000;
const MODELS = ['BPE', 'WordPiece', 'Unigram', 'WordLevel'];

export interface ReadTokenizerFile {
  json: TokenizerJson;
  /** By id. */
  vocabulary: string[];
}

type Json = Record<string, unknown>;

/** Throws UserError `tokenizer.unreadable` or `tokenizer.unsupported`. */
export function readTokenizerFile(text: string): ReadTokenizerFile {
  const file = parsed(text);
  const { model } = file;
  if (!isRecord(model)) throw unreadable('it has no model');
  const type = model.type ?? guessModel(model);
  if (typeof type !== 'string' || !MODELS.includes(type)) throw unsupported(`a model of type ${JSON.stringify(type)}`);
  checkSteps(file);
  const vocabulary = readVocabulary(model, readAdded(file.added_tokens));
  if (type === 'BPE') checkMerges(model.merges);
  if (type === 'Unigram') checkPieces(vocabulary);
  const json: TokenizerJson = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: Array.isArray(file.added_tokens) ? file.added_tokens : [],
    normalizer: step(file.normalizer),
    pre_tokenizer: step(file.pre_tokenizer),
    // What it adds around a text is not a part of the text.
    post_processor: null,
    decoder: step(file.decoder),
    model: { ...model, type, ...(type === 'BPE' && { dropout: null }) },
  };
  return { json, vocabulary };
}

const step = (value: unknown): object | null => (isRecord(value) ? value : null);

function parsed(text: string): Json {
  let file: unknown;
  try {
    file = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw unreadable('it is not JSON', cause);
  }
  if (!isRecord(file)) throw unreadable('it is not a JSON object');
  return file;
}

/** Old files do not say what their model is. */
function guessModel(model: Json): string {
  if (Array.isArray(model.vocab)) return 'Unigram';
  if ('merges' in model) return 'BPE';
  return 'continuing_subword_prefix' in model ? 'WordPiece' : 'WordLevel';
}

type Added = readonly (readonly [content: string, id: number])[];

function readAdded(value: unknown): Added {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw unreadable('its added tokens are no list');
  return value.map((one): [string, number] => {
    if (!isRecord(one) || typeof one.content !== 'string' || typeof one.id !== 'number')
      throw unreadable('an added token has no content or no id');
    return [one.content, one.id];
  });
}

/** Tokens by id: ids must be 0 … n-1, each once. */
function readVocabulary({ vocab }: Json, added: Added): string[] {
  const own: [unknown, unknown][] = Array.isArray(vocab)
    ? vocab.map((entry, id) => [scoredToken(entry), id])
    : isRecord(vocab)
      ? Object.entries(vocab)
      : [];
  if (own.length === 0) throw unreadable('it has no vocabulary');
  if (own.length + added.length > MAX_TOKENS) throw unreadable(`it has more than ${MAX_TOKENS} tokens`);
  const count = new Set([...own, ...added].map(([token]) => token)).size;
  const tokens = new Array<string | undefined>(count).fill(undefined);
  for (const [token, id] of [...own, ...added]) {
    const isId = typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < count;
    if (!isId || typeof token !== 'string' || (tokens[id] !== undefined && tokens[id] !== token))
      throw unreadable(`the id of ${JSON.stringify(token)?.slice(0, 100)} is not one of 0 to ${count - 1}, each once`);
    if (token.length > MAX_TOKEN_CHARACTERS)
      throw unreadable(`a token has more than ${MAX_TOKEN_CHARACTERS} characters`);
    tokens[id] = token;
  }
  return tokens as string[];
}

function scoredToken(entry: unknown): unknown {
  if (Array.isArray(entry) && typeof entry[0] === 'string' && Number.isFinite(entry[1])) return entry[0];
  throw unreadable('an entry of its vocabulary is not a token with its score');
}

function checkPieces(vocabulary: readonly string[]): void {
  const characters = vocabulary.reduce((sum, token) => sum + token.length, 0);
  if (characters > MAX_PIECE_CHARACTERS)
    throw unreadable(`its pieces have ${characters} characters; at most ${MAX_PIECE_CHARACTERS} are read`);
}

/** `["a", "b"]`, or in older files `"a b"`. */
function checkMerges(merges: unknown): void {
  if (!Array.isArray(merges) || merges.length > 2 * MAX_TOKENS) throw unreadable('it has no list of merges');
  const isMerge = (one: unknown): boolean =>
    typeof one === 'string'
      ? one.split(' ').length === 2
      : Array.isArray(one) && one.length === 2 && one.every((part) => typeof part === 'string');
  const bad = merges.findIndex((one) => !isMerge(one));
  if (bad >= 0) throw unreadable(`merge ${bad + 1} is not a pair of tokens`);
}

/** The same tokenizer with padding as 0 and unknown as 1; both are made where it has none. */
export function withOurIds({ json, vocabulary }: ReadTokenizerFile): ReadTokenizerFile {
  const unknown = unknownOf(json, vocabulary) ?? free(UNK_TOKEN, vocabulary);
  const pad = vocabulary.find((token) => PAD_NAMES.includes(token)) ?? free(PAD_TOKEN, vocabulary);
  if (vocabulary[PAD_ID] === pad && vocabulary[UNK_ID] === unknown) return { json, vocabulary };
  const tokens = [pad, unknown, ...vocabulary.filter((token) => token !== pad && token !== unknown)];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const model = json.model as Json;
  const { vocab } = model;
  const isOwn = (token: string): boolean => Array.isArray(vocab) || Object.hasOwn(vocab as Json, token);
  const inModel = tokens.filter((token) => token === pad || token === unknown || isOwn(token));
  const scores = new Map(Array.isArray(vocab) ? (vocab as [string, number][]) : []);
  const renumbered = Array.isArray(vocab)
    ? { vocab: inModel.map((token) => [token, scores.get(token) ?? 0]), unk_id: UNK_ID }
    : { vocab: Object.fromEntries(inModel.map((token) => [token, ids.get(token)])) };
  const added = json.added_tokens.map((one) => ({ ...one, id: ids.get((one as { content: string }).content) }));
  return { json: { ...json, added_tokens: added, model: { ...model, ...renumbered } }, vocabulary: tokens };
}

/** The token that the model names, else one with a usual name. */
function unknownOf({ model }: TokenizerJson, vocabulary: readonly string[]): string | undefined {
  const { unk_token: named, unk_id: id } = model as Json;
  if (typeof named === 'string' && vocabulary.includes(named)) return named;
  if (typeof id === 'number' && vocabulary[id] !== undefined) return vocabulary[id];
  return vocabulary.find((token) => UNK_NAMES.includes(token));
}

/** A name that no token has. */
function free(name: string, vocabulary: readonly string[]): string {
  let own = name;
  while (vocabulary.includes(own)) own = `[${own}]`;
  return own;
}
