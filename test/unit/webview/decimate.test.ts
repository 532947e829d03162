import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decimate, lowerBound, nearestIndex, type Polyline } from '../../../webview/shared/chart/decimate.ts';

const COLUMNS = 200;
const steps = (count: number): Float64Array => Float64Array.from({ length: count }, (_, at) => at + 1);
const noisy = (count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, at) => Math.sin(at * 0.001) + (Math.abs(Math.sin(at * 12.9) * 4375.85) % 1));

/** Lowest and highest value of each pixel column. */
function extremes(line: Polyline, min: number, max: number): Map<number, [number, number]> {
  const found = new Map<number, [number, number]>();
  for (let at = 0; at < line.x.length; at++) {
    const column = Math.floor(((line.x[at] - min) * COLUMNS) / (max - min));
    const [low, high] = found.get(column) ?? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    found.set(column, [Math.min(low, line.y[at]), Math.max(high, line.y[at])]);
  }
  return found;
}

test('each pixel column keeps its lowest and highest value', () => {
  const x = steps(100_000);
  const y = noisy(100_000);
  const view = { min: 1, max: 100_000, columns: COLUMNS, factor: 1 };
  const line = decimate(x, y, view);
  assert.ok(line.x.length <= (COLUMNS + 3) * 4, `${line.x.length} points are drawn`);
  assert.deepEqual(extremes(line, 1, 100_000), extremes({ x, y }, 1, 100_000));
});

test('points stay in order, with the first and the last', () => {
  const x = steps(50_000);
  const line = decimate(x, noisy(50_000), { min: 1, max: 50_000, columns: COLUMNS, factor: 1 });
  for (let at = 1; at < line.x.length; at++) assert.ok(line.x[at] > line.x[at - 1]);
  assert.equal(line.x[0], 1);
  assert.equal(line.x.at(-1), 50_000);
});

test('a single peak among a million points is kept', () => {
  const y = new Float64Array(1_000_000);
  y[777_777] = 9;
  const line = decimate(steps(1_000_000), y, { min: 1, max: 1_000_000, columns: COLUMNS, factor: 1 });
  assert.equal(line.x[line.y.indexOf(9)], 777_778);
});

test('few points are left as they are', () => {
  const y = noisy(300);
  const line = decimate(steps(300), y, { min: 1, max: 300, columns: COLUMNS, factor: 1 });
  assert.deepEqual(line.y, y);
});

test('a zoom keeps one point beyond each edge', () => {
  const line = decimate(steps(100), noisy(100), { min: 10.5, max: 20.5, columns: COLUMNS, factor: 1 });
  assert.deepEqual([line.x[0], line.x.at(-1)], [10, 21]);
});

test('the factor turns steps into axis units', () => {
  const line = decimate(steps(100), noisy(100), { min: 0, max: 10, columns: COLUMNS, factor: 0.1 });
  assert.equal(line.x.length, 100);
  assert.ok(Math.abs((line.x.at(-1) ?? 0) - 10) < 1e-12);
});

test('a gap breaks the decimated line', () => {
  const y = noisy(100_000);
  y[50_000] = Number.NaN;
  const line = decimate(steps(100_000), y, { min: 1, max: 100_000, columns: COLUMNS, factor: 1 });
  assert.equal(line.y.filter(Number.isNaN).length, 1);
});

test('lookups at the ends and between', () => {
  const xs = Float64Array.of(1, 3, 5);
  assert.deepEqual([lowerBound(xs, 0), lowerBound(xs, 3), lowerBound(xs, 6)], [0, 1, 3]);
  assert.deepEqual(
    [nearestIndex(xs, -9), nearestIndex(xs, 3.9), nearestIndex(xs, 4.1), nearestIndex(xs, 99)],
    [0, 1, 2, 2],
  );
  assert.equal(nearestIndex(new Float64Array(0), 1), -1);
});
