// Which tokenizers are compared with Python `tokenizers`, and how ids become one fingerprint.
import { createHash } from 'node:crypto';
import { createSplitter, type SplitterSettings } from '../../../extension/text/splitters.ts';
import { createTokenizer } from '../../../extension/text/tokenizer.ts';
import type { Tokenizer } from '../../../extension/text/types.ts';
import { buildVocabulary } from '../../../extension/text/vocabulary.ts';

export const TOKENIZERS: Readonly<Record<string, SplitterSettings>> = {
  word: { type: 'word', lowercase: false },
  'word-lower': { type: 'word', lowercase: true },
  whitespace: { type: 'whitespace', lowercase: false },
  'whitespace-lower': { type: 'whitespace', lowercase: true },
  character: { type: 'character', lowercase: false },
  'character-lower': { type: 'character', lowercase: true },
  'word-lines': { type: 'word', lowercase: false, keepsLineBreaks: true },
  'whitespace-lines': { type: 'whitespace', lowercase: true, keepsLineBreaks: true },
};

/** A tokenizer whose vocabulary comes from every second text, so that there are unknown tokens. */
export function trainTokenizer(name: string, texts: readonly string[]): Tokenizer {
  const settings = TOKENIZERS[name];
  const splitter = createSplitter(settings);
  const counts = new Map<string, number>();
  for (const [at, text] of texts.entries()) {
    if (at % 2 === 1) continue;
    for (const token of splitter.split(text)) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  return createTokenizer(settings, buildVocabulary(counts, { minFrequency: 1, maxVocabulary: 100_000 }));
}

/** Ids of a text as Python gives them: none for a text without tokens. */
export function idsOf(tokenizer: Tokenizer, name: string, text: string): number[] {
  if (createSplitter(TOKENIZERS[name]).split(text).length === 0) return [];
  return [...tokenizer.encode(text, Number.POSITIVE_INFINITY).ids];
}

/** SHA-256 over one line of ids a text. */
export function fingerprintOf(lines: readonly (readonly number[])[]): string {
  return createHash('sha256')
    .update(lines.map((ids) => `${ids.join(' ')}\n`).join(''))
    .digest('hex');
}
