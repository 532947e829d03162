import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROW_ORDERS } from '../../../../webview/inspector/inspectorState.ts';
import { rowOrder } from '../../../../webview/inspector/rowOrders.ts';
import { seriate } from '../../../../webview/inspector/seriation.ts';
import type { Matrix } from '../../../../webview/shared/heatmap/matrix.ts';

/** Rows as they are read, turned into columns of tokens. */
function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  const columns = rows[0]?.length ?? 0;
  const values = new Float32Array(rows.length * columns);
  for (const [row, each] of rows.entries())
    for (const [column, value] of each.entries()) values[column * rows.length + row] = value;
  return { values, rows: rows.length, columns };
}

const range = { kind: 'sequential', min: 0, max: 1 } as const;
const isPermutation = (order: Uint32Array, count: number): boolean =>
  order.length === count && [...order].sort((a, b) => a - b).every((row, place) => row === place);

test('every order holds each row once, whatever the matrix', () => {
  const shapes = [[], [[0.5]], [[0.1, 0.2]], [[1], [0], [Number.NaN]], Array.from({ length: 40 }, () => [0.5, 0.5])];
  for (const rows of shapes) {
    for (const order of ROW_ORDERS) {
      const found = rowOrder(order, { matrix: matrixOf(rows), range, pinned: [0, 99] });
      assert.ok(isPermutation(found, rows.length), `${order} of ${rows.length} rows: ${found}`);
    }
  }
});

test('saturation puts open gates on top and closed ones below', () => {
  const matrix = matrixOf([
    [0.5, 0.5, 0.5],
    [0.01, 0.02, 0.5],
    [0.95, 0.99, 0.97],
    [0.95, 0.5, 0.5],
  ]);
  assert.deepEqual([...rowOrder('saturation', { matrix, range, pinned: [] })], [2, 3, 0, 1]);
});

test('peak follows the token where a row is furthest from zero', () => {
  const matrix = matrixOf([
    [0, 0, -0.9],
    [0.1, 0.2, 0.1],
    [-0.5, 0.4, 0],
  ]);
  assert.deepEqual([...rowOrder('peak', { matrix, range, pinned: [] })], [2, 1, 0]);
});

test('pinned rows come first, in the order they were pinned', () => {
  const matrix = matrixOf([[0], [0], [0], [0]]);
  assert.deepEqual([...rowOrder('pinned', { matrix, range, pinned: [3, 1] })], [3, 1, 0, 2]);
});

/** Rows along a smooth path, shuffled: whoever puts like beside like finds the path again. */
function shuffledPath(count: number): { rows: number[][]; position: number[] } {
  const position = Array.from({ length: count }, (_, at) => (at * 37) % count);
  const rows = position.map((at) =>
    Array.from({ length: 24 }, (_, token) =>
      Math.exp(-(((token / 23) * (count - 1) - at) ** 2) / (2 * (count / 6) ** 2)),
    ),
  );
  return { rows, position };
}

test('similarity finds a path again that was shuffled', () => {
  const { rows, position } = shuffledPath(61);
  const order = seriate(matrixOf(rows));
  const walk = [...order].map((row) => position[row]);
  const steps = walk.slice(1).map((at, place) => Math.abs(at - walk[place]));
  const shuffled = position.slice(1).map((at, place) => Math.abs(at - position[place]));
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  assert.ok(isPermutation(order, 61));
  assert.ok(mean(steps) < 2.5, `neighbours are ${mean(steps)} apart; before ${mean(shuffled)}`);
});

test('similarity keeps groups together, the higher ones first', () => {
  const group = (level: number, at: number): number[] =>
    Array.from({ length: 6 }, (_, token) => level + 0.01 * ((at * 7 + token) % 5));
  const rows = Array.from({ length: 30 }, (_, at) => group([0.1, 0.9, 0.5][at % 3], at));
  const kinds = [...seriate(matrixOf(rows))].map((row) => row % 3).join('');
  assert.match(kinds, /^(1{10}2{10}0{10}|1{10}0{10}2{10}|2{10}1{10}0{10})$/);
});

test('the order of similar rows does not depend on the order they come in', () => {
  const { rows } = shuffledPath(20);
  const turned = [...rows].reverse();
  const first = [...seriate(matrixOf(rows))].map((row) => rows[row].join());
  const second = [...seriate(matrixOf(turned))].map((row) => turned[row].join());
  assert.deepEqual(first, second);
});
