// Gradient clipping, in place, as torch.nn.utils.clip_grad_norm_ and clip_grad_value_.

/** L2 norm of all gradients together, in double precision. */
export function globalNorm(gradients: readonly Float32Array[]): number {
  let sum = 0;
  for (const gradient of gradients) {
    for (let at = 0; at < gradient.length; at++) sum += gradient[at] * gradient[at];
  }
  return Math.sqrt(sum);
}

/** Scales all gradients by min(1, maxNorm / (norm + 1e-6)). */
export function clipByNorm(gradients: readonly Float32Array[], norm: number, maxNorm: number): void {
  const scale = maxNorm / (norm + 1e-6);
  if (!(scale < 1)) return;
  for (const gradient of gradients) {
    for (let at = 0; at < gradient.length; at++) gradient[at] *= scale;
  }
}

/** Limits every element to -maxValue … maxValue. */
export function clipByValue(gradients: readonly Float32Array[], maxValue: number): void {
  for (const gradient of gradients) {
    for (let at = 0; at < gradient.length; at++) {
      if (gradient[at] > maxValue) gradient[at] = maxValue;
      else if (gradient[at] < -maxValue) gradient[at] = -maxValue;
    }
  }
}
