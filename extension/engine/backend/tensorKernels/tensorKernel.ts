// What a kernel of tfjs is given and gives, and what ours have in common.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { ArenaBackend } from '../arenaBackend.ts';

export interface KernelCall {
  /** By tfjs's names; some are left out. */
  inputs: Record<string, TensorInfo | undefined>;
  attrs: Record<string, unknown>;
  backend: ArenaBackend;
}

/** Undefined: the cpu backend shall do it. */
export type TensorKernel = (call: KernelCall) => TensorInfo | undefined;

export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);

/** Whether our kernels can take a tensor: float32 and not empty. */
export const isOurs = (info: TensorInfo | undefined): info is TensorInfo =>
  info?.dtype === 'float32' && sizeOf(info.shape) > 0;
