import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Pooling, poolBackward, poolForward } from '../../../extension/engine/layers/pooling.ts';
import { layoutOf } from './support.ts';

// Two texts of 3 and 1 tokens; columns 0 forward, 1 reverse.
const X = Float32Array.of(1, 5, 4, -2, 4, 5, 7, 8);
const shapeOf = (kind: Pooling) => ({ kind, layout: layoutOf([3, 1]), width: 2, hiddenSize: 1 });

const EXPECTED: Record<Pooling, { values: number[]; gradient: number[] }> = {
  last: { values: [4, 5, 7, 8], gradient: [0, 6, 0, 0, 3, 0, 9, 12] },
  mean: { values: [3, Math.fround(8 / 3), 7, 8], gradient: [1, 2, 1, 2, 1, 2, 9, 12] },
  // Of equal maxima the first has the gradient.
  max: { values: [4, 5, 7, 8], gradient: [0, 6, 3, 0, 0, 0, 9, 12] },
};

for (const kind of ['last', 'mean', 'max'] as const) {
  test(`pooling ${kind}: values and gradient`, () => {
    const pooled = poolForward(X, shapeOf(kind));
    assert.deepEqual([...pooled.values], EXPECTED[kind].values);
    assert.deepEqual([...poolBackward(Float32Array.of(3, 6, 9, 12), pooled, shapeOf(kind))], EXPECTED[kind].gradient);
  });
}

test('a value that is not a number is never lost in a maximum', () => {
  const x = X.slice();
  x[2] = Number.NaN;
  assert.ok(Number.isNaN(poolForward(x, shapeOf('max')).values[0]));
});
