// Loss and gradients of one batch. Everything tfjs makes on the way is freed; what comes back are plain arrays.
import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from '../layers/batch.ts';
import { type Model, type TrainingKey, weightTensors } from '../model.ts';
import { crossEntropy, type LossOptions, type LossResult } from '../tasks/classification.ts';

export interface StepResult {
  loss: LossResult;
  /** [B, C] */
  logits: Float32Array;
  /** One a trainable parameter, in the order of the store; owned by the caller. */
  gradients: Float32Array[];
}

/** Forward and backward pass over one batch with classes [B]. `training` keys the dropout; without it there is none. */
export function computeGradients(
  model: Model,
  batch: Batch,
  labels: Int32Array,
  options: LossOptions & { training?: TrainingKey },
): StepResult {
  const trainable = model.params.trainable();
  let loss: LossResult | undefined;
  let logits: Float32Array | undefined;
  let gradients: Float32Array[] = [];
  tf.tidy(() => {
    const weights = weightTensors(model.params.parameters);
    const lossOf = (...inputs: tf.Tensor[]): tf.Scalar => {
      const current = new Map(weights);
      for (const [n, { name }] of trainable.entries()) current.set(name, inputs[n]);
      const out = model.forward(current, batch, { training: options.training });
      logits = out.dataSync<'float32'>();
      return crossEntropy(out, labels, options, (result) => {
        loss = result;
      });
    };
    const { grads } = tf.valueAndGrads(lossOf)(trainable.map(({ name }) => weights.get(name) as tf.Tensor));
    gradients = grads.map((grad) => grad.dataSync<'float32'>());
  });
  if (!loss || !logits) throw new Error('The loss was not computed');
  return { loss, logits, gradients };
}
