// The tfjs backend "tensorflow" (@tensorflow/tfjs-node): slower than the kernels, and an independent judge of their numbers. The package
// brings its own copy of tfjs-core; both share one engine and one registry of kernels, because tfjs-core keeps them on the global object.
import * as tf from '@tensorflow/tfjs-core';
import type { BackendChoice } from '../../schema/run.ts';
import { prepareBackend } from './backend.ts';

export const TENSORFLOW_BACKEND = 'tensorflow';

/** What loading the package tells. */
export interface TensorflowLibrary {
  /** Version of the TensorFlow library itself. */
  version: string;
  /** Threads that it computes with. */
  threads: number;
}

/** Whether layers are to be composed of tfjs operations, so that TensorFlow does all the arithmetic of a model. */
export function usesTensorflow(): boolean {
  return tf.getBackend() === TENSORFLOW_BACKEND;
}

/** Has TensorFlow compute. `load` loads the package, which registers its backend; what it throws goes through. */
export function useTensorflow(load: () => TensorflowLibrary): BackendChoice {
  prepareBackend();
  const { version, threads } = load();
  void tf.setBackend(TENSORFLOW_BACKEND);
  if (!usesTensorflow()) throw new Error('The backend of TensorFlow did not start');
  return { requested: TENSORFLOW_BACKEND, used: TENSORFLOW_BACKEND, library: `TensorFlow ${version}`, threads };
}

/** Plain TypeScript computes again, if TensorFlow did. */
export function leaveTensorflow(): void {
  if (usesTensorflow()) void tf.setBackend('cpu');
}
