// From counts of pieces to a tokenizer: trains the model that a config asks for, and writes it as tokenizer.json.
import type { LearnedTokenizer, SubwordType } from '../../schema/resolved.ts';
import { PAD_TOKEN, UNK_ID, UNK_TOKEN } from '../types.ts';
import { BYTE_CHARACTERS } from './byteLevel.ts';
import { type CuttingSettings, cuttingSteps, WORDPIECE_PREFIX } from './cutting.ts';
import type { PieceCount, Turn } from './learning.ts';
import { createSubwordTokenizer, type SubwordTokenizer } from './subwordTokenizer.ts';
import type { TokenizerJson } from './tokenizerLibrary.ts';
import { trainBpe } from './trainBpe.ts';
import { trainUnigram } from './trainUnigram.ts';

export type SubwordSettings = CuttingSettings & Pick<LearnedTokenizer, 'minFrequency' | 'maxVocabulary'>;

const FIRST = [PAD_TOKEN, UNK_TOKEN];

/** Cuts texts as the tokenizer will; it knows no token yet. */
export function createCutter(settings: CuttingSettings): (text: string) => string[] {
  const { pieces } = createSubwordTokenizer(tokenizerJson(settings, EMPTY[settings.type]), FIRST);
  return pieces;
}

const EMPTY: Readonly<Record<SubwordType, object>> = {
  bpe: { type: 'BPE', vocab: {}, merges: [] },
  wordpiece: {
    type: 'WordPiece',
    unk_token: UNK_TOKEN,
    continuing_subword_prefix: WORDPIECE_PREFIX,
    vocab: { [UNK_TOKEN]: 0 },
  },
  unigram: { type: 'Unigram', unk_id: UNK_ID, vocab: FIRST.map((token) => [token, 0]) },
};

/** The result is a function of settings and counts alone. Throws what `turn` throws. */
export async function learnSubwords(
  settings: SubwordSettings,
  counts: Iterable<PieceCount>,
  turn: Turn,
): Promise<SubwordTokenizer> {
  const { model, tokens } = await trainModel(settings, counts, turn);
  return createSubwordTokenizer(tokenizerJson(settings, model), tokens);
}

async function trainModel(
  { type, minFrequency, maxVocabulary }: SubwordSettings,
  counts: Iterable<PieceCount>,
  turn: Turn,
): Promise<{ model: object; tokens: string[] }> {
  const options = { minFrequency, maxVocabulary, first: FIRST };
  switch (type) {
    case 'bpe': {
      const { tokens, merges } = await trainBpe(counts, { ...options, alphabet: BYTE_CHARACTERS }, turn);
      return { model: { ...BPE_SETTINGS, vocab: idsByToken(tokens), merges }, tokens };
    }
    case 'wordpiece': {
      const { tokens } = await trainBpe(counts, { ...options, prefix: WORDPIECE_PREFIX }, turn);
      return { model: { ...WORDPIECE_SETTINGS, vocab: idsByToken(tokens) }, tokens };
    }
    case 'unigram': {
      const vocab = await trainUnigram(counts, options, turn);
      const model = { type: 'Unigram', unk_id: UNK_ID, vocab, byte_fallback: false };
      return { model, tokens: vocab.map(([token]) => token) };
    }
  }
}

const BPE_SETTINGS = {
  type: 'BPE',
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  byte_fallback: false,
  ignore_merges: false,
};
const WORDPIECE_SETTINGS = {
  type: 'WordPiece',
  unk_token: UNK_TOKEN,
  continuing_subword_prefix: WORDPIECE_PREFIX,
  max_input_chars_per_word: 100,
};

const idsByToken = (tokens: readonly string[]): Record<string, number> =>
  Object.fromEntries(tokens.map((token, id) => [token, id]));

function tokenizerJson(settings: CuttingSettings, model: object): TokenizerJson {
  const { normalizer, pre_tokenizer, decoder } = cuttingSteps(settings);
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer,
    pre_tokenizer,
    post_processor: null,
    decoder,
    model,
  };
}
