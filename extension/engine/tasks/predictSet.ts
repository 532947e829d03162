// Predictions over a whole set, in batches of texts of similar length. Results stand in the order of the set
// and do not depend on the batches, to the last bit.
import type { EncodedSet } from '../../data/types.ts';
import { createBatchOf } from '../layers/batch.ts';
import { softmaxRows } from '../linalg/softmax.ts';
import type { Model } from '../model.ts';
import type { SetPredictions } from '../types.ts';
import { argmaxRows, confusionMatrix, exampleLosses, scoresOf } from './metrics.ts';
import type { ScoringOptions } from './task.ts';

/** Probabilities, predictions and scores of `model` over `set`. The loss is plain cross-entropy, the mean over examples. */
export async function predictSet(model: Model, set: EncodedSet, options: ScoringOptions): Promise<SetPredictions> {
  const { classCount } = model.shape;
  const logits = await setLogits(model, set, options);
  const predicted = argmaxRows(logits, classCount);
  const confusion = confusionMatrix(set.labels, predicted, classCount);
  const losses = exampleLosses(logits, set.labels, classCount);
  const loss = losses.reduce((sum, value) => sum + value, 0) / set.count;
  return {
    probabilities: softmaxRows(logits, classCount),
    predicted,
    scores: { loss, ...scoresOf(confusion) },
    confusion,
  };
}

/** Class probabilities [texts, C] of any number of texts given as token ids (at least one each). */
export async function predictTexts(
  model: Model,
  texts: readonly Uint32Array[],
  options: ScoringOptions,
): Promise<Float32Array> {
  const set = { count: texts.length, length: (at: number) => texts[at].length, tokens: (at: number) => texts[at] };
  return softmaxRows(await setLogits(model, set, options), model.shape.classCount);
}

/** Logits [count, C] in the order of the set. */
export async function setLogits(
  model: Model,
  set: Pick<EncodedSet, 'count' | 'length' | 'tokens'>,
  options: ScoringOptions,
): Promise<Float32Array> {
  const { classCount } = model.shape;
  const order = Uint32Array.from({ length: set.count }, (_, index) => index).sort(
    (a, b) => set.length(a) - set.length(b) || a - b,
  );
  const all = new Float32Array(set.count * classCount);
  for (let from = 0; from < set.count; from += options.batchSize) {
    const indices = order.subarray(from, from + options.batchSize);
    const logits = model.logits(createBatchOf(set, indices));
    for (let row = 0; row < indices.length; row++) {
      all.set(logits.subarray(row * classCount, (row + 1) * classCount), indices[row] * classCount);
    }
    await options.betweenBatches?.();
  }
  return all;
}
