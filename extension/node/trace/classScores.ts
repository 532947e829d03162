// Classes of a text with what the model gives them.
import { softmaxRows } from '../../engine/linalg/softmax.ts';
import type { ClassScore } from '../../protocol/trace.ts';

/** From the logits [C] of one text, in the order of the labels. */
export function classScores(labels: readonly string[], logits: Float32Array): ClassScore[] {
  const probabilities = softmaxRows(logits, logits.length);
  return labels.map((label, at) => ({ label, logit: logits[at], probability: probabilities[at] }));
}
