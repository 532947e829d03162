// From files to encoded sets: vocabulary from the training part only, unknown labels, limits on bad rows, duplicates, hashes.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { loadLabelled, readTexts } from '../../../extension/node/loadData.ts';
import type { Experiment } from '../../../extension/schema/experiment.ts';
import { resolveExperiment } from '../../../extension/schema/resolved.ts';
import { CancelledError, UserError } from '../../../extension/util/userError.ts';
import { type Files, memoryFiles } from './support.ts';

const MODEL: Experiment['model'] = { encoder: { type: 'lstm' } };
const rowsOf = (rows: readonly (readonly [string, string])[]): string =>
  `text,label\n${rows.map((row) => `${row.join(',')}\n`).join('')}`;

function load(
  files: Files,
  data: Experiment['data'],
  more: Partial<Experiment> = {},
  signal = new AbortController().signal,
) {
  const log: string[] = [];
  const all = Object.fromEntries(Object.entries(files).map(([name, content]) => [`/d/${name}`, content]));
  const source = memoryFiles(all, 64);
  const experiment = resolveExperiment({ data, model: MODEL, ...more }, 'test');
  const options = {
    files: source,
    signal,
    onProgress: () => undefined,
    onLog: (_: string, text: string) => log.push(text),
  };
  return loadLabelled(experiment, '/d', options).then((loaded) => ({ loaded, log, source, experiment }));
}

const TRAIN = rowsOf([
  ['red apple', 'b'],
  ['green pear', 'a'],
  ['red rose', 'b'],
  ['red car', 'a'],
]);

test('ids: [PAD] and [UNK] first, then by falling frequency, ties by code point; only training counts', async () => {
  const validation = rowsOf([
    ['red unseen', 'a'],
    ['unseen unseen', 'b'],
  ]);
  const { loaded } = await load(
    { 't.csv': TRAIN, 'v.csv': validation },
    { train: { path: 't.csv' }, validation: { path: 'v.csv' } },
  );
  const { tokenizer, train, labels } = loaded;
  const vocabulary = Array.from({ length: tokenizer.vocabularySize }, (_, id) => tokenizer.token(id));
  assert.deepEqual(vocabulary, ['[PAD]', '[UNK]', 'red', 'apple', 'car', 'green', 'pear', 'rose']);
  assert.deepEqual(labels, ['a', 'b']);
  assert.deepEqual([...train.tokens(0)], [2, 3]);
  assert.deepEqual([...loaded.validation.tokens(0)], [2, 1]);
  assert.deepEqual([...train.labels], [1, 0, 1, 0]);
  assert.deepEqual(train.place(2), { path: '/d/t.csv', line: 4 });
});

test('a held-out share leaves the vocabulary to the rest', async () => {
  const rows = Array.from({ length: 40 }, (_, at): [string, string] => [`common only${at}`, at % 2 ? 'x' : 'y']);
  const { loaded } = await load({ 't.csv': rowsOf(rows) }, { train: { path: 't.csv' }, validation: { split: 0.25 } });
  assert.deepEqual([loaded.train.count, loaded.validation.count], [30, 10]);
  assert.equal(loaded.tokenizer.vocabularySize, 2 + 1 + 30);
  for (let at = 0; at < 10; at++) assert.deepEqual([...loaded.validation.tokens(at)], [2, 1]);
});

test('maxLength keeps the start; a text without tokens is one [UNK]', async () => {
  const files = {
    't.csv': rowsOf([
      ['a b c d', 'x'],
      ['\u0007', 'y'],
      ['a b', 'y'],
    ]),
  };
  const { loaded } = await load(
    files,
    { train: { path: 't.csv' }, validation: { path: 't.csv' } },
    { text: { maxLength: 2 } },
  );
  assert.deepEqual(
    [...loaded.train.tokens(0)].map((id) => loaded.tokenizer.token(id)),
    ['a', 'b'],
  );
  assert.deepEqual([...loaded.train.tokens(1)], [1]);
});

test('labels that are all integers sort by value', async () => {
  const rows = [10, 9, -1, 2].map((label): [string, string] => [`t${label}`, String(label)]);
  const { loaded } = await load({ 't.csv': rowsOf(rows) }, { train: { path: 't.csv' }, validation: { path: 't.csv' } });
  assert.deepEqual(loaded.labels, ['-1', '2', '9', '10']);
});

test('an unknown label in test data is a bad row; above the share it is an error with the first ten', async () => {
  const data = { train: { path: 't.csv' }, validation: { path: 't.csv' }, test: { path: 'x.csv' } };
  const files = {
    't.csv': TRAIN,
    'x.csv': rowsOf([
      ['red', 'a'],
      ['red', 'new'],
    ]),
  };
  const { loaded, log } = await load(files, { ...data, maxBadRowShare: 0.5 });
  assert.equal(loaded.test?.count, 1);
  assert.deepEqual(loaded.rows, { read: 10, skipped: 1 });
  assert.ok(
    log.some((line) => /x\.csv:3: the label "new"/.test(line)),
    log.join('\n'),
  );
  const error = await load(files, data).catch((reason: unknown) => reason);
  assert.ok(UserError.is(error, 'data.badRows'));
  assert.match(error.message, /1 of 2 rows[\s\S]*x\.csv:3: the label "new" is not in the training data/);
  assert.deepEqual(error.place, { path: '/d/x.csv', line: 3 });
});

test('texts that stand on both sides are counted and said', async () => {
  const files = {
    't.csv': TRAIN,
    'x.csv': rowsOf([
      ['RED  apple', 'b'],
      ['new text', 'a'],
    ]),
  };
  const data = { train: { path: 't.csv' }, validation: { path: 't.csv' }, test: { path: 'x.csv' } };
  const { loaded, log } = await load(files, data, { text: { cleaning: ['lowercase', 'collapseWhitespace'] } });
  assert.deepEqual(loaded.duplicates, { validation: 4, test: 1 });
  assert.ok(log.some((line) => /1 of 2 test texts also stand/.test(line)));
});

test('one label, no rows and an empty split are errors that say what to do', async () => {
  const codes = async (csv: string, validation: Experiment['data']['validation'] = { split: 0.1 }): Promise<string> =>
    load({ 't.csv': csv }, { train: { path: 't.csv' }, validation }).then(
      () => 'none',
      (error: UserError) => error.code,
    );
  assert.equal(
    await codes(
      rowsOf([
        ['a', 'x'],
        ['b', 'x'],
      ]),
    ),
    'data.oneLabel',
  );
  assert.equal(await codes('text,label\n'), 'data.empty');
  assert.equal(
    await codes(
      rowsOf([
        ['a', 'x'],
        ['b', 'y'],
      ]),
    ),
    'data.emptySplit',
  );
});

test('hashes are those of the bytes', async () => {
  const { loaded } = await load({ 't.csv': TRAIN }, { train: { path: 't.csv' }, validation: { path: 't.csv' } });
  assert.equal(loaded.hashes.train, createHash('sha256').update(TRAIN).digest('hex'));
});

test('texts are read again by their place', async () => {
  const { loaded, source, experiment } = await load(
    { 't.csv': TRAIN },
    { train: { path: 't.csv' }, validation: { path: 't.csv' } },
  );
  const options = { files: source, signal: new AbortController().signal };
  const texts = await readTexts(experiment.data.train, '/d', { set: loaded.train, indices: [3, 0, 3] }, options);
  assert.deepEqual(texts, ['red car', 'red apple', 'red car']);
});

test('cancelled reading is a CancelledError', async () => {
  const abort = new AbortController();
  abort.abort();
  const reading = load({ 't.csv': TRAIN }, { train: { path: 't.csv' } }, {}, abort.signal);
  await assert.rejects(reading, CancelledError);
});
