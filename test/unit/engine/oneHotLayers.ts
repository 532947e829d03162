// A recurrent layer over tokens that stand for their one-hot vectors beside the same layer over the vectors, on whatever computes now.
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import type { OneHot } from '../../../extension/engine/layers/oneHot.ts';
import type { Cell } from '../../../extension/engine/layers/recurrent.ts';
import { type DirectionTensors, recurrentLayer } from '../../../extension/engine/layers/recurrentLayer.ts';
import { layoutOf, randomArray } from './support.ts';

const [V, H] = [6, 5];
const LAYOUT = layoutOf([7, 3, 5]);
const NAMES = ['out', 'd weight_ih', 'd weight_hh', 'd bias_ih', 'd bias_hh'];

/** Output and gradients of both by `compare`; a token outside of the vocabulary throws. */
export function oneHotLayers(
  cell: Cell,
  compare: (actual: Float32Array, expected: Float32Array, what: string) => void,
): void {
  const N = LAYOUT.tokenCount;
  // Not all of the vocabulary, and some of it often.
  const ids = Int32Array.from({ length: N }, (_, token) => (token * token) % (V - 1));
  const vectors = new Float32Array(N * V);
  for (const [token, id] of ids.entries()) vectors[token * V + id] = 1;
  const expected = layerOver(cell, () => tf.tensor2d(vectors, [N, V]));
  for (const [at, values] of layerOver(cell, () => ({ ids, vocabulary: V })).entries())
    compare(values, expected[at], NAMES[at]);
  assert.throws(() => layerOver(cell, () => ({ ids: ids.with(1, V), vocabulary: V })), /outside the vocabulary/);
}

function layerOver(cell: Cell, x: () => tf.Tensor2D | OneHot): Float32Array[] {
  const rows = cell.gateCount * H;
  const shapes: [number, number?][] = [[rows, V], [rows, H], [rows], [rows]];
  return tf.tidy(() => {
    const weights = shapes.map(([m, n = 1], at) => tf.tensor(randomArray(m * n, 20 + at), n === 1 ? [m] : [m, n]));
    const layer = (...given: tf.Tensor[]): tf.Tensor =>
      recurrentLayer(x(), LAYOUT, [given as unknown as DirectionTensors], { cell, isInputConstant: true });
    const { value, grads } = tf.valueAndGrads(layer)(weights, tf.ones([LAYOUT.tokenCount, H]));
    return [value, ...grads].map((tensor) => tensor.dataSync<'float32'>().slice());
  });
}
