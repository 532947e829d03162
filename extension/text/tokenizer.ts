// A splitter with its vocabulary, and its file: a Hugging Face tokenizer.json with a WordLevel model. Files with other models are subword/'s.
// Invariant: ids equal those of Python `tokenizers` on the same cleaned text, but that a text without tokens is one [UNK] here.
import { joinTokens } from './joinTokens.ts';
import { WORD_TOKENIZERS } from './patterns.ts';
import { splitStep } from './splitStep.ts';
import { createSplitter, type SplitterSettings } from './splitters.ts';
import { differingSteps } from './subword/checkSteps.ts';
import { createSubwordTokenizer } from './subword/subwordTokenizer.ts';
import { unreadable } from './subword/tokenizerErrors.ts';
import { readTokenizerFile, withOurIds } from './subword/tokenizerFile.ts';
import type { TokenizerJson } from './subword/tokenizerLibrary.ts';
import { PAD_NAMES, type Tokenizer, UNK_ID, UNK_NAMES, UNK_TOKEN } from './types.ts';

/** `vocabulary[id]` is the token; it starts with [PAD] and [UNK]. */
export function createTokenizer(settings: SplitterSettings, vocabulary: readonly string[]): Tokenizer {
  const ids = new Map(vocabulary.map((token, id) => [token, id]));
  const splitter = createSplitter(settings);
  const idOf = (token: string): number => ids.get(token) ?? UNK_ID;
  const withIds = (tokens: string[]) => ({ tokens, ids: Uint32Array.from(tokens, idOf) });
  return {
    vocabularySize: vocabulary.length,
    model: 'WordLevel',
    isCharacters: settings.type === 'character',
    encode(text, maxLength) {
      const split = splitter.split(text, maxLength);
      return withIds(split.length > 0 ? split : [UNK_TOKEN]);
    },
    encodePiece: (text) => withIds(splitter.split(text)),
    id: idOf,
    token: (id) => vocabulary[id],
    shown: (id) => vocabulary[id],
    decode: (tokenIds) =>
      joinTokens(
        settings.type,
        Array.from(tokenIds, (id) => vocabulary[id]),
      ),
    toJson: () => toJson(settings, vocabulary),
  };
}

const LOWERCASE = { type: 'Lowercase' };

function toJson({ lowercase, ...pattern }: SplitterSettings, vocabulary: readonly string[]): string {
  const file = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: lowercase ? LOWERCASE : null,
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

/** Reads the tokenizer.json of a run. Throws UserError `tokenizer.*`. */
export function loadTokenizer(text: string): Tokenizer {
  const { json, vocabulary } = readTokenizerFile(text);
  const [pad, unknown] = vocabulary;
  if (!PAD_NAMES.includes(pad) || !UNK_NAMES.includes(unknown))
    throw unreadable('its vocabulary does not begin with padding and unknown, like [PAD] and [UNK]');
  const settings = wordSettings(json);
  return settings ? createTokenizer(settings, vocabulary) : createSubwordTokenizer(json, vocabulary);
}

/** Opens a tokenizer.json of anyone; `differing` are the steps that may give other ids than in Python. Throws UserError `tokenizer.*`. */
export function openTokenizerFile(text: string): { tokenizer: Tokenizer; differing: string[] } {
  const { json, vocabulary } = withOurIds(readTokenizerFile(text));
  const settings = wordSettings(json);
  if (settings) return { tokenizer: createTokenizer(settings, vocabulary), differing: [] };
  return { tokenizer: createSubwordTokenizer(json, vocabulary), differing: differingSteps(json) };
}

/** How a file that `createTokenizer` wrote cuts texts; undefined of any other. */
function wordSettings({ model, normalizer, pre_tokenizer, added_tokens }: TokenizerJson): SplitterSettings | undefined {
  if (!('type' in model) || model.type !== 'WordLevel' || added_tokens.length > 0) return undefined;
  const is = (value: object | null, other: object | null): boolean => JSON.stringify(value) === JSON.stringify(other);
  const candidates = WORD_TOKENIZERS.flatMap((type) =>
    [false, true].flatMap((lowercase) =>
      [false, true].map((keepsLineBreaks) => ({ type, lowercase, keepsLineBreaks })),
    ),
  );
  return candidates.find(
    ({ lowercase, ...pattern }) =>
      is(normalizer, lowercase ? LOWERCASE : null) && is(pre_tokenizer, splitStep(pattern)),
  );
}
