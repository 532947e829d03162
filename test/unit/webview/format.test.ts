import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as format from '../../../webview/shared/format.ts';

test('numbers keep about four digits', () => {
  const shown = [0, 0.53214, 12.3456, 123.456, 12_345, 0.000012, -3.14259, Number.NaN].map(format.formatNumber);
  assert.deepEqual(shown, ['0', '0.5321', '12.35', '123.5', '12,345', '1.20e-5', '-3.143', '–']);
});

test('losses keep three decimals', () => {
  assert.deepEqual([0.5321, 0, 0.00004, undefined].map(format.formatLoss), ['0.532', '0.000', '4.0e-5', '–']);
});

test('fractions are percentages', () => {
  assert.deepEqual([0, 0.8615, 1, undefined].map(format.formatPercent), ['0.0 %', '86.2 %', '100.0 %', '–']);
});

test('durations', () => {
  const shown = [0.42, 9.96, 12, 83, 3600, 7500, 100_000, -1].map(format.formatDuration);
  assert.deepEqual(shown, ['0.42 s', '10.0 s', '12 s', '1 min 23 s', '1 h 00 min', '2 h 05 min', '1 d 3 h', '–']);
});

test('counts and short numbers', () => {
  assert.deepEqual([format.formatCount(1, 'run'), format.formatCount(1234, 'run')], ['1 run', '1,234 runs']);
  assert.deepEqual([950, 12_300, 1_200_000, 0.25, 0.0001].map(format.formatShort), [
    '950',
    '12.3k',
    '1.2M',
    '0.25',
    '1e-4',
  ]);
});

test('any name becomes a file name', () => {
  assert.equal(format.toFileName('Macro F1'), 'Macro-F1');
  assert.equal(format.toFileName('../../etc/passwd'), 'etc-passwd');
  assert.equal(format.toFileName('///'), 'gatescope');
});
