// Gradients of a loss with respect to all trainable parameters. Everything tfjs makes on the way is freed; what comes back are plain arrays,
// or the used rows of an embedding. Where a machine computes, they are good until the surrounding machineScope ends.
import * as tf from '@tensorflow/tfjs-core';
import { type ForwardOptions, type SparseGradients, type WeightTensors, weightTensors } from '../model.ts';
import type { ParamStore } from '../params/paramStore.ts';
import type { Gradient } from './gradients.ts';

/** The loss as a function of the weights. What is sparse in its gradient goes to `sparse`; `frozen` parameters need none. */
export type LossOf = (weights: WeightTensors, pass: Required<Pick<ForwardOptions, 'sparse' | 'frozen'>>) => tf.Scalar;

/** One gradient a trainable parameter, in the order of the store; owned by the caller. `lossOf` is called once. */
export function computeGradients(params: ParamStore, lossOf: LossOf): Gradient[] {
  const trainable = params.trainable();
  const sparse: SparseGradients = new Map();
  const frozen = new Set(params.parameters.filter(({ isTrainable }) => !isTrainable).map(({ name }) => name));
  let gradients: Gradient[] = [];
  tf.tidy(() => {
    const weights = weightTensors(params.parameters);
    const lossOfTrainable = (...inputs: tf.Tensor[]): tf.Scalar => {
      const current = new Map(weights);
      for (const [n, { name }] of trainable.entries()) current.set(name, inputs[n]);
      return lossOf(current, { sparse, frozen });
    };
    const { grads } = tf.valueAndGrads(lossOfTrainable)(trainable.map(({ name }) => weights.get(name) as tf.Tensor));
    gradients = trainable.map(({ name }, n) => sparse.get(name) ?? grads[n].dataSync<'float32'>());
  });
  return gradients;
}
