import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readWordVectors, type VectorReading } from '../../../extension/text/wordVectors.ts';

const IDS = new Map([
  ['the', 2],
  ['naïve', 3],
  ['. . .', 4],
  ['雨', 5],
]);
const reading = (format: VectorReading['format'], size = 3): VectorReading => ({
  format,
  size,
  idOf: (word) => IDS.get(word),
});

/** The bytes in pieces of a few, so that words and numbers are torn apart. */
async function* pieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const rowsOf = (vectors: Map<number, Float32Array>): Record<number, number[]> =>
  Object.fromEntries([...vectors].map(([id, vector]) => [id, [...vector]]));

const LINES = 'the 0.5 -1 2e-3\nother 1 2 3\nnaïve 1 2 3\n. . . 4 5 6\nthe 9 9 9\n雨 7 8 9';
const EXPECTED = { 2: [0.5, -1, Math.fround(0.002)], 3: [1, 2, 3], 4: [4, 5, 6], 5: [7, 8, 9] };

test('GloVe text, and word2vec text and fastText .vec with their first line; words with spaces; the first of two counts', async () => {
  for (const length of [1, 2, 7, 1000]) {
    const glove = await readWordVectors(pieces(text(LINES), length), reading('text'));
    assert.deepEqual(rowsOf(glove.vectors), EXPECTED);
    assert.deepEqual([glove.wordCount, glove.badLines], [6, 0]);
    const vec = await readWordVectors(pieces(text(`6 3\n${LINES.replaceAll('\n', ' \n')}\n`), length), reading('text'));
    assert.deepEqual(rowsOf(vec.vectors), EXPECTED);
    assert.equal(vec.wordCount, 6);
  }
});

/** word2vec's binary form, with or without a line break after each vector. */
function binary(words: [string, number[]][], { count = words.length, breaks = '\n' } = {}): Uint8Array {
  const size = words[0][1].length;
  return Buffer.concat([
    text(`${count} ${size}\n`),
    ...words.flatMap(([word, values]) => [
      text(`${word} `),
      Buffer.from(Float32Array.from(values).buffer),
      text(breaks),
    ]),
  ]);
}
const WORDS: [string, number[]][] = [
  ['the', [0.5, -1, 0.002]],
  ['x', [1, 1, 1]],
  ['雨', [7, 8, 9]],
];

test('word2vec binary, with and without line breaks, in pieces of any length', async () => {
  for (const breaks of ['\n', '']) {
    for (const length of [1, 5, 13, 1000]) {
      const { vectors, wordCount } = await readWordVectors(
        pieces(binary(WORDS, { breaks }), length),
        reading('binary'),
      );
      assert.deepEqual(rowsOf(vectors), { 2: EXPECTED[2], 5: EXPECTED[5] });
      assert.equal(wordCount, 3);
    }
  }
});

test('another size is said with what to set; a file of something else is refused', async () => {
  const size = (bytes: Uint8Array, format: VectorReading['format']) =>
    assert.rejects(readWordVectors(pieces(bytes, 64), reading(format, 4)), {
      code: 'vectors.size',
      remedy: 'Set model.embedding.size to 3.',
    });
  await size(text(LINES), 'text');
  await size(text(`6 3\n${LINES}`), 'text');
  await size(binary(WORDS), 'binary');
  const bad = (bytes: Uint8Array, format: VectorReading['format'], why: RegExp) =>
    assert.rejects(readWordVectors(pieces(bytes, 64), reading(format)), { code: 'vectors.unreadable', message: why });
  await bad(text('no vectors here\nat all\n'), 'text', /hardly a line/);
  await bad(text(LINES), 'binary', /two counts/);
  await bad(binary(WORDS, { count: 999_999_999 }), 'binary', /ends after 3 of 999999999/);
  await bad(binary(WORDS).subarray(0, 20), 'binary', /ends after/);
  await bad(text(`1 3\n${'a'.repeat(10_000)}`), 'binary', /more than 4096 bytes/);
  await bad(text('a'.repeat(3 << 20)), 'text', /million characters/);
});

test('a line that is broken is counted and passed over', async () => {
  const { vectors, badLines } = await readWordVectors(
    pieces(text('the 1 2 3\nnaïve 1 x 3\n雨 1\n'), 64),
    reading('text'),
  );
  assert.deepEqual(rowsOf(vectors), { 2: [1, 2, 3] });
  assert.equal(badLines, 2);
});

test('a binary file, and one whose lines are no vectors but for a long one, are refused', async () => {
  const refused = (content: string, message: RegExp) =>
    assert.rejects(readWordVectors(pieces(text(content), 64), reading('text')), {
      code: 'vectors.unreadable',
      message,
    });
  await refused('the 1 2 3\u0000\nof 1 2 3\n', /zero bytes/);
  await refused('all is well\nthat ends\nwell as somebody said once\n', /hardly a line/);
});
