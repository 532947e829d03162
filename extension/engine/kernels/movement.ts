// Copies between arrays that lie differently, and look-up of rows (extension/kernels/movement.c, embedding.c).
import { type Job, need } from './job.ts';
import type { KernelMachine } from './machine.ts';
import { type Dimension, extentOf, mergeDimensions, outerArguments, placesOf } from './strides.ts';

const NONE: Dimension = { size: 1, first: 0, second: 0 };

/** The two dimensions that a kernel copies at once, and those around them. */
function innerOf(dims: readonly Dimension[]): { m: Dimension; n: Dimension; outer: Dimension[] } {
  const outer = [...dims];
  const n = outer.pop() ?? { size: 1, first: 1, second: 1 };
  if (n.first === 1 && n.second === 1) return { m: NONE, n, outer };
  // A transposition: reading goes along the dimension that lies together in x, writing along the last.
  const at = outer.findLastIndex(({ first }) => first === 1);
  const [m = NONE] = at >= 0 ? outer.splice(at, 1) : outer.splice(-1);
  return { m, n, outer };
}

/** Adds to a job: a copy of x to `out`, whose strides are the first and the second of `dims`. What lies between them in `out` stays as it is. */
function addCopy(job: Job, x: Float32Array, out: Float32Array, dims: readonly Dimension[]): void {
  const merged = mergeDimensions(dims);
  need(x, extentOf(merged, 'first'), 'What is copied');
  need(out, extentOf(merged, 'second'), 'The result of a copy');
  const { m, n, outer } = innerOf(merged);
  const inner = [m.size, n.size, m.first, n.first, m.second, n.second];
  const call = job.call([x, out, ...inner, ...outerArguments(outer)]);
  job.split('copy', call, placesOf(outer), { work: m.size * n.size });
}

/** The same at once. */
export function copyStrided(
  machine: KernelMachine,
  x: Float32Array,
  out: Float32Array,
  dims: readonly Dimension[],
): void {
  const job = machine.job();
  addCopy(job, x, out, dims);
  machine.run(job);
}

/** Adds to a job: x [rows, columns] transposed to `out`. */
export function addTransposition(
  job: Job,
  x: Float32Array,
  out: Float32Array,
  [rows, columns]: readonly [number, number],
): void {
  addCopy(job, x, out, [
    { size: rows, first: columns, second: 1 },
    { size: columns, first: 1, second: rows },
  ]);
}

export interface GatherCall {
  /** [batches, places, rows, size] */
  tables: Float32Array;
  /** [batches, count] rows of the tables of a batch. */
  ids: Int32Array;
  /** [batches, places, count, size] */
  out: Float32Array;
  batches: number;
  places: number;
  rows: number;
  size: number;
}

/** out[b, p, i] = tables[b, p, ids[b, i]]. An id outside the table throws. */
export function gatherRows(machine: KernelMachine, call: GatherCall): void {
  const { tables, ids, out, batches, places, rows, size } = call;
  const count = ids.length / batches;
  need(tables, batches * places * rows * size, 'The tables of a look-up');
  need(out, batches * places * count * size, 'The result of a look-up');
  for (const id of ids) if (!(id >= 0 && id < rows)) throw new Error(`Row ${id} is outside a table of ${rows} rows`);
  machine.arena.scope(() => {
    const job = machine.job();
    const at = job.call([tables, machine.arena.adopt(ids), out, size, count, rows, places]);
    machine.run(job.split('gatherRows', at, batches * places * count, { work: size }));
  });
}
