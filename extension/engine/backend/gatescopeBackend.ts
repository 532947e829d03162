// The tfjs backend "gatescope" and the machine that it computes on. Layers ask for the machine and call kernels directly; what else is done
// with tensors goes through tfjs, whose hot kernels are replaced (tensorKernels/) and whose others are those of the cpu backend.
import * as tf from '@tensorflow/tfjs-core';
import type { KernelMachine } from '../kernels/machine.ts';
import { ArenaBackend } from './arenaBackend.ts';
import { registerTensorKernels } from './tensorKernels/register.ts';

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
  if (tf.getKernelsForBackend(GATESCOPE_BACKEND).length === 0) registerTensorKernels(GATESCOPE_BACKEND);
  tf.registerBackend(GATESCOPE_BACKEND, () => new ArenaBackend(next));
  void tf.setBackend(GATESCOPE_BACKEND);
  if (tf.getBackend() !== GATESCOPE_BACKEND) throw new Error('The backend of the kernels did not start');
}

/** Runs `work`; arrays of the machine that were made within it are invalid afterwards. */
export function machineScope<T>(work: () => T): T {
  return machine ? machine.arena.scope(work) : work();
}
