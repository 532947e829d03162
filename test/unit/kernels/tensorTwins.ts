// Naive twins of reductions, the logarithm of softmax and layer normalisation: plain loops in float32, in the order that extension/kernels
// promises.
import type { MultiplyAdd } from './support.ts';
import { laneSum, type MathOf, shiftedExp } from './twins.ts';

const f = Math.fround;
/** Elements of a block of a sum over neighbours, and rows of one over columns (extension/kernels/reduce.c). */
const BLOCK = 4096;
const ROWS = 64;

const plainSum = (x: ArrayLike<number>): number => laneSum(x, (lane, value) => f(lane + value));

/** Sums of numbers that lie `step` apart, in blocks. */
function columnSum(count: number, at: (row: number) => number, add = (sum: number, row: number) => f(sum + at(row))) {
  let total = 0;
  for (let first = 0; first < count; first += ROWS) {
    let block = 0;
    for (let row = first; row < Math.min(count, first + ROWS); row++) block = add(block, row);
    total = f(total + block);
  }
  return total;
}

/** Sums over the middle of [outer, count, inner]. */
export function naiveSums(x: Float32Array, outer: number, count: number, inner: number): Float32Array {
  return Float32Array.from({ length: outer * inner }, (_, n) => {
    const [from, column] = [Math.floor(n / inner) * count * inner, n % inner];
    if (inner > 1) return columnSum(count, (row) => x[from + row * inner + column]);
    let sum = 0;
    for (let at = 0; at < count; at += BLOCK) {
      sum = f(sum + plainSum(x.subarray(from + at, from + Math.min(count, at + BLOCK))));
    }
    return sum;
  });
}

export function naiveLogSoftmax(x: Float32Array, columns: number, math: MathOf): Float32Array {
  const out = new Float32Array(x.length);
  for (let from = 0; from < x.length; from += columns) {
    const row = x.subarray(from, from + columns);
    const { largest, sum } = shiftedExp(row, math);
    const [total] = math('log', Float32Array.of(sum));
    out.set(
      row.map((value) => f(f(value - largest) - total)),
      from,
    );
  }
  return out;
}

/** Means and scales of rows, the normalised rows, and both gradients; ε is 1e-5. */
export function naiveLayerNorm(
  x: Float32Array,
  { gamma, beta }: { gamma: Float32Array; beta: Float32Array },
  dY: Float32Array,
  add: MultiplyAdd,
) {
  const D = gamma.length;
  const rows = x.length / D;
  const [y, dX, normal] = [new Float32Array(x.length), new Float32Array(x.length), new Float32Array(x.length)];
  for (let row = 0; row < rows; row++) {
    const [from, to] = [row * D, (row + 1) * D];
    const own = x.subarray(from, to);
    const mean = f(plainSum(own) / D);
    const squares = laneSum(
      own.map((value) => value - mean),
      (lane, d) => add(d, d, lane),
    );
    const scale = f(1 / f(Math.sqrt(f(f(squares / D) + f(1e-5)))));
    for (let j = 0; j < D; j++) {
      normal[from + j] = f(f(own[j] - mean) * scale);
      y[from + j] = add(normal[from + j], gamma[j], beta[j]);
    }
    const g = dY.subarray(from, to).map((value, j) => value * gamma[j]);
    const sum = f(plainSum(g) / D);
    let at = 0;
    const product = f(laneSum(g, (lane, value) => add(value, normal[from + at++], lane)) / D);
    for (let j = 0; j < D; j++) dX[from + j] = f(f(g[j] - add(normal[from + j], product, sum)) * scale);
  }
  const columns = (of: (j: number) => number): Float32Array => Float32Array.from({ length: D }, (_, j) => of(j));
  const up = (row: number, j: number): number => dY[row * D + j];
  return {
    y,
    x: dX,
    gamma: columns((j) =>
      columnSum(
        rows,
        () => 0,
        (sum, row) => add(up(row, j), normal[row * D + j], sum),
      ),
    ),
    beta: columns((j) => columnSum(rows, (row) => up(row, j))),
  };
}
