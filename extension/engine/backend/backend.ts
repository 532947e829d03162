// Which tfjs backend computes. Only the plain TypeScript one exists so far; a backend asked for by name that cannot run is an error.
// The engine prints nothing.
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Backend } from '../../schema/experiment.ts';
import { UserError } from '../../util/userError.ts';

export interface BackendChoice {
  requested: Backend;
  used: Backend;
  /** Why something other than the requested one runs. */
  reason?: string;
}

/** What will run. Throws UserError `engine.backendUnavailable` for a named backend that cannot. */
export function resolveBackend(requested: Backend): BackendChoice {
  if (requested === 'cpu') return { requested, used: 'cpu' };
  if (requested === 'auto') return { requested, used: 'cpu', reason: 'it is the only backend of this version' };
  throw new UserError({
    code: 'engine.backendUnavailable',
    message: `The backend "${requested}" cannot run here.`,
    remedy: 'Set engine.backend to "auto" or "cpu".',
  });
}

/** One line for logs. */
export function describeBackend(choice: BackendChoice): string {
  const asked = choice.requested === choice.used ? '' : ` (asked for ${choice.requested}: ${choice.reason})`;
  return `backend ${choice.used}, plain TypeScript, tfjs-core ${tf.version_core}${asked}`;
}

let isReady = false;

/** Makes the cpu backend the one that computes. Called by everything that makes tensors; cheap after the first time. */
export function prepareBackend(): void {
  if (isReady) return;
  tf.enableProdMode();
  // The package registers itself when it is loaded; that a value of it is used here keeps bundlers from leaving it out.
  if (!tf.findBackendFactory('cpu')) tf.registerBackend('cpu', () => new MathBackendCPU());
  void tf.setBackend('cpu');
  isReady = tf.getBackend() === 'cpu';
  if (!isReady) throw new Error('The cpu backend of tfjs did not start');
}
