// Pooling by attention (Felbo et al., 2017, equations 1 to 3; Keras' AttentionWeightedAverage): each token has one learned score, and a text is
// the average of its tokens' vectors, weighted by the softmax of their scores.
//   e[n] = w · x[n]     a = softmax of e over the tokens of a text     v = Σ a[n] x[n]
// Letters: B texts, N real tokens in token order, D numbers a token. Sums are in double precision and in token order, so that a text's result
// depends on nothing but the text.
import * as tf from '@tensorflow/tfjs-core';
import { currentMachine } from '../backend/gatescopeBackend.ts';
import { usesTensorflow } from '../backend/tensorflowBackend.ts';
import { unary } from '../kernels/elementwise.ts';
import type { SequenceLayout } from './sequenceLayout.ts';
import * as tensorOps from './tensorOps.ts';

export interface Attended {
  /** v [B, D] */
  values: Float32Array;
  /** a [N]; those of a text add up to 1. */
  weights: Float32Array;
}

/** x [N, D] and w [D] to v and a. `exp` works in place. */
export function attentionForward(
  x: Float32Array,
  w: Float32Array,
  { batchSize, tokenCount, offsets, lengths }: SequenceLayout,
  exp: (values: Float32Array) => void = (values) => void values.set(values.map(Math.exp)),
): Attended {
  const width = w.length;
  const weights = new Float32Array(tokenCount);
  for (let n = 0; n < tokenCount; n++) weights[n] = dot(x, n * width, w, 0, width);
  for (let text = 0; text < batchSize; text++) {
    const own = weights.subarray(offsets[text], offsets[text] + lengths[text]);
    const largest = own.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
    for (let at = 0; at < own.length; at++) own[at] -= largest;
  }
  exp(weights);
  const values = new Float32Array(batchSize * width);
  const sums = new Float64Array(width);
  for (let text = 0; text < batchSize; text++) {
    const [start, end] = [offsets[text], offsets[text] + lengths[text]];
    let total = 0;
    for (let n = start; n < end; n++) total += weights[n];
    sums.fill(0);
    for (let n = start; n < end; n++) {
      weights[n] /= total;
      for (let d = 0; d < width; d++) sums[d] += weights[n] * x[n * width + d];
    }
    values.set(sums, text * width);
  }
  return { values, weights };
}

export interface AttentionGradients {
  /** [N, D] */
  x: Float32Array;
  /** [D] */
  weight: Float32Array;
}

/**
 * From g = dv [B, D]: the gradient of a score is de[n] = a[n] (g · x[n] - g · v), because the softmax's Jacobian takes off the mean of what it
 * averages; dx[n] = a[n] g + de[n] w, dw = Σ de[n] x[n].
 */
export function attentionBackward(
  dValues: Float32Array,
  { x, w, attended }: { x: Float32Array; w: Float32Array; attended: Attended },
  { batchSize, offsets, lengths }: SequenceLayout,
): AttentionGradients {
  const width = w.length;
  const dX = new Float32Array(x.length);
  const dW = new Float64Array(width);
  for (let text = 0; text < batchSize; text++) {
    const g = text * width;
    const mean = dot(dValues, g, attended.values, g, width);
    for (let n = offsets[text]; n < offsets[text] + lengths[text]; n++) {
      const [a, from] = [attended.weights[n], n * width];
      const dScore = a * (dot(dValues, g, x, from, width) - mean);
      for (let d = 0; d < width; d++) {
        dX[from + d] = a * dValues[g + d] + dScore * w[d];
        dW[d] += dScore * x[from + d];
      }
    }
  }
  return { x: dX, weight: Float32Array.from(dW) };
}

function dot(a: Float32Array, aAt: number, b: Float32Array, bAt: number, count: number): number {
  let sum = 0;
  for (let at = 0; at < count; at++) sum += a[aAt + at] * b[bAt + at];
  return sum;
}

/** The machine's own exp where one computes: it gives the same bits on every carrier. */
function expOf(): ((values: Float32Array) => void) | undefined {
  const machine = currentMachine();
  if (!machine) return undefined;
  return (values) => {
    const { arena } = machine;
    const out = arena.float32(values.length);
    unary(machine, 'exp', arena.adopt(values), out);
    values.set(out);
  };
}

/** Pools x [N, D] to [B, D], differentiable in x and weight [1, D]. `observe` is told a [N]; it copies what it keeps. */
export function attend(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  layout: SequenceLayout,
  observe?: (weights: Float32Array) => void,
): tf.Tensor2D {
  if (usesTensorflow()) return tensorOps.attend(x, weight, layout, observe);
  const apply = tf.customGrad((...inputs) => {
    const [xValues, w] = (inputs.slice(0, 2) as tf.Tensor[]).map((input) => input.dataSync<'float32'>());
    const attended = attentionForward(xValues, w, layout, expOf());
    observe?.(attended.weights);
    return {
      value: tf.tensor2d(attended.values, [layout.batchSize, w.length]),
      gradFunc: (dy) => {
        const gradients = attentionBackward(dy.dataSync<'float32'>(), { x: xValues, w, attended }, layout);
        return [tf.tensor2d(gradients.x, [layout.tokenCount, w.length]), tf.tensor2d(gradients.weight, [1, w.length])];
      },
    };
  });
  return apply(x, weight) as tf.Tensor2D;
}
