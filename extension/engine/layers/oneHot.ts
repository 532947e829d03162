// One-hot vectors of tokens: what stands in the place of an embedding where there is no table. Letters: V vocabulary, N real tokens.
import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from './batch.ts';

/** [N, V] in token order, without a gradient. An id outside the vocabulary is a bug and throws. */
export function oneHot(batch: Batch, vocabulary: number): tf.Tensor2D {
  const { ids, paddedLength, layout } = batch;
  const values = new Float32Array(layout.tokenCount * vocabulary);
  let token = 0;
  for (let text = 0; text < layout.batchSize; text++) {
    for (let step = 0; step < layout.lengths[text]; step++, token++) {
      const id = ids[text * paddedLength + step];
      if (!(id >= 0 && id < vocabulary)) throw new Error(`Token id ${id} is outside the vocabulary of ${vocabulary}`);
      values[token * vocabulary + id] = 1;
    }
  }
  return tf.tensor2d(values, [layout.tokenCount, vocabulary]);
}
