import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellPixels } from '../../../../webview/shared/heatmap/cellBitmap.ts';
import { colorAt, colorMap } from '../../../../webview/shared/heatmap/colorMap.ts';
import { countClipped, valueAt } from '../../../../webview/shared/heatmap/matrix.ts';

const map = colorMap('diverging', 'dark');
const range = { kind: 'diverging', min: -2, max: 2 } as const;
// Two tokens of three units.
const matrix = { values: Float32Array.of(-2, 0, 2, 3, Number.NaN, -1), rows: 3, columns: 2 };

test('each cell has the colour of its value, rows in order; what is no number is left blank', () => {
  const pixels = cellPixels(matrix, Uint32Array.of(2, 0, 1), { map, range });
  const bytes = new Uint8Array(pixels.buffer);
  const pixel = (at: number): number[] => [...bytes.subarray(at * 4, at * 4 + 4)];
  const expected = [2, -1, -2, 3, 0].map((value) => [...colorAt(map, (value + 2) / 4), 255]);
  assert.deepEqual([0, 1, 2, 3, 4].map(pixel), expected);
  assert.deepEqual(pixel(5), [0, 0, 0, 0]);
});

test('values are found by row and column, and those beyond the range are counted', () => {
  assert.equal(valueAt(matrix, { row: 2, column: 1 }), -1);
  assert.equal(countClipped(matrix, range), 1);
});
