// Order and filter of runs, their colours, rows in view, and what is kept over a reload.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDashboardState } from '../../../webview/dashboard/dashboardState.ts';
import { arrangeRuns } from '../../../webview/dashboard/runSort.ts';
import { makeRun } from '../../../webview/dev/fixtures.ts';
import { assignColors, PALETTE_SIZE } from '../../../webview/shared/palette.ts';
import { rowWindow, scrollToRow } from '../../../webview/shared/windowing.ts';

const runs = Array.from({ length: 40 }, (_, at) => makeRun(`run-${at}`, at));

test('runs without a value come last in both orders', () => {
  for (const isDescending of [true, false]) {
    const values = arrangeRuns(runs, { sort: { key: 'test', isDescending }, filter: '' }).map(
      ({ test }) => test?.accuracy,
    );
    const known = values.filter((value) => value !== undefined);
    assert.ok(known.length > 0 && known.length < values.length);
    assert.deepEqual(values.slice(0, known.length), known);
    assert.deepEqual(
      known,
      known.toSorted((a, b) => (isDescending ? b - a : a - b)),
    );
  }
});

test('a run fits the filter when it holds all words, in any place and case', () => {
  const found = arrangeRuns(runs, { sort: { key: 'name', isDescending: false }, filter: '  DROPOUT completed ' });
  assert.ok(found.length > 0);
  for (const { note, status } of found) assert.deepEqual([note, status], ['with dropout', 'completed']);
});

test('a colour stays with its run, and runs on one chart differ while there are enough', () => {
  const first = assignColors(['a', 'b', 'c'], {});
  assert.equal(new Set(Object.values(first)).size, 3);
  const all = assignColors(['x', 'b', 'y', 'a'], first);
  assert.deepEqual([all.a, all.b, all.c], [first.a, first.b, first.c]);
  const ids = Array.from({ length: PALETTE_SIZE }, (_, at) => `run ${at}`);
  assert.equal(new Set(Object.values(assignColors(ids, {}))).size, PALETTE_SIZE);
});

test('what lies outside the view is two spacers', () => {
  const view = rowWindow(1000, 26, { top: 13_000, height: 312 });
  assert.ok(view.start <= 500 && view.end >= 512 && view.end - view.start < 40);
  assert.equal(view.before + (view.end - view.start) * 26 + view.after, 26_000);
  assert.deepEqual(rowWindow(3, 26, { top: 900, height: 312 }), { start: 0, end: 3, before: 0, after: 0 });
});

test('scrolling to a row moves as little as possible', () => {
  const seen = { top: 100, height: 100 };
  assert.deepEqual([scrollToRow(2, 26, seen), scrollToRow(5, 26, seen), scrollToRow(9, 26, seen)], [52, 100, 160]);
});

test('whatever was saved, the state is one', () => {
  const first = parseDashboardState(undefined);
  assert.deepEqual(first.sort, { key: 'started', isDescending: true });
  for (const saved of [
    null,
    7,
    'x',
    [],
    { sort: 3, colors: [1], charts: { zoom: { min: 'a' }, smoothing: Number.NaN } },
  ]) {
    const { sort, filter, charts } = parseDashboardState(saved);
    assert.deepEqual(
      { sort, filter, charts: { ...charts, zoom: charts.zoom } },
      { sort: first.sort, filter: '', charts: { ...first.charts, zoom: undefined } },
    );
  }
  const saved = { ...first, focus: 'a', plotted: ['a', 'b'], colors: { a: 3, b: 99 }, filter: 'trec' };
  const { focus, plotted, colors, filter } = parseDashboardState(saved);
  assert.deepEqual(
    { focus, plotted, colors, filter },
    { focus: 'a', plotted: ['a', 'b'], colors: { a: 3 }, filter: 'trec' },
  );
});
