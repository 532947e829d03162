// What a gradient may be: a whole array, or, for an embedding, only the rows that the batch used (torch's coalesced sparse tensor).

export interface SparseRows {
  /** [R] different rows. */
  rows: Int32Array;
  /** [R, size] their gradients. */
  values: Float32Array;
  size: number;
  /** Adam and its kin leave rows without a gradient as they are (torch.optim.SparseAdam); otherwise their gradient counts as zero. */
  isLazy: boolean;
}

export type Gradient = Float32Array | SparseRows;

/** The same gradients where none is sparse, which is so wherever plain TypeScript computes. */
export function denseGradients(gradients: readonly Gradient[]): Float32Array[] {
  return gradients.map((gradient) => {
    if (gradient instanceof Float32Array) return gradient;
    throw new Error('A sparse gradient came to plain TypeScript');
  });
}
