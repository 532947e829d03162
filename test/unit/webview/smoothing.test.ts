import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smooth } from '../../../webview/shared/chart/smoothing.ts';

/** The formula itself: a weighted mean of all values so far, the older the lighter. */
function weightedMean(values: readonly number[], upTo: number, weight: number): number {
  let sum = 0;
  let total = 0;
  for (let at = 0; at <= upTo; at++) {
    const share = weight ** (upTo - at);
    sum += share * values[at];
    total += share;
  }
  return sum / total;
}

test('smoothing is the weighted mean of all values so far', () => {
  const values = [2, 1.5, 3, -1, 0.25, 0.5, 8, 8, 8];
  for (const weight of [0.1, 0.6, 0.99]) {
    const smoothed = smooth(Float64Array.from(values), weight);
    assert.equal(smoothed.length, values.length);
    for (let at = 0; at < values.length; at++) {
      const gap = Math.abs(smoothed[at] - weightedMean(values, at, weight));
      assert.ok(gap < 1e-12, `weight ${weight}, value ${at}: off by ${gap}`);
    }
  }
});

test('the first value stays and a constant stays constant', () => {
  assert.deepEqual([...smooth(Float64Array.of(3), 0.9)], [3]);
  for (const value of smooth(new Float64Array(50).fill(0.7), 0.95)) assert.ok(Math.abs(value - 0.7) < 1e-12);
});

test('no weight gives the very same array', () => {
  const values = Float64Array.of(1, 2);
  assert.equal(smooth(values, 0), values);
});

test('a gap stays a gap and does not pull what follows', () => {
  const smoothed = smooth(Float64Array.of(1, Number.NaN, Number.POSITIVE_INFINITY, 2), 0.5);
  const without = smooth(Float64Array.of(1, 2), 0.5);
  assert.ok(Number.isNaN(smoothed[1]) && Number.isNaN(smoothed[2]));
  assert.equal(smoothed[3], without[1]);
});
