// Pooling by attention: by hand, against finite differences, and what it must not depend on. PyTorch's values are in model.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Attended, attentionBackward, attentionForward } from '../../../extension/engine/layers/attention.ts';
import { assertClose, assertSameBits, layoutOf } from './support.ts';

const LAYOUT = layoutOf([3, 1]);
const X = Float32Array.of(1, 5, 4, -2, 4, 5, 7, 8);

test('equal scores are a mean, and one token is itself', () => {
  const { values, weights } = attentionForward(X, Float32Array.of(0, 0), LAYOUT);
  assertClose(weights, Float32Array.of(1 / 3, 1 / 3, 1 / 3, 1), 'weights', { absolute: 1e-7 });
  assertClose(values, Float32Array.of(3, 8 / 3, 7, 8), 'values', { absolute: 1e-6 });
});

test('the weights are the softmax of the scores, however large they are', () => {
  // Scores of 1, 4 and 4 times ln 2: the second and third token have eight times the weight of the first.
  const { weights } = attentionForward(X, Float32Array.of(Math.LN2, 0), LAYOUT);
  assertClose(weights, Float32Array.of(1 / 17, 8 / 17, 8 / 17, 1), 'weights', { absolute: 1e-7 });
  const huge = attentionForward(X, Float32Array.of(1e30, 0), LAYOUT);
  assertClose(huge.weights, Float32Array.of(0, 0.5, 0.5, 1), 'huge weights', { absolute: 0 });
  assertClose(huge.values, Float32Array.of(4, 1.5, 7, 8), 'values', { absolute: 0 });
});

test('gradients agree with finite differences', () => {
  const w = Float32Array.of(0.3, -0.2);
  const g = Float32Array.of(0.7, -1.1, 0.4, 2);
  const loss = (x: Float32Array, weight: Float32Array): number =>
    attentionForward(x, weight, LAYOUT).values.reduce((sum, value, at) => sum + value * g[at], 0);
  const attended: Attended = attentionForward(X, w, LAYOUT);
  const gradients = attentionBackward(g, { x: X, w, attended }, LAYOUT);
  const step = 1 / 64;
  const numeric = (values: Float32Array, at: number, of: (changed: Float32Array) => number): number => {
    const [up, down] = [values.slice(), values.slice()];
    up[at] += step;
    down[at] -= step;
    return (of(up) - of(down)) / (2 * step);
  };
  const dX = X.map((_, at) => numeric(X, at, (changed) => loss(changed, w)));
  const dW = w.map((_, at) => numeric(w, at, (changed) => loss(X, changed)));
  assertClose(gradients.x, dX, 'd x', { absolute: 5e-4 });
  assertClose(gradients.weight, dW, 'd w', { absolute: 5e-3 });
  // One token has all the weight, whatever its score.
  assertClose(gradients.x.subarray(6), g.subarray(2), 'd x of one token', { absolute: 1e-6 });
});

test('a text is what it is alone, to the last bit', () => {
  const w = Float32Array.of(0.3, -0.2);
  const { values, weights } = attentionForward(X, w, LAYOUT);
  const alone = attentionForward(X.subarray(6), w, layoutOf([1]));
  assertSameBits(alone.values, values.subarray(2), 'values');
  assertSameBits(alone.weights, weights.subarray(3), 'weights');
});

test('what is not a number is not hidden', () => {
  const x = X.slice();
  x[2] = Number.NaN;
  const { values } = attentionForward(x, Float32Array.of(0.5, 0.5), LAYOUT);
  assert.ok(Number.isNaN(values[0]) && !Number.isNaN(values[2]));
});
