// One-hot vectors of tokens: what stands in the place of an embedding where there is no table. Letters: V vocabulary, N real tokens.
import * as tf from '@tensorflow/tfjs-core';

/** [N, V] in token order from the `ids` [N], without a gradient. An id outside the vocabulary is a bug and throws. */
export function oneHot(ids: Int32Array, vocabulary: number): tf.Tensor2D {
  const values = new Float32Array(ids.length * vocabulary);
  for (const [token, id] of ids.entries()) {
    if (!(id >= 0 && id < vocabulary)) throw new Error(`Token id ${id} is outside the vocabulary of ${vocabulary}`);
    values[token * vocabulary + id] = 1;
  }
  return tf.tensor2d(values, [ids.length, vocabulary]);
}
