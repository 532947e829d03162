// Gradients of the operations that models are composed of between fused layers. tfjs-core has them too, but in modules that neither Node nor
// its own entry point loads; these are the few that our layers need, by the same rules.
import * as tf from '@tensorflow/tfjs-core';
import { elementwiseGradients } from './elementwise.ts';
import { structureGradients } from './structure.ts';

/** A rule for operations that have one result. */
export interface Gradient extends Omit<tf.GradConfig, 'gradFunc'> {
  gradFunc(dy: tf.Tensor, saved: tf.Tensor[], attrs: tf.NamedAttrMap): Record<string, () => tf.Tensor>;
}

export const GRADIENTS: readonly Gradient[] = [...elementwiseGradients, ...structureGradients];

/** Registers those that are not there. TensorFlow's package brings tfjs's own, which take or keep their place where it is loaded. */
export function registerGradients(): void {
  for (const gradient of GRADIENTS) {
    if (!tf.getGradient(gradient.kernelName)) tf.registerGradient(gradient as unknown as tf.GradConfig);
  }
}
