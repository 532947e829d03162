// The connectivity of states and tokens as a heatmap shows it: rows are states, columns are tokens. Pure.
import type { Connectivity } from '../../../extension/protocol/traceAnalysis.ts';
import type { Matrix } from '../../shared/heatmap/matrix.ts';

/** From row-major [t, s] to the column-major form of a heatmap, where (row t, column s) is at s · T + t. */
export function connectivityMatrix({ norms, tokenCount }: Connectivity): Matrix {
  const values = new Float32Array(norms.length);
  for (let t = 0; t < tokenCount; t++) {
    for (let s = 0; s < tokenCount; s++) values[s * tokenCount + t] = norms[t * tokenCount + s];
  }
  return { values, rows: tokenCount, columns: tokenCount };
}

/** Decimal logarithm; zero has none and so no colour. */
export const logScale = (value: number): number => (value > 0 ? Math.log10(value) : Number.NaN);
