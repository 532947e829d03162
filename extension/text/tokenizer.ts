// A splitter with its vocabulary, and its file: a Hugging Face tokenizer.json with a WordLevel model.
// Invariant: ids equal those of Python `tokenizers` on the same cleaned text, but that a text without tokens is one [UNK] here.
import { UserError } from '../util/userError.ts';
import { joinTokens } from './joinTokens.ts';
import { type PatternSettings, TOKENIZER_TYPES, tokenPattern } from './patterns.ts';
import { createSplitter, type SplitterSettings } from './splitters.ts';
import { PAD_TOKEN, type Tokenizer, UNK_ID, UNK_TOKEN } from './types.ts';

/** `vocabulary[id]` is the token; it starts with [PAD] and [UNK]. */
export function createTokenizer(settings: SplitterSettings, vocabulary: readonly string[]): Tokenizer {
  const ids = new Map(vocabulary.map((token, id) => [token, id]));
  const splitter = createSplitter(settings);
  const idOf = (token: string): number => ids.get(token) ?? UNK_ID;
  return {
    vocabularySize: vocabulary.length,
    isCharacters: settings.type === 'character',
    encode(text, maxLength) {
      const split = splitter.split(text, maxLength);
      const tokens = split.length > 0 ? split : [UNK_TOKEN];
      return { tokens, ids: Uint32Array.from(tokens, idOf) };
    },
    id: idOf,
    token: (id) => vocabulary[id],
    decode: (tokenIds) =>
      joinTokens(
        settings.type,
        Array.from(tokenIds, (id) => vocabulary[id]),
      ),
    toJson: () => toJson(settings, vocabulary),
  };
}

function toJson({ lowercase, ...pattern }: SplitterSettings, vocabulary: readonly string[]): string {
  const file = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: lowercase ? { type: 'Lowercase' } : null,
    pre_tokenizer: splitStep(pattern),
    post_processor: null,
    decoder: null,
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
      unk_token: UNK_TOKEN,
    },
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** What matches is kept; what lies between is removed. */
function splitStep(settings: PatternSettings) {
  return { type: 'Split', pattern: { Regex: tokenPattern(settings).portable }, behavior: 'Removed', invert: true };
}

/** Reads what `toJson` writes. Throws UserError `tokenizer.*` for anything else. */
export function loadTokenizer(json: string): Tokenizer {
  let file: unknown;
  try {
    file = JSON.parse(json);
  } catch (cause) {
    throw unreadable('it is not JSON', cause);
  }
  if (!isRecord(file) || !isRecord(file.model)) throw unreadable('it has no model');
  const { model, normalizer, pre_tokenizer: preTokenizer } = file;
  if (model.type !== 'WordLevel') throw unsupported(`a model of type ${JSON.stringify(model.type)}`);
  const lowercase = isRecord(normalizer) && normalizer.type === 'Lowercase';
  if (!lowercase && normalizer !== null)
    throw unsupported(`the normalizer ${JSON.stringify(normalizer).slice(0, 100)}`);
  const candidates = TOKENIZER_TYPES.flatMap((type) =>
    [false, true].map((keepsLineBreaks) => ({ type, keepsLineBreaks })),
  );
  const pattern = candidates.find((candidate) => isSameStep(preTokenizer, splitStep(candidate)));
  if (!pattern) throw unsupported('a pre-tokenizer that Gatescope does not write');
  return createTokenizer({ ...pattern, lowercase }, readVocabulary(model.vocab));
}

function isSameStep(value: unknown, step: ReturnType<typeof splitStep>): boolean {
  if (!isRecord(value) || !isRecord(value.pattern)) return false;
  const { type, pattern, behavior, invert } = value;
  return (
    type === step.type && pattern.Regex === step.pattern.Regex && behavior === step.behavior && invert === step.invert
  );
}

/** Ids must be 0 … n-1, each once. */
function readVocabulary(value: unknown): string[] {
  if (!isRecord(value)) throw unreadable('it has no vocabulary');
  const entries = Object.entries(value);
  const vocabulary = new Array<string | undefined>(entries.length).fill(undefined);
  for (const [token, id] of entries) {
    const isFree =
      typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < entries.length && vocabulary[id] === undefined;
    if (!isFree)
      throw unreadable(`the id of ${JSON.stringify(token)} is not one of 0 to ${entries.length - 1}, each once`);
    vocabulary[id] = token;
  }
  if (vocabulary[0] !== PAD_TOKEN || vocabulary[1] !== UNK_TOKEN)
    throw unreadable('it does not begin with [PAD] and [UNK]');
  return vocabulary as string[];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(why: string, cause?: unknown): UserError {
  return new UserError({
    code: 'tokenizer.unreadable',
    message: `The tokenizer.json cannot be read: ${why}.`,
    remedy: 'Train again, or copy the file from the run that wrote it.',
    cause,
  });
}

function unsupported(what: string): UserError {
  return new UserError({
    code: 'tokenizer.unsupported',
    message: `The tokenizer.json has ${what}, which cannot be used yet.`,
    remedy: 'Use the tokenizer.json of a Gatescope run.',
  });
}
