// Which kernels of tfjs are ours. All others are the cpu backend's, which also does what ours decline: other types than float32, and empty
// tensors. Ours take all sizes: a call costs a few microseconds, which is what tfjs itself costs, and one size gives the bits of the others.
// docs/engine.md lists them, and a test compares.
import * as tf from '@tensorflow/tfjs-core';
import type { ArenaBackend } from '../arenaBackend.ts';
import { elementwiseKernels } from './elementwise.ts';
import { movementKernels } from './movement.ts';
import { productKernels } from './products.ts';
import { reductionKernels } from './reductions.ts';
import type { KernelCall, TensorKernel } from './tensorKernel.ts';

/** By the names of tfjs. */
export const TENSOR_KERNELS: Readonly<Record<string, TensorKernel>> = {
  ...elementwiseKernels,
  ...movementKernels,
  ...productKernels,
  ...reductionKernels,
};

/** Registers every kernel that the cpu backend has, and those that only we have. */
export function registerTensorKernels(backendName: string): void {
  const plain = new Map(tf.getKernelsForBackend('cpu').map((config) => [config.kernelName, config.kernelFunc]));
  for (const kernelName of new Set([...plain.keys(), ...Object.keys(TENSOR_KERNELS)])) {
    const own = TENSOR_KERNELS[kernelName];
    const other = plain.get(kernelName);
    const kernelFunc = (call: Parameters<tf.KernelFunc>[0]) =>
      (own && runOwn(own, call as unknown as KernelCall)) ?? runPlain(other, call);
    tf.registerKernel({ kernelName, backendName, kernelFunc });
  }
}

const runOwn = (kernel: TensorKernel, call: KernelCall): tf.TensorInfo | undefined =>
  call.backend.run(() => kernel(call));

function runPlain(kernel: tf.KernelFunc | undefined, call: Parameters<tf.KernelFunc>[0]): ReturnType<tf.KernelFunc> {
  if (!kernel) throw new Error('tfjs has no kernel of its own for these tensors');
  const results = kernel(call);
  const given = new Set(Object.values(call.inputs).map((input) => input?.dataId));
  for (const info of Array.isArray(results) ? results : [results]) {
    if (!given.has(info.dataId)) (call.backend as ArenaBackend).copyShared(info);
  }
  return results;
}
