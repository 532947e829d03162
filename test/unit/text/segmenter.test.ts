// Chinese words against Python jieba (test/golden/segmenter).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createPreparation } from '../../../extension/data/cleaning.ts';
import { loadSegmenter } from '../../../extension/node/segmenter.ts';
import type { LearnedTokenizer } from '../../../extension/schema/resolved.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/segmenter');
const readGolden = <T>(name: string): T => JSON.parse(readFileSync(join(GOLDEN, name), 'utf8')) as T;
const texts = readGolden<string[]>('texts.json');
const expected = readGolden<string[][]>('words.json');
const tokenizer: LearnedTokenizer = {
  type: 'word',
  segmenter: 'jieba',
  lowercase: false,
  minFrequency: 1,
  maxVocabulary: 9,
};

await loadSegmenter(tokenizer);
const prepare = createPreparation({ cleaning: [], tokenizer });
const words = (text: string): string[] => text.split(/[\s-]+/).filter((word) => word !== '');

test('the words are those of Python jieba, but that numbers with a hyphen stay whole', () => {
  for (const [at, text] of texts.entries()) {
    assert.deepEqual(words(prepare(text)), expected[at], JSON.stringify(text));
  }
  assert.match(prepare('电话:010-12345678'), / 010-12345678$/);
});

test('a text that has no Chinese keeps its words, and cleaning comes first', () => {
  const clean = createPreparation({ cleaning: ['lowercase'], tokenizer });
  assert.deepEqual(words(clean('The Hotel')), ['the', 'hotel']);
});
