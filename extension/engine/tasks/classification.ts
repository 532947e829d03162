// The loss of single-label classification: cross-entropy with class weights and label smoothing, as torch.nn.CrossEntropyLoss.
// Letters: B texts, C classes, y the class of a text, p its softmax, w the class weights, ε the smoothing:
//   loss = (1 - ε) Σ w_y (-ln p_y) / W  +  ε/C Σ_texts Σ_c w_c (-ln p_c) / W     with W = Σ w_y over the batch
import * as tf from '@tensorflow/tfjs-core';
import type { ResolvedTraining } from '../../schema/resolved.ts';
import { UserError } from '../../util/userError.ts';
import { logSumExp } from '../linalg/softmax.ts';

export interface LossOptions {
  /** [C]; all ones where absent. */
  classWeights?: Float64Array;
  labelSmoothing: number;
}

export interface LossResult {
  /** Mean over the batch, weighted by class. 0 where all weights of the batch are 0. */
  loss: number;
  /** W: what `loss` was divided by; the number of texts where classes have no weights. */
  weight: number;
  /** d loss / d logits, [B, C]. */
  gradient: Float32Array;
}

/** Loss and its gradient for logits [B, C] and classes [B]. Sums run in double precision, in the order of the batch. */
export function crossEntropyLoss(
  logits: Float32Array,
  labels: Int32Array,
  classCount: number,
  options: LossOptions,
): LossResult {
  const { classWeights, labelSmoothing } = options;
  const weightOf = (label: number): number => classWeights?.[label] ?? 1;
  let allWeights = 0;
  for (let label = 0; label < classCount; label++) allWeights += weightOf(label);
  let weight = 0;
  for (const label of labels) weight += weightOf(label);
  const gradient = new Float32Array(logits.length);
  if (weight === 0) return { loss: 0, weight, gradient };
  const spread = labelSmoothing / classCount;
  let sum = 0;
  for (let text = 0; text < labels.length; text++) {
    const from = text * classCount;
    const label = labels[text];
    const total = logSumExp(logits, from, classCount);
    const own = (1 - labelSmoothing) * weightOf(label);
    sum += own * (total - logits[from + label]);
    for (let c = 0; c < classCount; c++) {
      const shared = spread * weightOf(c);
      if (shared > 0) sum += shared * (total - logits[from + c]);
      const p = Math.exp(logits[from + c] - total);
      const target = shared + (c === label ? own : 0);
      gradient[from + c] = ((own + spread * allWeights) * p - target) / weight;
    }
  }
  return { loss: sum / weight, weight, gradient };
}

/** The loss as a differentiable tfjs scalar. `onResult` gets the numbers without reading the tensor back. */
export function crossEntropy(
  logits: tf.Tensor2D,
  labels: Int32Array,
  options: LossOptions,
  onResult?: (result: LossResult) => void,
): tf.Scalar {
  const apply = tf.customGrad((...inputs) => {
    const values = (inputs[0] as tf.Tensor2D).dataSync<'float32'>();
    const result = crossEntropyLoss(values, labels, logits.shape[1], options);
    onResult?.(result);
    return {
      value: tf.scalar(result.loss),
      gradFunc: (dy) => {
        const scale = dy.dataSync<'float32'>()[0];
        return tf.tensor2d(
          result.gradient.map((value) => value * scale),
          logits.shape,
        );
      },
    };
  });
  return apply(logits) as tf.Scalar;
}

/**
 * Class weights [C] of a config, or undefined for none. `balanced`: examples / (classes · examples of the class), as scikit-learn,
 * and 0 for a class without examples. By label: what is not named weighs 1; an unknown label is a UserError.
 */
export function resolveClassWeights(
  setting: ResolvedTraining['loss']['classWeights'],
  labels: readonly string[],
  examples: Int32Array,
): Float64Array | undefined {
  if (setting === 'none') return undefined;
  if (setting === 'balanced') {
    const counts = new Float64Array(labels.length);
    for (const label of examples) counts[label]++;
    return counts.map((count) => (count > 0 ? examples.length / (labels.length * count) : 0));
  }
  const unknown = Object.keys(setting).filter((label) => !labels.includes(label));
  if (unknown.length > 0) {
    throw new UserError({
      code: 'engine.unknownClassWeight',
      message: `training.loss.classWeights names a label that the data does not have: "${unknown[0]}".`,
      remedy: `Labels are ${labels.slice(0, 10).join(', ')}.`,
    });
  }
  return Float64Array.from(labels, (label) => (Object.hasOwn(setting, label) ? setting[label] : 1));
}
