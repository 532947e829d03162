// Tables over real files as the worker keeps them: opened once, counted once, new when the manifest or the data changes.
import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { DatasetTables } from '../../../extension/node/datasetTables.ts';
import { createFileSource } from '../../../extension/node/fileSource.ts';
import type { TableState } from '../../../extension/protocol/datasetTable.ts';
import { CancelledError, UserError } from '../../../extension/util/userError.ts';
import { eventually } from '../../support/eventually.ts';

const ROWS = Array.from(
  { length: 1000 },
  (_, at) => `the text of a row that is long enough with number ${at},${at % 2 === 0 ? 'even' : 'odd'}`,
);
let folder = '';
let path = '';
let states: TableState[] = [];
let tables: DatasetTables;

const never = new AbortController().signal;
const options = (signal = never) => ({
  files: createFileSource(),
  signal,
  onProgress: () => undefined,
  onLog: () => undefined,
});
const writeManifest = (more: object = {}): Promise<void> =>
  writeFile(path, JSON.stringify({ files: [{ path: 'a.csv', encoding: 'utf-8' }], ...more }));
const counted = (): Promise<TableState> =>
  eventually('all rows are counted', () => states.find((state) => state.isComplete));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatescope-tables-'));
  path = join(folder, 'a.dataset.json');
  states = [];
  await writeFile(join(folder, 'a.csv'), `text,label\n${[...ROWS, ROWS[4]].join('\n')}\n`);
  await writeManifest();
  tables = new DatasetTables(createFileSource(), {
    counting: (_, state) => void states.push(state),
    filtering: () => undefined,
  });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('whoever opens it at the same time gets one table, counted once', async () => {
  const opened = await Promise.all([tables.open(path), tables.open(path), tables.open(path)]);
  assert.deepEqual(opened[0].columns, ['text', 'label']);
  assert.equal((await counted()).rows, 1001);
  await tables.filter(path, { label: 'odd' }, never);
  assert.equal(states.filter(({ isComplete }) => isComplete).length, 1);
});

test('a filter numbers what it found; another one takes its place', async () => {
  await tables.open(path);
  assert.deepEqual(await tables.filter(path, { label: 'odd' }, never), { found: 500 });
  const ofOdd = await tables.rows({ path, start: 498, count: 10, filter: { label: 'odd' } });
  assert.deepEqual(
    ofOdd.map(({ row, line, label }) => [row, line, label]),
    [
      [997, 999, 'odd'],
      [999, 1001, 'odd'],
    ],
  );
  assert.deepEqual(await tables.rows({ path, start: 0, count: 10, filter: { label: 'even' } }), []);
  const controller = new AbortController();
  controller.abort();
  await assert.rejects(tables.filter(path, { text: 'row' }, controller.signal), CancelledError);
});

test('a report marks the rows of its findings; a changed manifest makes another table', async () => {
  await tables.open(path);
  await counted();
  const report = await tables.describe(path, options());
  assert.deepEqual(
    report.findings.filter(({ fix }) => fix === 'duplicates').map(({ count }) => count),
    [1],
  );
  assert.deepEqual((await tables.row(path, 1000)).problems, ['dataset.duplicate']);
  assert.deepEqual(await tables.filter(path, { finding: 'dataset.duplicate' }, never), { found: 1 });
  await writeManifest({ exclude: [{ path: 'a.csv', lines: [1002], reason: 'dataset.duplicate' }] });
  states = [];
  assert.deepEqual((await tables.open(path)).leftOut, [{ reason: 'dataset.duplicate', rows: 1 }]);
  await counted();
  const { part, problems } = await tables.row(path, 1000);
  assert.deepEqual([part, problems], ['leftOut', ['dataset.duplicate']]);
  assert.deepEqual(await tables.filter(path, { finding: 'dataset.duplicate' }, never), { found: 0 });
  await appendFile(join(folder, 'a.csv'), 'one more,odd\n');
  states = [];
  await tables.open(path);
  assert.equal((await counted()).rows, 1002);
});

test('texts as tokens: under a config, and under that of a new experiment', async () => {
  const config = join(folder, 'x.gatescope.json');
  await writeFile(
    config,
    JSON.stringify({
      data: { train: { dataset: 'a' }, validation: { split: 0.1 } },
      text: { tokenizer: { type: 'word' }, maxLength: 3 },
      model: { encoder: { type: 'lstm', hiddenSize: 8 } },
    }),
  );
  const text = 'the text of nobody';
  const ofConfig = await tables.previewTokens({ path, text, config }, options());
  assert.deepEqual([ofConfig.count, ofConfig.unknown, ofConfig.maxLength], [4, 1, 3]);
  assert.deepEqual(
    ofConfig.tokens.map(({ token, isUnknown }) => [token, isUnknown]),
    [
      ['the', false],
      ['text', false],
      ['of', false],
      ['nobody', true],
    ],
  );
  const ofNew = await tables.previewTokens({ path, text }, options());
  assert.deepEqual([ofNew.count, ofNew.unknown], [4, 1]);
  assert.deepEqual(
    ofNew.tokens.map(({ isUnknown }) => isUnknown),
    [false, false, false, true],
  );
});

test('a file that goes while rows are counted is said; whoever waits hears it, and nobody else', async () => {
  await writeManifest({ files: [{ path: 'a.csv' }, { path: 'b.csv' }] });
  await writeFile(join(folder, 'b.csv'), 'text,label\nthe last,odd\n');
  const files = createFileSource();
  let isGone = false;
  const failing = {
    ...files,
    async *read(file: string, start?: number) {
      if (isGone && file.endsWith('b.csv')) throw new Error('EIO: the disk is gone');
      yield* files.read(file, start);
    },
  };
  const own = new DatasetTables(failing, {
    counting: (_, state) => void states.push(state),
    filtering: () => undefined,
  });
  const opened = own.open(path);
  await opened;
  isGone = true;
  const failed = await eventually('the error is said', () => states.find(({ error }) => error !== undefined));
  assert.match(failed.error ?? '', /the disk is gone/);
  await assert.rejects(own.filter(path, { label: 'odd' }, never), /the disk is gone/);
});

test('what is not there is said', async () => {
  await assert.rejects(tables.row(path, 5000), (error) => UserError.is(error, 'dataset.noRow'));
  await writeManifest({ files: [{ path: 'gone.csv' }] });
  await assert.rejects(tables.open(path), (error) => UserError.is(error, 'data.fileMissing'));
  await assert.rejects(tables.open(join(folder, 'no.dataset.json')), (error) =>
    UserError.is(error, 'dataset.notFound'),
  );
});
