// What a gradient may be: a whole array, or, for an embedding, only the rows that the batch used (torch's coalesced sparse tensor).

export interface SparseRows {
  /** [R] different rows. */
  rows: Int32Array;
  /** [R, size] their gradients. */
  values: Float32Array;
  size: number;
  /** Rows of the whole table. */
  rowCount: number;
}

export type Gradient = Float32Array | SparseRows;

/** All numbers of a gradient that may differ from zero. */
export const valuesOf = (gradient: Gradient): Float32Array =>
  gradient instanceof Float32Array ? gradient : gradient.values;

/** The whole array, with zeros in the rows that a sparse one leaves out. */
export function denseGradient(gradient: Gradient): Float32Array {
  if (gradient instanceof Float32Array) return gradient;
  const { rows, values, size, rowCount } = gradient;
  const dense = new Float32Array(rowCount * size);
  for (const [slot, row] of rows.entries()) dense.set(values.subarray(slot * size, (slot + 1) * size), row * size);
  return dense;
}

export const denseGradients = (gradients: readonly Gradient[]): Float32Array[] => gradients.map(denseGradient);
