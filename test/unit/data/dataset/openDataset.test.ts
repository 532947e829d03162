// A dataset as a stream: files of a part, rows left out, splits that fit together, texts alone, names of labels.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExcludedRows, toLineEntries } from '../../../../extension/data/dataset/excludedRows.ts';
import { readSource } from '../../../../extension/data/sourceReader.ts';
import type { Dataset } from '../../../../extension/schema/dataset.ts';
import type { DatasetPart } from '../../../../extension/schema/source.ts';
import { type Files, memoryFiles } from '../support.ts';

interface Wanted {
  part?: DatasetPart;
  fold?: number;
}

async function rowsOf(manifest: Dataset, files: Files, { part = 'train', fold }: Wanted = {}) {
  const all = Object.fromEntries(Object.entries(files).map(([name, content]) => [`/d/${name}`, content]));
  const shown: string[] = [];
  const rows = await readSource(
    {
      dataset: { manifest, path: '/d/x.dataset.json', folder: '/d' },
      part,
      fold,
      path: '/d/x.dataset.json',
      configPath: ['data', part],
    },
    {
      files: memoryFiles(all),
      signal: new AbortController().signal,
      onLog: () => undefined,
      yieldNow: () => Promise.resolve(),
    },
    ({ text, label, path, line }) => {
      shown.push(`${label}|${text}|${path.slice(3)}:${line}`);
      return undefined;
    },
  );
  return { shown, rows };
}

const CSV = `text,label,author\n${Array.from({ length: 40 }, (_, at) => `t${at},${at % 2},a${at % 8}`).join('\n')}\n`;

test('files of a part come one after the other, without the rows that are left out', async () => {
  const manifest: Dataset = {
    files: [{ path: 'a.csv' }, { path: './sub/b.jsonl', part: 'train' }, { path: 'c.csv', part: 'test' }],
    exclude: [{ path: 'a.csv', lines: [3, [5, 41]] }],
  };
  const files = { 'a.csv': CSV, 'sub/b.jsonl': '{"text":"b","label":"1"}\n', 'c.csv': 'text,label\nc,0\n' };
  assert.deepEqual((await rowsOf(manifest, files)).shown, ['0|t0|a.csv:2', '0|t2|a.csv:4', '1|b|sub/b.jsonl:1']);
  assert.deepEqual((await rowsOf(manifest, files, { part: 'test' })).shown, ['0|c|c.csv:2']);
});

test('the parts that are cut from the training rows are disjoint and together all', async () => {
  const manifest: Dataset = { files: [{ path: 'a.csv' }], splits: { validation: 0.2, test: 0.1, seed: 3 } };
  const parts = await Promise.all(
    (['train', 'validation', 'test'] as const).map((part) => rowsOf(manifest, { 'a.csv': CSV }, { part })),
  );
  assert.deepEqual(
    parts.map(({ shown }) => shown.length),
    [28, 8, 4],
  );
  assert.equal(new Set(parts.flatMap(({ shown }) => shown)).size, 40);
});

test('a fold is validated on, the others are trained on; all folds together validate on everything', async () => {
  const manifest: Dataset = { files: [{ path: 'a.csv' }], splits: { folds: 4 } };
  const seen = new Set<string>();
  for (const fold of [1, 2, 3, 4]) {
    const { shown } = await rowsOf(manifest, { 'a.csv': CSV }, { part: 'validation', fold });
    const train = await rowsOf(manifest, { 'a.csv': CSV }, { fold });
    assert.equal(shown.length, 10);
    assert.equal(new Set([...shown, ...train.shown]).size, 40);
    for (const row of shown) seen.add(row);
  }
  assert.equal(seen.size, 40);
});

test('rows of one author stay together', async () => {
  const manifest: Dataset = { files: [{ path: 'a.csv' }], splits: { validation: 0.25, groupColumn: 'author' } };
  const { shown } = await rowsOf(manifest, { 'a.csv': CSV }, { part: 'validation' });
  const authors = new Set(shown.map((row) => Number(/\|t(\d+)\|/.exec(row)?.[1]) % 8));
  assert.equal(shown.length, 10);
  assert.equal(authors.size, 2);
});

test('texts alone need no label, and each is a line', async () => {
  const manifest: Dataset = { kind: 'text', files: [{ path: 'p.tsv', format: 'tsv', textColumn: 1 }] };
  const { shown } = await rowsOf(manifest, { 'p.tsv': 'Hi.\t嗨。\tCC\nRun!\t你跑吧!\tCC\n' });
  assert.deepEqual(shown, ['|嗨。\n|p.tsv:1', '|你跑吧!\n|p.tsv:2']);
});

test('numbers of labels get their names', async () => {
  const manifest: Dataset = { files: [{ path: 'a.csv' }], labels: ['neg', 'pos'] };
  assert.deepEqual((await rowsOf(manifest, { 'a.csv': CSV })).shown.slice(0, 2), ['neg|t0|a.csv:2', 'pos|t1|a.csv:3']);
});

test('a part and a fold that are not there are errors with a remedy', async () => {
  const manifest: Dataset = { files: [{ path: 'a.csv' }] };
  const refusal = (wanted: Wanted) =>
    rowsOf(manifest, { 'a.csv': CSV }, wanted).then(
      () => 'none',
      (error) => error.code,
    );
  assert.equal(await refusal({ part: 'test' }), 'dataset.noPart');
  assert.equal(await refusal({ fold: 2 }), 'dataset.noFold');
});

test('lines that are left out are held as ranges', () => {
  const entries = toLineEntries([9, 3, 1, 2, 7, 8, 20]);
  assert.deepEqual(entries, [[1, 3], [7, 9], 20]);
  const rows = new ExcludedRows(
    [
      { path: 'a', lines: entries },
      { path: 'a', lines: [[5, 1e15]] },
    ],
    (path) => `/d/${path}`,
  );
  const left = Array.from({ length: 22 }, (_, line) => line).filter((line) => !rows.has('/d/a', line));
  assert.deepEqual(left, [0, 4]);
  assert.equal(rows.has('/d/b', 1), false);
});
