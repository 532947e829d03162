// Parquet, Arrow and JSON arrays: the same rows as pyarrow and the Hugging Face library `datasets` wrote (test/golden/datasets).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { readSource } from '../../../extension/data/sourceReader.ts';
import type { BadRow, Example, FileSource } from '../../../extension/data/types.ts';
import { createFileSource } from '../../../extension/node/fileSource.ts';
import type { ResolvedFile } from '../../../extension/schema/resolved.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { memoryFiles, read, shown } from './support.ts';

const GOLDEN = resolve(import.meta.dirname, '../../golden/datasets');

interface Row {
  sentence: string;
  label: number;
  author: string | null;
}
const ROWS = JSON.parse(readFileSync(resolve(GOLDEN, 'rows.json'), 'utf8')) as Row[];

async function readFrom(files: FileSource, path: string, source: Partial<ResolvedFile> = {}) {
  const examples: Example[] = [];
  const request = {
    source: { path, format: 'auto', labelPart: 'whole', encoding: 'auto', ...source } as const,
    path,
    configPath: [],
    groupColumn: 'author',
  };
  const context = {
    files,
    signal: new AbortController().signal,
    onLog: () => undefined,
    yieldNow: () => Promise.resolve(),
  };
  const rows = await readSource(request, context, (example) => {
    examples.push(example);
    return undefined;
  });
  return { examples, bad: rows.bad };
}

function checkRows({ examples, bad }: { examples: Example[]; bad: BadRow[] }, rows: readonly Row[]): void {
  const usable = rows.map((row, at) => ({ ...row, line: at + 1 })).filter(({ sentence }) => sentence !== '');
  assert.deepEqual(
    examples.map(({ text, label, line, group }) => ({ text, label, line, group })),
    usable.map(({ sentence, label, author, line }) => ({
      text: sentence,
      label: String(label),
      line,
      group: author ?? '',
    })),
  );
  assert.deepEqual(
    bad.map(({ line, reason }) => ({ line, reason })),
    rows.flatMap(({ sentence }, at) => (sentence === '' ? [{ line: at + 1, reason: 'emptyText' }] : [])),
  );
}

for (const name of ['snappy.parquet', 'plain.parquet', 'file.arrow', 'dictionary.arrow']) {
  test(`${name} holds the rows that were written`, async () => {
    checkRows(await readFrom(createFileSource(), resolve(GOLDEN, name)), ROWS);
  });
}

test('the shards of a saved dataset hold its rows', async () => {
  const shard = (at: number) => resolve(GOLDEN, `saved/train/data-0000${at}-of-00002.arrow`);
  checkRows(await readFrom(createFileSource(), shard(0)), ROWS.slice(0, 8));
  checkRows(await readFrom(createFileSource(), shard(1)), ROWS.slice(8, 15));
});

const codeOf = (reading: Promise<unknown>): Promise<string> =>
  reading.then(
    () => 'none',
    (error: unknown) => (error instanceof UserError ? error.code : String(error)),
  );

test('a compression that is not known, and files that are cut or broken anywhere, are errors for users', async () => {
  assert.equal(await codeOf(readFrom(createFileSource(), resolve(GOLDEN, 'zstd.parquet'))), 'data.badParquet');
  for (const name of ['snappy.parquet', 'saved/test/data-00000-of-00001.arrow', 'file.arrow']) {
    const bytes = readFileSync(resolve(GOLDEN, name));
    const extension = name.split('.').at(-1);
    const expected = extension === 'arrow' ? 'data.badArrow' : 'data.badParquet';
    const outcomes = new Set<string>();
    for (let at = 0; at < bytes.length; at += 7) {
      const cut = Uint8Array.from(bytes.subarray(0, at));
      const broken = Uint8Array.from(bytes);
      broken.fill(255, at, at + 8);
      for (const content of [cut, broken]) {
        const path = `/d/x.${extension}`;
        outcomes.add(await codeOf(readFrom(memoryFiles({ [path]: content }), path)));
      }
    }
    for (const outcome of outcomes) {
      // What is broken may be a character of a text, or a name of a column.
      assert.ok(
        [expected, 'none', 'data.columnUnclear', 'data.columnMissing'].includes(outcome),
        `${name}: ${outcome}`,
      );
    }
    assert.ok(outcomes.has(expected), name);
  }
});

test('a JSON array, however it is laid out, and whatever stands around it', async () => {
  const objects = [
    { text: 'a [b] {c} "d" \\', label: 1, more: { deep: [1, { x: '}' }] } },
    { text: 'two\nlines', label: 0 },
  ];
  const layouts = [
    JSON.stringify(objects),
    JSON.stringify(objects, undefined, 2),
    `{ "version": "1 [x]", "data": ${JSON.stringify(objects)}, "end": [1] }`,
  ];
  for (const layout of layouts) {
    for (const pieceBytes of [1, 7, 1000]) {
      const outcome = await read({ 'x.json': layout }, 'x.json', {}, pieceBytes);
      assert.deepEqual(
        outcome.examples.map(({ text, label }) => [text, label]),
        [
          ['a [b] {c} "d" \\', '1'],
          ['two\nlines', '0'],
        ],
      );
    }
  }
  const pretty = await read(
    { 'x.json': '[\n {"text": "a",\n "label": 1},\n\n {"text": "b", "label": 0}\n]' },
    'x.json',
  );
  assert.deepEqual(shown(pretty), ['1: a @2', '0: b @5']);
});

test('a JSON array that is cut off, and rows that are no objects, are bad rows', async () => {
  const { bad } = await read({ 'x.json': '[{"text":"a","label":1},\n[1],\n{"text":"b"},\n{"text":' }, 'x.json', {
    textColumn: 'text',
    labelColumn: 'label',
  });
  assert.deepEqual(
    bad.map(({ line, reason }) => [line, reason]),
    [
      [2, 'badJson'],
      [3, 'missingField'],
      [4, 'badJson'],
    ],
  );
});
