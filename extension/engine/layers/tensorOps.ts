// Layers composed of tfjs operations, for the backend TensorFlow: it does the arithmetic, tfjs the gradients. The twins of what embedding.ts,
// pooling.ts, attention.ts and dense.ts do over arrays; recurrent layers are in tensorRecurrent.ts. Letters: B texts, N tokens, V vocabulary, I embedding
// size, D = H · directions.
import * as tf from '@tensorflow/tfjs-core';
import type { PoolingShape } from './pooling.ts';
import type { SequenceLayout } from './sequenceLayout.ts';

/** Rows of `table` [V, I] at `ids` [N]; [N, I]. Ids in `gradientIds` that are negative give their row no gradient. */
export function embed(
  table: tf.Tensor2D,
  ids: Int32Array,
  gradientIds: Int32Array,
  onGradient: (gradient: tf.Tensor2D) => void,
): tf.Tensor2D {
  const lookUp = tf.customGrad((...inputs) => ({
    value: tf.gather(inputs[0] as tf.Tensor2D, tf.tensor1d(ids, 'int32')),
    gradFunc: (dy) => {
      const gradient = tf.unsortedSegmentSum(dy, tf.tensor1d(gradientIds, 'int32'), table.shape[0]);
      onGradient(gradient as tf.Tensor2D);
      return gradient;
    },
  }));
  return lookUp(table) as tf.Tensor2D;
}

/** x [N, D] -> [B, D]: means over the tokens of each text, or the elements of x in `rows` [B, D]. */
export function pool(x: tf.Tensor2D, { layout, width }: PoolingShape, rows: Int32Array | undefined): tf.Tensor2D {
  const { batchSize, lengths } = layout;
  if (rows) {
    const elements = rows.map((row, at) => row * width + (at % width));
    return tf.reshape(tf.gather(tf.reshape(x, [-1]), tf.tensor1d(elements, 'int32')), [batchSize, width]);
  }
  const sums = tf.unsortedSegmentSum(x, textsOf(layout), batchSize);
  return tf.div(sums, tf.tensor2d(Float32Array.from(lengths), [batchSize, 1]));
}

/** The text of each token, [N]. */
function textsOf({ lengths }: SequenceLayout): tf.Tensor1D {
  return tf.tensor1d(Array.from(lengths, (length, text) => new Array<number>(length).fill(text)).flat(), 'int32');
}

/** x [N, D], weight [1, D] -> [B, D]: averages over the tokens of each text, weighted by the softmax of x · weight. */
export function attend(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  layout: SequenceLayout,
  observe?: (weights: Float32Array) => void,
): tf.Tensor2D {
  const { batchSize, offsets, lengths } = layout;
  const texts = textsOf(layout);
  const scores = tf.reshape(tf.matMul(x, weight, false, true), [-1]);
  // A shift of all scores of a text changes no weight, so that the largest may be a constant.
  const values = scores.dataSync<'float32'>();
  const largest = Array.from(lengths, (length, text) =>
    Math.max(...values.subarray(offsets[text], offsets[text] + length)),
  );
  const exps = tf.exp(tf.sub(scores, tf.gather(tf.tensor1d(largest), texts)));
  const totals = tf.unsortedSegmentSum(exps, texts, batchSize);
  const weights = tf.div(exps, tf.gather(totals, texts));
  observe?.(weights.dataSync<'float32'>());
  return tf.unsortedSegmentSum(tf.mul(x, tf.reshape(weights, [-1, 1])), texts, batchSize) as tf.Tensor2D;
}

/** x [B, I] · weightᵀ [I, C] + bias [C]; [B, C]. */
export function dense(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  return tf.add(tf.matMul(x, weight, false, true), bias);
}

/** -Σ targets ⊙ ln softmax(logits) / weight, both [B, C]; targets and weight are constants. */
export function crossEntropy(logits: tf.Tensor2D, targets: Float32Array, weight: number): tf.Scalar {
  const sum = tf.sum(tf.mul(tf.logSoftmax(logits), tf.tensor2d(targets, logits.shape)));
  return tf.div(tf.neg(sum), weight) as tf.Scalar;
}

/** x [..., D] normalised over its last dimension, times gamma plus beta [D]. */
export function layerNorm(x: tf.Tensor, gamma: tf.Tensor1D, beta: tf.Tensor1D, epsilon: number): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(normal, gamma), beta);
}
