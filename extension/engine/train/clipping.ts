// Gradient clipping as torch.nn.utils.clip_grad_norm_ and clip_grad_value_.
import { currentMachine } from '../backend/gatescopeBackend.ts';
import * as kernels from '../kernels/optimizerKernels.ts';
import { type Gradient, valuesOf } from './gradients.ts';

/** How gradients are changed before they are used: scaled, then limited. */
export interface Clipping {
  /** Factor of every element: what clips the norm. */
  scale: number;
  /** Largest absolute value of an element; 0 for none. */
  limit: number;
}

export const NO_CLIPPING: Clipping = { scale: 1, limit: 0 };

/** L2 norm of all gradients together. */
export function globalNorm(gradients: readonly Gradient[]): number {
  const machine = currentMachine();
  if (machine) return kernels.globalNorm(machine, gradients);
  let sum = 0;
  for (const gradient of gradients.map(valuesOf)) {
    for (let at = 0; at < gradient.length; at++) sum += gradient[at] * gradient[at];
  }
  return Math.sqrt(sum);
}

/** What a config's `training.clip` does to gradients of this norm: min(1, maxNorm / (norm + 1e-6)), or a limit of the values. */
export function clippingOf(clip: { norm?: number; value?: number } | undefined, norm: number): Clipping {
  const scale = clip?.norm === undefined ? 1 : Math.min(1, clip.norm / (norm + 1e-6));
  return { scale, limit: clip?.value ?? 0 };
}

/** Clips in place. */
export function applyClipping(gradients: readonly Gradient[], { scale, limit }: Clipping): void {
  for (const gradient of gradients.map(valuesOf)) {
    if (scale < 1) for (let at = 0; at < gradient.length; at++) gradient[at] *= scale;
    if (limit > 0)
      for (let at = 0; at < gradient.length; at++) gradient[at] = Math.max(-limit, Math.min(limit, gradient[at]));
  }
}
