// The plain backend. Which of the fast ones runs is chosen by whoever can load files (node/kernels). The engine prints nothing.
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Backend } from '../../schema/engineSection.ts';
import type { BackendChoice } from '../../schema/run.ts';
import { UserError } from '../../util/userError.ts';
import { registerGradients } from './gradients/registerGradients.ts';

/** Version of tfjs-core. */
export const TFJS_VERSION: string = tf.version_core;

/** Has plain TypeScript compute. Throws UserError `engine.backendUnavailable` for a backend that cannot run here. */
export function usePlainBackend(requested: Backend): BackendChoice {
  if (requested !== 'cpu' && requested !== 'auto') throw refuseBackend(requested);
  prepareBackend();
  return { requested, used: 'cpu', threads: 1 };
}

export function refuseBackend(requested: Backend, reason?: string): UserError {
  return new UserError({
    code: 'engine.backendUnavailable',
    message: `The backend "${requested}" cannot run here${reason ? ` (${reason})` : ''}.`,
    remedy: 'Set engine.backend to "auto" or "cpu".',
  });
}

let isReady = false;

/** Sees that a tfjs backend is there. Called by everything that makes tensors; cheap after the first time. */
export function prepareBackend(): void {
  if (isReady) return;
  tf.enableProdMode();
  registerGradients();
  // The package registers itself when it is loaded; that a value of it is used here keeps bundlers from leaving it out.
  if (!tf.findBackendFactory('cpu')) tf.registerBackend('cpu', () => new MathBackendCPU());
  if (!tf.getBackend()) void tf.setBackend('cpu');
  isReady = true;
}
