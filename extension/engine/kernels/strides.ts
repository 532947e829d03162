// How two arrays are walked together: dimensions with a stride in either, in floats. What lies together is merged, so that a kernel sees
// few and long dimensions (extension/kernels/strided.h).
import { stridesOf } from '../linalg/rowMajor.ts';

/** Outer dimensions that a kernel takes. */
const MOST_OUTER = 5;

export interface Dimension {
  size: number;
  /** Floats from one index to the next in the first and the second array; 0 where the array has one element for all of them. */
  first: number;
  second: number;
}

/** Strides with which an array of `shape` is read as if it had `target`'s, to which it is broadcast. */
export function broadcastStrides(shape: readonly number[], target: readonly number[]): number[] {
  const strides = stridesOf(shape);
  const missing = target.length - shape.length;
  return target.map((size, d) => (d < missing || (shape[d - missing] === 1 && size !== 1) ? 0 : strides[d - missing]));
}

/** The same walk with the fewest dimensions: neighbours that lie together are one, those of size 1 are left out. */
export function mergeDimensions(dims: readonly Dimension[]): Dimension[] {
  const merged: Dimension[] = [];
  for (const dim of dims) {
    if (dim.size === 1) continue;
    const before = merged.at(-1);
    const isTogether = before?.first === dim.size * dim.first && before.second === dim.size * dim.second;
    if (before && isTogether) merged[merged.length - 1] = { ...dim, size: before.size * dim.size };
    else merged.push(dim);
  }
  return merged;
}

/** Places of a walk. */
export const placesOf = (dims: readonly Dimension[]): number => dims.reduce((places, { size }) => places * size, 1);

/** Floats that an array must have for a walk. */
export const extentOf = (dims: readonly Dimension[], array: 'first' | 'second'): number =>
  dims.reduce((extent, dim) => extent + (dim.size - 1) * dim[array], 1);

/** Outer dimensions as a kernel's arguments. */
export function outerArguments(dims: readonly Dimension[]): number[] {
  if (dims.length > MOST_OUTER) throw new Error(`A kernel takes ${MOST_OUTER} outer dimensions, not ${dims.length}`);
  const words = new Array<number>(1 + 3 * MOST_OUTER).fill(0);
  words[0] = dims.length;
  for (const [d, { size, first, second }] of dims.entries()) {
    words[1 + d] = size;
    words[1 + MOST_OUTER + d] = first;
    words[1 + 2 * MOST_OUTER + d] = second;
  }
  return words;
}
