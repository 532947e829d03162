// Numbers that shrink from step to step become zero before they are subnormal, with which a processor is many times slower; the same
// limits as in the kernels (extension/kernels/vec.h says why they change nothing that a sum could hold).

const SMALLEST_GRADIENT = 2 ** -100;
const SMALLEST_SQUARE = 2 ** -126;

/** A gradient or a mean of gradients, or a zero of its sign where it is too small; infinities and NaN as they are. */
export function flushed(x: number): number {
  return Math.abs(x) < SMALLEST_GRADIENT ? 0 * x : x;
}

/** A mean of squares, or zero where float32 has it only as a subnormal number. */
export function flushedSquare(x: number): number {
  return Math.abs(x) < SMALLEST_SQUARE ? 0 * x : x;
}
