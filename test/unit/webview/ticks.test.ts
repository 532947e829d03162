import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatClock, linearTicks, logTicks, timeTicks } from '../../../webview/shared/chart/ticks.ts';

test('linear ticks are round multiples inside the range', () => {
  assert.deepEqual(linearTicks({ min: 0, max: 1 }, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(linearTicks({ min: -3, max: 12 }, 4), [0, 5, 10]);
  assert.deepEqual(linearTicks({ min: 0.1 + 0.2, max: 0.7 }, 4), [0.3, 0.4, 0.5, 0.6, 0.7]);
});

test('an empty range has one tick', () => {
  assert.deepEqual(linearTicks({ min: 2, max: 2 }, 5), [2]);
  assert.deepEqual(logTicks({ min: 2, max: 2 }, 5), [2]);
});

test('log ticks are powers of ten, closer in a narrow range', () => {
  assert.deepEqual(logTicks({ min: 0.001, max: 100 }, 6), [0.001, 0.01, 0.1, 1, 10, 100]);
  assert.deepEqual(logTicks({ min: 0.4, max: 6 }, 6), [0.5, 1, 2, 5]);
  assert.deepEqual(logTicks({ min: 1, max: 2 }, 5), [1, 1.2, 1.4, 1.6, 1.8, 2]);
});

test('time ticks read well as minutes and hours', () => {
  assert.deepEqual(timeTicks({ min: 0, max: 150 }, 5), [0, 30, 60, 90, 120, 150]);
  assert.deepEqual(timeTicks({ min: 100, max: 8000 }, 4), [3600, 7200]);
  assert.deepEqual(timeTicks({ min: 0, max: 0.5 }, 5), [0, 0.1, 0.2, 0.3, 0.4, 0.5]);
});

test('clock times', () => {
  assert.deepEqual([0.5, 45, 150, 3900, 36_000].map(formatClock), ['0.5 s', '45 s', '2:30', '1:05:00', '10:00:00']);
});
