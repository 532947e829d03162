// What the dataset page works out without a document: scrolling through any number of rows, pages of rows, splits, what it remembers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { TableRow } from '../../../extension/protocol/datasetTable.ts';
import type { Splits } from '../../../extension/schema/dataset.ts';
import { compactFilter, isEmptyFilter, parseDatasetState } from '../../../webview/dataset/datasetState.ts';
import { RowPages } from '../../../webview/dataset/rowPages.ts';
import { maxOffset, offsetOf, offsetToShow, scrollHeight, scrollTopOf } from '../../../webview/dataset/rowScroll.ts';
import { choiceOf, problemOf, splitsOf } from '../../../webview/dataset/splitChoice.ts';

test('the scroll bar reaches the first and the last row, of ten rows as of a hundred million', () => {
  for (const count of [0, 1, 10, 1000, 333_333, 333_334, 1_000_000, 100_000_000]) {
    const size = { count, rowHeight: 24, viewHeight: 480 };
    const way = Math.max(0, scrollHeight(size) - size.viewHeight);
    assert.ok(scrollHeight(size) <= 8_000_000);
    assert.equal(offsetOf(0, size), 0);
    assert.ok(Math.abs(offsetOf(way, size) - maxOffset(size)) < 1e-3, `${count}`);
    for (const offset of [0, maxOffset(size) / 3, maxOffset(size)]) {
      assert.ok(Math.abs(offsetOf(scrollTopOf(offset, size), size) - offset) < 1e-3, `${count} at ${offset}`);
    }
    if (count > 0) assert.equal(offsetToShow(count - 1, 0, size), Math.max(0, count * 24 - 480));
    assert.equal(offsetToShow(0, 240, size), 0);
  }
});

const rowsFrom = (start: number, count: number): TableRow[] =>
  Array.from({ length: count }, (_, at) => ({ row: start + at }) as TableRow);

test('pages: what was passed while scrolling is never asked for, and answers to before are dropped', async () => {
  const asked: number[] = [];
  const answers: ((rows: TableRow[]) => void)[] = [];
  const pages = new RowPages({
    load: (start) => {
      asked.push(start);
      return new Promise((resolve) => answers.push(resolve));
    },
    onChange: () => undefined,
    onError: (error) => assert.fail(String(error)),
  });
  for (let start = 0; start < 5000; start += 100) pages.want(start, start + 20);
  assert.deepEqual(asked, [0, 100]);
  answers[0](rowsFrom(0, 100));
  await turn();
  assert.deepEqual(asked, [0, 100, 4900]);
  assert.equal(pages.at(7)?.row, 7);
  assert.equal(pages.at(4907), undefined);
  pages.clear();
  answers[2](rowsFrom(4900, 100));
  await turn();
  assert.equal(pages.at(4907), undefined);
  pages.want(4900, 4920);
  assert.equal(asked.at(-1), 4900);
  answers.at(-1)?.(rowsFrom(4900, 40));
  await turn();
  assert.equal(pages.at(4939)?.row, 4939);
  pages.dropShort(4940);
  assert.equal(pages.at(4939)?.row, 4939);
  pages.dropShort(5000);
  assert.equal(pages.at(4939), undefined);
});

test('splits survive the editor; what cannot be drawn is said', () => {
  const all: Splits[] = [
    { validation: 0.1, seed: 1 },
    { validation: 0.1, test: 0.25, seed: 7, stratified: false },
    { test: 0.333, seed: 0 },
    { folds: 5, seed: 3 },
    { validation: 0.2, seed: 1, groupColumn: 'author' },
    { folds: 2, seed: 1, groupColumn: 3 },
  ];
  for (const splits of all) assert.deepEqual(splitsOf(choiceOf(splits)), splits);
  assert.equal(splitsOf(choiceOf(undefined)), undefined);
  const choice = choiceOf({ validation: 0.1 });
  assert.equal(problemOf(choice), undefined);
  for (const wrong of [
    { validation: 60, test: 40 },
    { validation: 0, test: 0 },
    { validation: Number.NaN },
    { test: -5 },
    { seed: 1.5 },
    { seed: -1 },
    { kind: 'folds', folds: 1 },
    { kind: 'folds', folds: 2.5 },
  ] as const) {
    assert.notEqual(problemOf({ ...choice, ...wrong }), undefined, JSON.stringify(wrong));
  }
});

test('what was remembered is parsed, and a filter without effect is none', () => {
  assert.deepEqual(compactFilter(parseDatasetState(null).filter), {});
  const saved = {
    path: '/a',
    filter: { text: 3, label: '', length: { unit: 'tokens', from: -1, to: 4 } },
    active: 'x',
  };
  const { path, filter, active } = parseDatasetState(saved);
  assert.deepEqual(
    [path, compactFilter(filter), active],
    ['/a', { label: '', length: { unit: 'tokens', to: 4, from: undefined } }, undefined],
  );
  assert.ok(isEmptyFilter({ text: '', length: { unit: 'tokens' } }));
  assert.ok(!isEmptyFilter({ label: '' }));
});
