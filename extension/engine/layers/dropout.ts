// Inverted dropout, element by element. The mask is a pure function of (seed, step, lane): nothing to store between steps.
import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '../../util/rng.ts';
import { currentMachine } from '../backend/gatescopeBackend.ts';
import { usesTensorflow } from '../backend/tensorflowBackend.ts';
import * as kernels from '../kernels/layerKernels.ts';

/** What a mask depends on. `lane` tells apart the dropout layers of one model. */
export interface DropoutKey {
  seed: number;
  step: number;
  lane: number;
}

/** [length] of 0 (with probability `rate`) and 1 / (1 - rate). */
export function dropoutMask(length: number, rate: number, key: DropoutKey): Float32Array {
  const rng = new Rng(key.seed, 'dropout', key.step, key.lane);
  const kept = 1 / (1 - rate);
  const mask = new Float32Array(length);
  for (let at = 0; at < length; at++) mask[at] = rng.nextFloat() < rate ? 0 : kept;
  return mask;
}

function product(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length);
  for (let at = 0; at < a.length; at++) out[at] = a[at] * b[at];
  return out;
}

function plainPass(x: Float32Array, rate: number, key: DropoutKey): { out: Float32Array; mask: Float32Array } {
  const mask = dropoutMask(x.length, rate, key);
  return { out: product(x, mask), mask };
}

/** x times the mask of `key`; x itself where `rate` is 0 or there is no key (not training). */
export function dropout(x: tf.Tensor2D, rate: number, key: DropoutKey | undefined): tf.Tensor2D {
  if (rate === 0 || key === undefined) return x;
  if (usesTensorflow()) return tf.mul(x, tf.tensor2d(dropoutMask(x.size, rate, key), x.shape));
  const apply = tf.customGrad((...inputs) => {
    const values = (inputs[0] as tf.Tensor2D).dataSync<'float32'>();
    const machine = currentMachine();
    const { out, mask } = machine ? kernels.dropoutForward(machine, values, rate, key) : plainPass(values, rate, key);
    const back = (dy: Float32Array): Float32Array =>
      machine ? kernels.multiplyElements(machine, dy, mask) : product(dy, mask);
    return { value: tf.tensor2d(out, x.shape), gradFunc: (dy) => tf.tensor2d(back(dy.dataSync<'float32'>()), x.shape) };
  });
  return apply(x) as tf.Tensor2D;
}
