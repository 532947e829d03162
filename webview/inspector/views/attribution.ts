// Which tokens a score hangs on, as numbers to draw: one a token, and how the strip speaks of them. Pure.
import type { GradientTrace } from '../../../extension/protocol/traceAnalysis.ts';

/** Length of the gradient; gradient times input; integrated gradients. The last two have a sign. */
export const MEASURES = ['norm', 'input', 'integrated'] as const;
export type Measure = (typeof MEASURES)[number];

/** Undefined where the answer does not hold it. */
export function valuesOf(gradients: GradientTrace, measure: Measure): Float32Array | undefined {
  if (measure === 'norm') return gradients.norms;
  return measure === 'input' ? gradients.inputTimesGradient : gradients.integrated?.attributions;
}

/** The greatest size, which a whole bar stands for; 1 where all are zero. */
export function fullBar(values: Float32Array): number {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest > 0 && Number.isFinite(largest) ? largest : 1;
}

/** Share of one token in the sum of sizes, 0 to 1. */
export function shareOfToken(values: Float32Array, token: number): number {
  const total = values.reduce((sum, value) => sum + Math.abs(value), 0);
  return total > 0 ? Math.abs(values[token]) / total : 0;
}

/** Places of the `count` largest sizes, largest first. */
export function largestTokens(values: Float32Array, count: number): number[] {
  const places = Array.from(values, (_, at) => at).filter((at) => values[at] !== 0);
  return places.sort((a, b) => Math.abs(values[b]) - Math.abs(values[a])).slice(0, count);
}
