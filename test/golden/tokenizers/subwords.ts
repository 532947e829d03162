// Which subword tokenizers are compared with Python `tokenizers`, and how they are learned from a set of texts.
import type { SubwordSettings } from '../../../extension/text/subword/learnSubwords.ts';
import { createCutter, learnSubwords } from '../../../extension/text/subword/learnSubwords.ts';
import type { SubwordTokenizer } from '../../../extension/text/subword/subwordTokenizer.ts';

export const SUBWORDS: Readonly<Record<string, SubwordSettings>> = {
  bpe: { type: 'bpe', lowercase: false, minFrequency: 2, maxVocabulary: 1000 },
  'bpe-lower-lines': { type: 'bpe', lowercase: true, keepsLineBreaks: true, minFrequency: 2, maxVocabulary: 1000 },
  wordpiece: { type: 'wordpiece', lowercase: false, minFrequency: 2, maxVocabulary: 1000 },
  'wordpiece-lower-lines': {
    type: 'wordpiece',
    lowercase: true,
    keepsLineBreaks: true,
    minFrequency: 2,
    maxVocabulary: 1000,
  },
  unigram: { type: 'unigram', lowercase: false, minFrequency: 2, maxVocabulary: 1000 },
  'unigram-lower-lines': {
    type: 'unigram',
    lowercase: true,
    keepsLineBreaks: true,
    minFrequency: 2,
    maxVocabulary: 1000,
  },
};

/** Learned from every second text, so that the others hold what it has not seen. */
export async function learnFrom(name: string, texts: readonly string[]): Promise<SubwordTokenizer> {
  const settings = SUBWORDS[name];
  return learnSubwords(
    settings,
    countPieces(
      settings,
      texts.filter((_, at) => at % 2 === 0),
    ),
    async () => undefined,
  );
}

export function countPieces(settings: SubwordSettings, texts: readonly string[]): Map<string, number> {
  const cut = createCutter(settings);
  const counts = new Map<string, number>();
  for (const text of texts) for (const piece of cut(text)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  return counts;
}

/** Ids of a text as Python gives them: none for a text without tokens. */
export const subwordIds = (tokenizer: SubwordTokenizer, text: string): number[] => [...tokenizer.encodePiece(text).ids];
