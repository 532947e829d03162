// One-hot vectors of tokens: what stands in the place of an embedding where there is no table. Letters: V vocabulary, N real tokens.
import * as tf from '@tensorflow/tfjs-core';

/** Tokens that stand for their one-hot vectors [N, V], which are made only for those who have no shorter way. */
export interface OneHot {
  /** [N] token order. */
  ids: Int32Array;
  /** V */
  vocabulary: number;
}

/** [N, V], row-major. An id outside the vocabulary is a bug and throws. */
export function oneHotVectors({ ids, vocabulary }: OneHot): Float32Array {
  const values = new Float32Array(ids.length * vocabulary);
  for (let token = 0; token < ids.length; token++) {
    const id = ids[token];
    if (!(id >= 0 && id < vocabulary)) throw new Error(`Token id ${id} is outside the vocabulary of ${vocabulary}`);
    values[token * vocabulary + id] = 1;
  }
  return values;
}

/** The vectors as a tensor. */
export const oneHotTensor = (tokens: OneHot): tf.Tensor2D =>
  tf.tensor2d(oneHotVectors(tokens), [tokens.ids.length, tokens.vocabulary]);
