// The logarithm of softmax over the last dimension: one kernel where a machine computes, tfjs's own composition elsewhere.
import * as tf from '@tensorflow/tfjs-core';
import { currentMachine } from '../backend/gatescopeBackend.ts';

/** x - ln Σ e^x over the last dimension, differentiable in x. */
export function logSoftmax<T extends tf.Tensor>(x: T): T {
  if (!currentMachine() || x.size === 0) return tf.logSoftmax(x);
  return tf.engine().runKernel<T>('LogSoftmax', { logits: x }, { axis: -1 });
}
