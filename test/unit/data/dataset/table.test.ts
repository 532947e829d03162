// The table of a dataset: any row by number is the row that reading from the start gives, whatever the format, encoding and line breaks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { previewSplits } from '../../../../extension/data/dataset/previewSplits.ts';
import { isBadRow } from '../../../../extension/data/readItem.ts';
import { DatasetTable } from '../../../../extension/data/table/datasetTable.ts';
import { FoundLines } from '../../../../extension/data/table/foundLines.ts';
import { createRowFilter, type RowKnowledge } from '../../../../extension/data/table/rowFilter.ts';
import { createRowReader } from '../../../../extension/data/table/tableRow.ts';
import type { RowFilter } from '../../../../extension/protocol/datasetTable.ts';
import type { Dataset } from '../../../../extension/schema/dataset.ts';
import { type Files, memoryFiles } from '../support.ts';

const ROWS = 1500;
const split = (text: string): string[] => text.match(/\S+/g) ?? [];
const context = () => ({
  signal: new AbortController().signal,
  pause: () => Promise.resolve(),
  onProgress: () => undefined,
});

async function tableOf(manifest: Dataset, files: Files, pieceBytes = 4093): Promise<DatasetTable> {
  const all = Object.fromEntries(Object.entries(files).map(([name, content]) => [`/d/${name}`, content]));
  const dataset = { manifest, path: '/d/x.dataset.json', folder: '/d' };
  const table = await DatasetTable.open(dataset, memoryFiles(all, pieceBytes));
  await table.count(1, context());
  return table;
}

/** `text|label|path:line` of rows. */
async function shown(table: DatasetTable, rows: readonly number[]): Promise<string[]> {
  const read = createRowReader(table, { found: undefined, split, isWhole: true });
  return (await table.read(rows)).map((numbered) => {
    const { row, text, label, path, line, part } = read(numbered);
    return `${row} ${label} ${JSON.stringify(text)} ${path}:${line} ${part}`;
  });
}

const csvRow = (at: number): string => {
  if (at % 97 === 5) return ',x';
  return at % 3 === 0 ? `"one, ""two""\nline ${at} ü",${at % 4}` : `text ${at} é,${at % 4}`;
};
const csv = (lineBreak: string): string =>
  `text,label\n${Array.from({ length: ROWS }, (_, at) => csvRow(at)).join('\n')}\n`.replaceAll('\n', lineBreak);
const utf16 = (text: string, isBig: boolean): Uint8Array => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
};

const FORMS: Readonly<Record<string, { files: Files; manifest: Dataset }>> = {
  'CSV, LF': { files: { 'a.csv': csv('\n') }, manifest: { files: [{ path: 'a.csv', encoding: 'utf-8' }] } },
  'CSV, CR LF': { files: { 'a.csv': csv('\r\n') }, manifest: { files: [{ path: 'a.csv' }] } },
  'CSV, CR': { files: { 'a.csv': csv('\r') }, manifest: { files: [{ path: 'a.csv' }] } },
  'CSV, UTF-16 LE': { files: { 'a.csv': utf16(csv('\r\n'), false) }, manifest: { files: [{ path: 'a.csv' }] } },
  'CSV, UTF-16 BE': {
    files: { 'a.csv': utf16(csv('\n'), true) },
    manifest: { files: [{ path: 'a.csv', encoding: 'utf-16be' }] },
  },
  'lines that begin with a label': {
    files: { 'a.txt': Array.from({ length: ROWS }, (_, at) => `${at % 2} text ${at}\n${at % 7 ? '' : '\n'}`).join('') },
    manifest: { files: [{ path: 'a.txt', format: 'labelFirst' }] },
  },
  'JSON lines': {
    files: { 'a.jsonl': Array.from({ length: ROWS }, (_, at) => `{"text":"t ${at}","label":"${at % 2}"}`).join('\n') },
    manifest: { files: [{ path: 'a.jsonl' }] },
  },
  'a JSON array on one line': {
    files: { 'a.json': JSON.stringify(Array.from({ length: ROWS }, (_, at) => ({ text: `t ${at}`, label: at % 2 }))) },
    manifest: { files: [{ path: 'a.json' }] },
  },
  'running text with a line in several pieces': {
    files: {
      'a.txt': `${'long '.repeat(40_000)}\n${Array.from({ length: ROWS }, (_, at) => `line ${at}\n`).join('')}`,
    },
    manifest: { kind: 'text', files: [{ path: 'a.txt', format: 'text' }] },
  },
  'a file a class': {
    files: Object.fromEntries(
      ['a', 'b', 'c'].map((label) => [
        `names/${label}.txt`,
        Array.from({ length: 700 }, (_, at) => `${label} ${at}\r\n`).join(''),
      ]),
    ),
    manifest: { files: [{ path: 'names' }] },
  },
  'a folder a class': {
    files: Object.fromEntries(
      Array.from({ length: 700 }, (_, at) => [`pages/${at % 2 ? 'neg' : 'pos'}/${1000 + at}.txt`, `page\nof ${at}`]),
    ),
    manifest: { files: [{ path: 'pages' }] },
  },
  'several files, splits and rows left out': {
    files: { 'a.csv': csv('\n'), 'b.csv': csv('\r\n') },
    manifest: {
      files: [{ path: 'a.csv' }, { path: 'b.csv', part: 'test' }],
      splits: { validation: 0.2, seed: 4 },
      exclude: [{ path: 'a.csv', lines: [[1, 20]], reason: 'dataset.leak' }],
    },
  },
};

for (const [name, { files, manifest }] of Object.entries(FORMS)) {
  test(`rows by number: ${name}`, async () => {
    const table = await tableOf(manifest, files);
    const count = table.state.rows;
    assert.deepEqual([table.state.isComplete, table.state.error], [true, undefined]);
    assert.ok(count >= 700, `${count} rows`);
    const inOrder: string[] = [];
    await table.scan(({ row, item }) => inOrder.push(`${row} ${item.path}:${item.line}`), context());
    assert.equal(inOrder.length, count);
    const everyone = await shown(
      table,
      Array.from({ length: count }, (_, row) => row),
    );
    for (const [row, text] of everyone.entries()) {
      const [number, place] = inOrder[row].split(' ');
      assert.ok(text.startsWith(`${number} `) && text.includes(` ${place} `), `${text}, ${inOrder[row]}`);
    }
    for (const rows of [[0], [count - 1], [255, 256, 257, 300], [7, 400, 401, count - 2], [count + 5]]) {
      const expected = rows.filter((row) => row < count).map((row) => everyone[row]);
      assert.deepEqual(await shown(table, rows), expected, rows.join());
    }
  });
}

test('the last row is read from near its place', async () => {
  const text = csv('\n').repeat(20);
  let bytesRead = 0;
  const files = memoryFiles({ '/d/a.csv': text }, 1000);
  const counting = {
    ...files,
    async *read(path: string, start?: number) {
      for await (const bytes of files.read(path, start)) {
        bytesRead += bytes.length;
        yield bytes;
      }
    },
  };
  const manifest: Dataset = { files: [{ path: 'a.csv', encoding: 'utf-8' }] };
  const table = await DatasetTable.open({ manifest, path: '/d/x.dataset.json', folder: '/d' }, counting);
  await table.count(1, context());
  bytesRead = 0;
  await table.read([10, table.state.rows - 1]);
  assert.ok(bytesRead > 0 && bytesRead < text.length / 20, `${bytesRead} of ${text.length} bytes`);
});

test('parts: of the file, drawn, left out, unusable', async () => {
  const { files, manifest } = FORMS['several files, splits and rows left out'];
  const table = await tableOf(manifest, files);
  const counts: Record<string, number> = {};
  for (let row = 0; row < table.state.rows; row++) {
    const part = table.partOf(row);
    counts[part] = (counts[part] ?? 0) + 1;
  }
  const unusable = Array.from({ length: ROWS }, (_, at) => at).filter((at) => at % 97 === 5).length;
  const leftOut = counts.leftOut;
  const left = ROWS - leftOut - (counts.unusable - unusable);
  assert.ok(leftOut > 5 && leftOut < 20);
  assert.equal(counts.validation, Math.round(left * 0.2));
  assert.equal(counts.test, ROWS - unusable);
  assert.equal(counts.train + counts.validation, left);
  const folds = await tableOf({ files: [{ path: 'a.csv' }], splits: { folds: 5 } }, files);
  assert.match(folds.partOf(0), /^fold [1-5]$/);
});

test('a quote that never closes ends the count, and says so', async () => {
  const rows = Array.from({ length: 600 }, (_, at) => `t ${at},${at % 2}\n`).join('');
  const table = await tableOf(
    { files: [{ path: 'a.csv' }] },
    { 'a.csv': `text,label\n${rows}"open,1\nmore,1\n` },
    1000,
  );
  assert.equal(table.state.isComplete, false);
  assert.match(String(table.state.error), /A quote opens here and is never closed/);
  assert.ok(table.state.rows >= 500);
  assert.equal((await table.read([3]))[0].row, 3);
});

test('filters: text, label, part, lengths, findings', async () => {
  const texts = ['The cat', 'a dog. and', '', 'The CAT sat', 'ünï', 'two\nlines', '<br> x', 'cat'];
  const table = await tableOf(
    { files: [{ path: 'a.csv' }], exclude: [{ path: 'a.csv', lines: [10], reason: 'dataset.duplicate' }] },
    { 'a.csv': `text,label\n${texts.map((text, at) => `"${text}",${at % 2}\n`).join('')}` },
  );
  const found = new FoundLines([
    {
      code: 'dataset.conflict',
      severity: 'warning',
      count: 1,
      message: '',
      remedy: '',
      rows: [{ path: '/d/a.csv', line: 5, part: 'train', other: { path: '/d/a.csv', line: 2, part: 'train' } }],
    },
  ]);
  const knowledge: RowKnowledge = {
    partOf: (row) => table.partOf(row),
    found,
    split: (text, limit) => split(text).slice(0, limit),
    maxLength: 2,
    longest: new Map([['train', 11]]),
  };
  const rowsOf = async (filter: RowFilter): Promise<number[]> => {
    const passes = createRowFilter(filter, knowledge);
    const rows: number[] = [];
    await table.scan((numbered) => passes(numbered) && rows.push(numbered.row), context());
    return rows;
  };
  assert.deepEqual(await rowsOf({}), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(await rowsOf({ text: 'cat' }), [0, 3, 7]);
  assert.deepEqual(await rowsOf({ text: 'ÜN' }), [4]);
  assert.deepEqual(await rowsOf({ text: 'dog.' }), [1]);
  assert.deepEqual(await rowsOf({ text: '.' }), [1]);
  assert.deepEqual(await rowsOf({ label: '1' }), [1, 3, 5, 7]);
  assert.deepEqual(await rowsOf({ part: 'leftOut' }), [7]);
  assert.deepEqual(await rowsOf({ part: 'unusable' }), [2]);
  assert.deepEqual(await rowsOf({ text: 'cat', part: 'train' }), [0, 3]);
  assert.deepEqual(await rowsOf({ length: { unit: 'characters', from: 10, to: 11 } }), [1, 3]);
  assert.deepEqual(await rowsOf({ length: { unit: 'tokens', from: 3 } }), [1, 3]);
  assert.deepEqual(await rowsOf({ length: { unit: 'tokens', to: 1 } }), [4, 7]);
  assert.deepEqual(await rowsOf({ finding: 'dataset.conflict' }), [0, 3]);
  assert.deepEqual(await rowsOf({ finding: 'dataset.emptyText' }), [2]);
  assert.deepEqual(await rowsOf({ finding: 'dataset.markup' }), [6]);
  assert.deepEqual(await rowsOf({ finding: 'dataset.lineBreaks' }), [5]);
  assert.deepEqual(await rowsOf({ finding: 'dataset.long' }), [1, 3]);
  assert.deepEqual(await rowsOf({ finding: 'dataset.truncated' }), [3]);
});

test('a preview of splits counts what reading with them gives', async () => {
  const files = { '/d/a.csv': csv('\n'), '/d/b.csv': csv('\n') };
  const manifest: Dataset = {
    files: [{ path: 'a.csv' }, { path: 'b.csv', part: 'test' }],
    exclude: [{ path: 'a.csv', lines: [[1, 20]] }],
  };
  const previewContext = {
    files: memoryFiles(files),
    signal: new AbortController().signal,
    pause: () => Promise.resolve(),
  };
  for (const splits of [{ validation: 0.2, seed: 4 }, { folds: 3 }, { validation: 0.3, groupColumn: 'label' }]) {
    const dataset = { manifest, path: '/d/x.dataset.json', folder: '/d' };
    const preview = await previewSplits(dataset, splits, previewContext);
    const table = await tableOf({ ...manifest, splits }, { 'a.csv': files['/d/a.csv'], 'b.csv': files['/d/b.csv'] });
    const counts: Record<string, Record<string, number>> = {};
    await table.scan(({ row, item }) => {
      if (isBadRow(item) || item.path !== '/d/a.csv' || table.partOf(row) === 'leftOut') return;
      counts[table.partOf(row)] ??= {};
      const part = counts[table.partOf(row)];
      part[item.label] = (part[item.label] ?? 0) + 1;
    }, context());
    const shownCounts = Object.fromEntries(
      preview.parts.map(({ part, labels }) => [
        part,
        Object.fromEntries(labels.filter(({ rows }) => rows > 0).map(({ label, rows }) => [label, rows])),
      ]),
    );
    assert.deepEqual(shownCounts, counts, JSON.stringify(splits));
    assert.equal(preview.groups, 'groupColumn' in splits ? 4 : undefined);
  }
  assert.deepEqual((await tableOf(manifest, { 'a.csv': csv('\n'), 'b.csv': csv('\n') })).columns, ['text', 'label']);
});
