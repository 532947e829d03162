// All of TREC and 500 Chinese reviews: the same ids as Python `tokenizers`, by their hash (test/golden/tokenizers).
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createPreparation } from '../../extension/data/cleaning.ts';
import { loadSegmenter } from '../../extension/node/segmenter.ts';
import type { LearnedTokenizer } from '../../extension/schema/resolved.ts';
import { fingerprintOf, idsOf, TOKENIZERS, trainTokenizer } from '../golden/tokenizers/settings.ts';
import { learnFrom, SUBWORDS, subwordIds } from '../golden/tokenizers/subwords.ts';
import { readTrec, readZh } from '../golden/tokenizers/texts.ts';
import { dataPath, readAll } from './support.ts';

const GOLDEN = join(import.meta.dirname, '../golden/tokenizers/hashes.json');
const JIEBA: LearnedTokenizer = {
  type: 'word',
  segmenter: 'jieba',
  lowercase: false,
  minFrequency: 1,
  maxVocabulary: 9,
};
const hashes = JSON.parse(readFileSync(GOLDEN, 'utf8')) as Record<string, string>;
const trained = JSON.parse(readFileSync(join(GOLDEN, '../trained.json'), 'utf8')) as Record<string, string | number>;
const sets = { trec: [await readTrec(dataPath()), 5452], zh: [await readZh(dataPath()), 500] } as const;

for (const [set, [texts, count]] of Object.entries(sets)) {
  for (const name of Object.keys(TOKENIZERS)) {
    test(`${set}, ${name}: the same ids as Python`, () => {
      assert.equal(texts.length, count);
      const tokenizer = trainTokenizer(name, texts);
      assert.equal(fingerprintOf(texts.map((text) => idsOf(tokenizer, name, text))), hashes[`${set}/${name}`]);
    });
  }
  for (const name of Object.keys(SUBWORDS)) {
    test(`${set}, ${name}: the same ids as Python`, async () => {
      const tokenizer = await learnFrom(name, texts);
      assert.equal(fingerprintOf(texts.map((text) => subwordIds(tokenizer, text))), hashes[`${set}/${name}`]);
    });
  }

  test(`${set}: BPE learns the vocabulary and the merges of Python’s trainer`, async () => {
    const { model } = JSON.parse((await learnFrom('bpe', texts)).toJson()) as {
      model: { vocab: Record<string, number>; merges: string[][] };
    };
    const vocabulary = Object.keys(model.vocab).sort((a, b) => model.vocab[a] - model.vocab[b]);
    const lines = [vocabulary, model.merges].map((part) => `${JSON.stringify(part)}\n`).join('');
    assert.equal(createHash('sha256').update(lines).digest('hex'), trained[`${set}/bpe`]);
  });
}

// Python's trainer of WordPiece gives another vocabulary each time it runs, and that of Unigram one of another kind: what counts is how short texts become.
for (const [name, atMost] of [
  ['wordpiece', 1.01],
  ['unigram', 1],
] as const) {
  test(`trec, ${name}: no more tokens than with the vocabulary of Python’s trainer`, async () => {
    const [texts] = sets.trec;
    const tokenizer = await learnFrom(name, texts);
    const count = texts.reduce((sum, text) => sum + subwordIds(tokenizer, text).length, 0);
    const ofPython = Number(trained[`trec/${name}`]);
    assert.ok(count <= atMost * ofPython, `${count} tokens, ${ofPython} with Python’s`);
  });
}

test('the words of hotel reviews without digits and Latin letters are those of Python jieba', async () => {
  const golden = JSON.parse(readFileSync(join(GOLDEN, '../../segmenter/hotels.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const columns = { textColumn: 'review', labelColumn: 'label' };
  const { examples } = await readAll(dataPath('zh_sentiment/ChnSentiCorp_htl_all.csv'), columns);
  await loadSegmenter(JIEBA);
  const prepare = createPreparation({ cleaning: [], tokenizer: JIEBA });
  const chinese = examples.filter(({ text }) => !/[0-9A-Za-z]/.test(text));
  const words = chinese.map(({ text }) =>
    prepare(text)
      .split(/[\s-]+/)
      .filter((word) => word !== ''),
  );
  const lines = words.map((own) => `${own.join(' ')}\n`).join('');
  const sha256 = createHash('sha256').update(lines).digest('hex');
  assert.deepEqual({ texts: chinese.length, sha256 }, golden);
});
