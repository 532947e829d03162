// The columns that an editor offers are those that reading finds.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { columnsOf } from '../../../extension/data/import/columnsOf.ts';
import type { ColumnsRequest } from '../../../extension/protocol/columns.ts';
import { type Files, memoryFiles } from './support.ts';

async function columns(content: Files[string], path: string, source: Omit<ColumnsRequest, 'path'> = {}) {
  const found = await columnsOf({ path: `/d/${path}`, ...source }, memoryFiles({ [`/d/${path}`]: content }, 1000));
  return found.map(({ column, example }) => [column, example]);
}

test('csv names its columns in its first row, unless the config says otherwise', async () => {
  const text = 'id,text ,\n1,"a, b\nc",x\n2,d,y\n';
  assert.deepEqual(await columns(text, 'a.csv'), [
    ['id', '1'],
    ['text', 'a, b\nc'],
    [2, 'x'],
  ]);
  assert.deepEqual(
    (await columns(text, 'a.csv', { header: false })).map(([column]) => column),
    [0, 1, 2],
  );
  assert.deepEqual(await columns('a;b\n1;2\n', 'a.csv', { delimiter: ';' }), [
    ['a', '1'],
    ['b', '2'],
  ]);
});

test('tsv has a header where a usual name is in it', async () => {
  assert.deepEqual(await columns('text\tlabel\nhello\t1\n', 'a.tsv'), [
    ['text', 'hello'],
    ['label', '1'],
  ]);
  assert.deepEqual(await columns('hello\t1\nworld\t0\n', 'a.tsv'), [
    [0, 'hello'],
    [1, '1'],
  ]);
});

test('JSON and JSON lines have the keys of their objects', async () => {
  const expected = [
    ['t', 'one'],
    ['n', '3'],
    ['late', ''],
  ];
  assert.deepEqual(await columns('{"t":"one","n":3}\n{"t":"two","late":[1]}\nbroken', 'a.jsonl'), expected);
  assert.deepEqual(await columns('[{"t":"one","n":3},\n{"t":"two","late":1}]', 'a.json'), expected);
  assert.deepEqual(await columns('{"t":"one"}\n', 'a.log', { format: 'jsonl' }), [['t', 'one']]);
});

test('bytes that are not UTF-8 are decoded as reading does, and no cut character makes them so', async () => {
  const latin = new Uint8Array([...'t,l\n'].map((char) => char.charCodeAt(0)).concat([0xe9, 0x2c, 0x31, 0x0a]));
  assert.deepEqual(await columns(latin, 'a.csv'), [
    ['t', 'é'],
    ['l', '1'],
  ]);
  const long = `t,l\né,1\n${'ééé,1\n'.repeat(20_000)}`;
  assert.deepEqual((await columns(long, 'a.csv'))[0], ['t', 'é']);
});

test('Parquet says its columns itself', async () => {
  const bytes = new Uint8Array(await readFile(new URL('../../golden/datasets/plain.parquet', import.meta.url)));
  assert.ok((await columns(bytes, 'a.parquet')).length > 1);
});

test('there are none in running text, in what is not there, and in what is broken', async () => {
  assert.deepEqual(await columns('Some text.\nMore of it.\n', 'a.txt'), []);
  assert.deepEqual(await columns('', 'a.csv'), []);
  assert.deepEqual(await columns(new Uint8Array([0x50, 0x41, 0x52, 0x31, 0, 0, 0]), 'a.parquet'), []);
  assert.deepEqual(await columns('PK\x03\x04zip', 'a.csv'), []);
  assert.deepEqual(await columnsOf({ path: '/d/other' }, memoryFiles({}, 10)), []);
});
