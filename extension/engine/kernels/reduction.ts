// Sums, means, extremes (extension/kernels/reduce.c) and the logarithm of softmax (loss.c).
import { need } from './job.ts';
import type { KernelMachine } from './machine.ts';

const CODES = { sum: 0, mean: 1, max: 2, min: 3 };
export type ReductionName = keyof typeof CODES;
export const REDUCTION_NAMES = Object.keys(CODES) as ReductionName[];

/** Columns of a unit of work (REDUCE_COLUMNS). */
const COLUMNS = 64;

/** x is [outer, count, inner], and `count` of it goes. */
export interface ReductionShape {
  outer: number;
  count: number;
  inner: number;
}

/** [outer, inner] into `out`. */
export function reduce(
  machine: KernelMachine,
  name: ReductionName,
  x: Float32Array,
  { outer, count, inner }: ReductionShape,
  out: Float32Array,
): void {
  if (count < 1) throw new Error('There is nothing to reduce');
  need(x, outer * count * inner, 'The operand of a reduction');
  need(out, outer * inner, 'The result of a reduction');
  const job = machine.job();
  const call = job.call([CODES[name], x, out, count, inner]);
  if (inner === 1) job.split('reduce', call, outer, { work: count });
  else job.split('reduce', call, outer * Math.ceil(inner / COLUMNS), { work: count * Math.min(inner, COLUMNS) });
  machine.run(job);
}

const ROW_KERNELS = { softmax: 'softmax', logSoftmax: 'logSoftmax' } as const;

/** Softmax or its logarithm of rows of `columns` numbers; `out` is another array. */
export function softmaxInto(
  machine: KernelMachine,
  name: keyof typeof ROW_KERNELS,
  x: Float32Array,
  out: Float32Array,
  columns: number,
): void {
  need(out, x.length, 'The result of softmax');
  const job = machine.job();
  const call = job.call([x, out, columns]);
  machine.run(job.split(ROW_KERNELS[name], call, x.length / columns, { work: 12 * columns }));
}
