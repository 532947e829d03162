// The tfjs backend "gatescope": tensors as the cpu backend keeps them, with a machine beside it for the layers' kernels.
// Every kernel of the cpu backend is there from the start (copyRegisteredKernels); layers go to the machine directly.
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { KernelMachine } from '../kernels/machine.ts';

export const GATESCOPE_BACKEND = 'gatescope';

let machine: KernelMachine | undefined;

/** The machine that layers compute on; undefined where plain TypeScript does. */
export function currentMachine(): KernelMachine | undefined {
  return machine;
}

/** Makes `next` compute from now on, or plain TypeScript. Tensors of the backend before are gone. */
export function setMachine(next: KernelMachine | undefined): void {
  if (tf.getBackend() === GATESCOPE_BACKEND) void tf.setBackend('cpu');
  if (tf.findBackendFactory(GATESCOPE_BACKEND)) tf.removeBackend(GATESCOPE_BACKEND);
  machine = next;
  if (!next) return;
  if (tf.getKernelsForBackend(GATESCOPE_BACKEND).length === 0) tf.copyRegisteredKernels('cpu', GATESCOPE_BACKEND);
  tf.registerBackend(GATESCOPE_BACKEND, () => new MathBackendCPU());
  void tf.setBackend(GATESCOPE_BACKEND);
  if (tf.getBackend() !== GATESCOPE_BACKEND) throw new Error('The backend of the kernels did not start');
}

/** Runs `work`; arrays of the machine that were made within it are invalid afterwards. */
export function machineScope<T>(work: () => T): T {
  return machine ? machine.arena.scope(work) : work();
}
