// Gradients of a loss with respect to all trainable parameters. Everything tfjs makes on the way is freed; what comes back are plain arrays.
import * as tf from '@tensorflow/tfjs-core';
import { type WeightTensors, weightTensors } from '../model.ts';
import type { ParamStore } from '../params/paramStore.ts';

/** One gradient a trainable parameter, in the order of the store; owned by the caller. `lossOf` is called once. */
export function computeGradients(params: ParamStore, lossOf: (weights: WeightTensors) => tf.Scalar): Float32Array[] {
  const trainable = params.trainable();
  return tf.tidy(() => {
    const weights = weightTensors(params.parameters);
    const lossOfTrainable = (...inputs: tf.Tensor[]): tf.Scalar => {
      const current = new Map(weights);
      for (const [n, { name }] of trainable.entries()) current.set(name, inputs[n]);
      return lossOf(current);
    };
    const { grads } = tf.valueAndGrads(lossOfTrainable)(trainable.map(({ name }) => weights.get(name) as tf.Tensor));
    return grads.map((grad) => grad.dataSync<'float32'>());
  });
}
