// Subword tokenizers against Python `tokenizers` reading the tokenizer.json that we write (test/golden/tokenizers), and against its trainers.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCutter, learnSubwords } from '../../../extension/text/subword/learnSubwords.ts';
import { naturalLog } from '../../../extension/text/subword/naturalLog.ts';
import { trainBpe } from '../../../extension/text/subword/trainBpe.ts';
import { loadTokenizer } from '../../../extension/text/tokenizer.ts';
import { UNK_ID } from '../../../extension/text/types.ts';
import { fingerprintOf } from '../../golden/tokenizers/settings.ts';
import { countPieces, learnFrom, SUBWORDS, subwordIds } from '../../golden/tokenizers/subwords.ts';
import { readNasty } from '../../golden/tokenizers/texts.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/tokenizers');
const readGolden = <T>(name: string): T => JSON.parse(readFileSync(join(GOLDEN, name), 'utf8')) as T;
const expected = readGolden<Record<string, number[][]>>('nasty.ids.json');
const hashes = readGolden<Record<string, string>>('hashes.json');
const trained = readGolden<Record<string, string | number>>('trained.json');
const texts = await readNasty();
const noTurn = async (): Promise<void> => undefined;

for (const name of Object.keys(SUBWORDS)) {
  test(`${name}: the same ids as Python on every nasty string`, async () => {
    const tokenizer = await learnFrom(name, texts);
    for (const [at, text] of texts.entries()) {
      assert.deepEqual(subwordIds(tokenizer, text), expected[name][at], JSON.stringify(text));
    }
    assert.equal(fingerprintOf(expected[name]), hashes[`nasty/${name}`]);
    assert.equal(expected[name].flat().includes(UNK_ID), !name.startsWith('bpe'), 'only bytes spell everything');
  });

  test(`${name}: its own file read again gives the same ids`, async () => {
    const tokenizer = await learnFrom(name, texts);
    const again = loadTokenizer(tokenizer.toJson());
    for (const text of texts) assert.deepEqual(again.encodePiece(text), tokenizer.encodePiece(text));
    assert.equal(again.toJson(), tokenizer.toJson());
  });

  test(`${name}: a function of the counts, not of their order`, async () => {
    const settings = SUBWORDS[name];
    const counts = [...countPieces(settings, texts)];
    const one = await learnSubwords(settings, counts, noTurn);
    const other = await learnSubwords(settings, counts.toReversed(), noTurn);
    assert.equal(other.toJson(), one.toJson());
  });
}

test('BPE learns the vocabulary and the merges of Python’s trainer', async () => {
  const { model } = JSON.parse((await learnFrom('bpe', texts)).toJson()) as {
    model: { vocab: Record<string, number>; merges: string[][] };
  };
  const vocabulary = Object.keys(model.vocab).sort((a, b) => model.vocab[a] - model.vocab[b]);
  const lines = [vocabulary, model.merges].map((part) => `${JSON.stringify(part)}\n`).join('');
  assert.equal(createHash('sha256').update(lines).digest('hex'), trained['nasty/bpe']);
});

test('byte-level BPE gives every text back', async () => {
  const tokenizer = await learnFrom('bpe', texts);
  for (const text of texts.map((one) => one.toWellFormed())) {
    assert.equal(tokenizer.decode(tokenizer.encodePiece(text).ids), text, JSON.stringify(text));
  }
});

test('tokens are shown as people read them, and found by that name', async () => {
  const settings = { type: 'bpe', lowercase: false, minFrequency: 2, maxVocabulary: 300 } as const;
  const tokenizer = await learnSubwords(
    settings,
    [
      ['Ġthe', 9],
      ['æĪĳ', 9],
    ],
    noTurn,
  );
  const { tokens, ids } = tokenizer.encode(' the我é');
  assert.deepEqual(tokens, ['Ġthe', '我', 'Ã', '©']);
  assert.equal(tokenizer.id('我'), ids[1]);
  assert.equal(tokenizer.id('æĪĳ'), ids[1]);
});

test('a vocabulary without room for merges holds its alphabet alone, and ties go to the smaller ids', async () => {
  const none = await trainBpe([['ab', 5]], { first: [], maxVocabulary: 2, minFrequency: 1 }, noTurn);
  assert.deepEqual(none, { tokens: ['a', 'b'], merges: [] });
  const tied = [
    ['cd', 3],
    ['ab', 3],
  ] as const;
  const { merges } = await trainBpe(tied, { first: [], maxVocabulary: 9, minFrequency: 1 }, noTurn);
  assert.deepEqual(merges, [
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

test('learning ends where its turn throws', async () => {
  const counts = countPieces(SUBWORDS.unigram, texts);
  const end = new Error('cancelled');
  const turn = () => Promise.reject(end);
  for (const type of ['bpe', 'wordpiece', 'unigram'] as const) {
    const settings = { type, lowercase: false, minFrequency: 1, maxVocabulary: 10_000 };
    await assert.rejects(learnSubwords(settings, counts, turn), end, type);
  }
});

test('the cutter of a language model keeps the ends of lines apart', () => {
  for (const type of ['bpe', 'wordpiece', 'unigram'] as const) {
    const pieces = createCutter({ type, lowercase: false, keepsLineBreaks: true })('a b\n\nc\n');
    assert.equal(pieces.filter((piece) => /^(\n|Ċ)$/.test(piece)).length, 3, type);
  }
});

test('the logarithm is that of Math.log to within a few units of the last place', () => {
  for (const value of [1e-300, 1e-9, 0.1, 0.5, 0.9999999, 1, 1.0000001, Math.SQRT2, 2, Math.E, 1e9, 1e300]) {
    assert.ok(
      Math.abs(naturalLog(value) - Math.log(value)) <= 4e-16 * Math.max(1, Math.abs(Math.log(value))),
      String(value),
    );
  }
});
