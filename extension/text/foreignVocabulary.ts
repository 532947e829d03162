// The vocabulary of somebody else's model, as one of ours: [PAD] and [UNK] first, then its tokens in the order of its ids.
// Files: a list of tokens, one a line or as JSON; a JSON object of ids by token; the tokenizer.json of a run.
import { UserError } from '../util/userError.ts';
import { loadTokenizer } from './tokenizer.ts';
import { PAD_NAMES, PAD_TOKEN, UNK_NAMES, UNK_TOKEN } from './types.ts';

export interface ForeignVocabulary {
  /** Ours: the id is the position. */
  tokens: string[];
  /** For each of our ids the file's id, whose rows the weights have; -1 for a token that the file does not have. */
  rows: number[];
}

/** Reads a vocabulary file for a model of `size` tokens. Throws UserError `vocabulary.*`. */
export function readForeignVocabulary(text: string, size: number): ForeignVocabulary {
  const names = namesById(text, size);
  const isNamed = (candidates: readonly string[]): number =>
    names.findIndex((name) => name !== undefined && candidates.includes(name));
  // An id without a token is what texts are padded with.
  const nameless = names.indexOf(undefined);
  const pad = isNamed(PAD_NAMES) >= 0 ? isNamed(PAD_NAMES) : nameless;
  const unknown = isNamed(UNK_NAMES);
  const others = [...names.keys()].filter((id) => id !== pad && id !== unknown);
  const missing = others.find((id) => names[id] === undefined);
  if (missing !== undefined) throw misfit(`no token has the id ${missing}`);
  return {
    tokens: [PAD_TOKEN, UNK_TOKEN, ...others.map((id) => names[id]!)],
    rows: [pad, unknown, ...others],
  };
}

/** The token of each id; undefined where the file has none. */
function namesById(text: string, size: number): (string | undefined)[] {
  const ids = idsByName(text.replace(/^\uFEFF/, ''), size);
  const names = new Array<string | undefined>(size).fill(undefined);
  for (const [name, id] of ids) {
    if (!Number.isSafeInteger(id) || id < 0 || id >= size) {
      throw misfit(`${JSON.stringify(name)} has the id ${id}, and the model’s ids go from 0 to ${size - 1}`);
    }
    if (names[id] !== undefined)
      throw misfit(`${JSON.stringify(names[id])} and ${JSON.stringify(name)} have the same id`);
    names[id] = name;
  }
  return names;
}

function idsByName(text: string, size: number): [name: string, id: number][] {
  const value = /^\s*[[{]/.test(text) ? parsed(text) : undefined;
  if (Array.isArray(value)) return fromList(value.map(String), size);
  if (typeof value === 'object' && value !== null) {
    if ('model' in value && typeof value.model === 'object') {
      const tokenizer = loadTokenizer(text);
      return Array.from({ length: tokenizer.vocabularySize }, (_, id) => [tokenizer.token(id), id]);
    }
    return Object.entries(value).map(([name, id]) => [name, Number(id)]);
  }
  return fromList(text.replace(/\r?\n$/, '').split(/\r?\n/), size);
}

/** A list that is one short begins with 1: id 0 is padding, and is not written down. */
function fromList(list: readonly string[], size: number): [string, number][] {
  const first = size - list.length;
  if (first !== 0 && first !== 1) throw misfit(`it has ${list.length} tokens, and the model ${size}`);
  return list.map((name, index) => [name, index + first]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A token may begin with a bracket: then it is a list, one a line.
    return undefined;
  }
}

function misfit(why: string): UserError {
  return new UserError({
    code: 'vocabulary.misfit',
    message: `The vocabulary does not fit the weights: ${why}.`,
    remedy: 'Give the vocabulary that the model was trained with: one token a line, or JSON with ids by token.',
  });
}
