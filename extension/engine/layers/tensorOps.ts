// Layers composed of tfjs operations, for the backend TensorFlow: it does the arithmetic, tfjs the gradients. The twins of what embedding.ts,
// pooling.ts and dense.ts do over arrays; recurrent layers are in tensorRecurrent.ts. Letters: B texts, N tokens, V vocabulary, I embedding
// size, D = H · directions.
import * as tf from '@tensorflow/tfjs-core';
import type { PoolingShape } from './pooling.ts';

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
  const texts = Array.from(lengths, (length, text) => new Array<number>(length).fill(text)).flat();
  const sums = tf.unsortedSegmentSum(x, tf.tensor1d(texts, 'int32'), batchSize);
  return tf.div(sums, tf.tensor2d(Float32Array.from(lengths), [batchSize, 1]));
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
