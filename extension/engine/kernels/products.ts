// Matrix products on a machine: C[M, N] = A B (+ bias, + C), with B packed first. Sums run over k in order, whatever the threads.
import type { Arena } from './arena.ts';
import { type Job, need } from './job.ts';
import type { KernelMachine } from './machine.ts';

/** How a matrix lies in an array. */
export interface PackSource {
  values: Float32Array;
  /** Rows of B (K) and its columns (N). */
  k: number;
  n: number;
  /** B is stored as [N, K]. */
  isTransposed?: boolean;
  /** Row k of B is row index[k] of the source; -1 is zeros, -2-b row b of `other`, by the same stride. Not with isTransposed. */
  index?: Int32Array;
  other?: Float32Array;
  /** Floats from row to row; by default the row's length. */
  stride?: number;
}

/** Packs B as the product reads it; to be run before the product. */
export function addPacking(machine: KernelMachine, job: Job, source: PackSource): Float32Array {
  const { values, k, n, isTransposed = false, index, other, stride = isTransposed ? k : n } = source;
  const { arena, panelWidth } = machine;
  const panelCount = Math.ceil(n / panelWidth);
  const panels = arena.float32(Math.max(1, panelCount * panelWidth * k));
  if (!index) need(values, isTransposed ? (n - 1) * stride + k : (k - 1) * stride + n, 'A matrix to pack');
  else checkRows(source, stride);
  const [kStride, nStride] = isTransposed ? [1, stride] : [stride, 1];
  const call = job.call([values, other, panels, n, k, kStride, nStride, index]);
  job.split('pack', call, panelCount, { work: panelWidth * k });
  return panels;
}

/** Throws where an index points outside its matrix. */
function checkRows({ values, other, index, k, n }: PackSource, stride: number): void {
  const rows = need(index ?? [], k, 'The rows of a matrix to pack');
  let [last, lastOther] = [-1, -1];
  for (const row of rows) {
    last = Math.max(last, row);
    lastOther = Math.max(lastOther, -2 - row);
  }
  if (last >= 0) need(values, last * stride + n, 'A matrix to pack');
  if (lastOther >= 0) need(other ?? [], lastOther * stride + n, 'The other matrix to pack');
}

export interface ProductCall {
  /** A [M, K], or [K, M] where it is transposed. */
  a: Float32Array;
  isTransposed?: boolean;
  panels: Float32Array;
  m: number;
  n: number;
  k: number;
  out: Float32Array;
  /** Row m of the product is row rows[m] of `out`. */
  rows?: Int32Array;
  /** What sums start from: 0, `out` itself, or the sum of one or two biases [N]. */
  start?: 'zero' | 'out' | { bias: Float32Array; bias2?: Float32Array };
  /** A second right side B2 [K, n] for the same A: out2 [M, n] = A B2. */
  twin?: { panels: Float32Array; n: number; out: Float32Array };
}

const STARTS = { zero: 0, out: 1, bias: 2 };
/** Whole tiles of every register block (4, 6 and 12 rows). */
const ROW_GRAIN = 24;

/** Adds the product to a job. */
export function addProduct(job: Job, product: ProductCall): void {
  const { a, isTransposed = false, panels, m, n, k, out, rows, start = 'zero', twin } = product;
  need(a, m * k, 'The left matrix of a product');
  need(panels, n * k, 'The panels of a product');
  const lastRow = rows ? need(rows, m, 'The rows of a product').reduce((last, row) => Math.max(last, row), 0) : m - 1;
  need(out, (lastRow + 1) * n, 'The result of a product');
  const { bias, bias2 } = typeof start === 'object' ? start : { bias: undefined, bias2: undefined };
  if (bias) need(bias, n, 'The bias of a product');
  if (bias2) need(bias2, n, 'The second bias of a product');
  if (twin) {
    need(twin.panels, twin.n * k, 'The panels of a twin product');
    need(twin.out, m * twin.n, 'The result of a twin product');
  }
  const startCode = typeof start === 'object' ? STARTS.bias : STARTS[start];
  const [rowStride, kStride] = isTransposed ? [1, m] : [k, 1];
  const own = [a, rowStride, kStride, panels, bias, bias2, out, n, rows, n, k, startCode, 0];
  const call = job.call(twin ? [...own, twin.panels, twin.out, twin.n] : [...own, undefined, undefined, 0]);
  job.split('gemm', call, m, { work: (n + (twin?.n ?? 0)) * k, grain: ROW_GRAIN });
}

/** A whole product at once: [M, N] in a fresh block. */
export function multiply(
  machine: KernelMachine,
  a: { values: Float32Array; isTransposed?: boolean },
  b: PackSource,
  m: number,
  start?: ProductCall['start'],
): Float32Array {
  const out = machine.arena.float32(m * b.n);
  const packing = machine.job();
  const panels = addPacking(machine, packing, b);
  machine.run(packing);
  const job = machine.job();
  addProduct(job, { a: a.values, isTransposed: a.isTransposed, panels, m, n: b.n, k: b.k, out, start });
  machine.run(job);
  return out;
}

/** Blocks of views, made in the arena where they are not there yet. */
export function adoptAll<T extends Record<string, Float32Array | undefined>>(arena: Arena, views: T): T {
  return Object.fromEntries(Object.entries(views).map(([name, view]) => [name, view && arena.adopt(view)])) as T;
}
