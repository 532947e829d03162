import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  LEFT_WIDTH,
  multiply,
  packColumns,
  packedLength,
  packRows,
  RIGHT_WIDTH,
} from '../../../extension/engine/linalg/gemm.ts';
import { assertClose, assertSameBits, randomArray } from './support.ts';

function product(a: Float32Array, b: Float32Array, [m, n, k]: readonly [number, number, number]): Float32Array {
  const left = packRows({ data: a, rows: m, columns: k }, LEFT_WIDTH, new Float64Array(packedLength(m, k, LEFT_WIDTH)));
  const right = packRows(
    { data: b, rows: n, columns: k },
    RIGHT_WIDTH,
    new Float64Array(packedLength(n, k, RIGHT_WIDTH)),
  );
  const out = new Float32Array(m * n).fill(Number.NaN);
  multiply({ left, right, m, n, k, out });
  return out;
}

function naive(a: Float32Array, b: Float32Array, [m, n, k]: readonly [number, number, number]): number[] {
  return Array.from({ length: m * n }, (_, at) => {
    let sum = 0;
    for (let i = 0; i < k; i++) sum += a[Math.floor(at / n) * k + i] * b[(at % n) * k + i];
    return sum;
  });
}

for (const size of [
  [1, 1, 1],
  [2, 4, 3],
  [3, 5, 7],
  [8, 9, 100],
  [5, 6, 1030],
] as const) {
  test(`a product of ${size.join(' x ')} equals the naive one`, () => {
    const a = randomArray(size[0] * size[2], 1);
    const b = randomArray(size[1] * size[2], 2);
    assertClose(product(a, b, size), naive(a, b, size), 'product', { absolute: 1e-6, relative: 1e-6 });
  });
}

test('a depth of zero gives zeros', () => {
  assert.deepEqual([...product(new Float32Array(0), new Float32Array(0), [2, 3, 0])], [0, 0, 0, 0, 0, 0]);
});

test('packing columns is packing the rows of the transpose', () => {
  const data = randomArray(5 * 7, 3);
  const transposed = Float32Array.from({ length: 35 }, (_, at) => data[(at % 5) * 7 + Math.floor(at / 5)]);
  const length = packedLength(7, 5, RIGHT_WIDTH);
  assert.deepEqual(
    packColumns({ data, rows: 5, columns: 7 }, RIGHT_WIDTH, new Float64Array(length).fill(9)),
    packRows({ data: transposed, rows: 7, columns: 5 }, RIGHT_WIDTH, new Float64Array(length).fill(9)),
  );
});

test('row indices pick rows on the way in and place rows on the way out; sums are added where asked', () => {
  const a = randomArray(3 * 4, 4);
  const b = randomArray(2 * 4, 5);
  const index = Int32Array.of(2, 0, 1);
  const left = packRows({ data: a, rows: 3, columns: 4, index }, LEFT_WIDTH, new Float64Array(16));
  const right = packRows({ data: b, rows: 2, columns: 4 }, RIGHT_WIDTH, new Float64Array(16));
  const out = new Float32Array(6).fill(10);
  multiply({ left, right, m: 3, n: 2, k: 4, out, rowIndex: index, isAdded: true });
  const expected = naive(a, b, [3, 2, 4]).map((value) => value + 10);
  assertClose(out, expected, 'placed', { absolute: 2e-6 });
});

test('a row of the product does not depend on the rows beside it', () => {
  const a = randomArray(9 * 600, 6);
  const b = randomArray(5 * 600, 7);
  const all = product(a, b, [9, 5, 600]);
  for (let row = 0; row < 9; row++) {
    const alone = product(a.subarray(row * 600, (row + 1) * 600), b, [1, 5, 600]);
    assertSameBits(alone, all.subarray(row * 5, (row + 1) * 5), `row ${row}`);
  }
});
