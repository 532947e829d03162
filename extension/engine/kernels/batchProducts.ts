// Many matrix products of one shape: out[b] = A[b] B[b] (+ bias), then an activation. The sums are those of products.ts.
import { type Job, need } from './job.ts';
import type { KernelMachine } from './machine.ts';

const ACTIVATIONS = { linear: 0, relu: 1, tanh: 2, sigmoid: 3 };
const STARTS = { zero: 0, bias: 2 };
/** Rows of a unit of work are a multiple of this: whole tiles of every register block. */
const ROW_GRAIN = 24;
/** Units a thread, where there are fewer products than that. */
const UNITS_PER_THREAD = 3;

export interface BatchMatrix {
  /** [batches, rows, columns], or one matrix for all batches. */
  values: Float32Array;
  /** Stored as [columns, rows]. */
  isTransposed: boolean;
  isShared: boolean;
}

export interface BatchProduct {
  /** [M, K] each. */
  a: BatchMatrix;
  /** [K, N] each. */
  b: BatchMatrix;
  /** [batches, M, N] */
  out: Float32Array;
  batches: number;
  m: number;
  n: number;
  k: number;
  /** [N] */
  bias?: Float32Array;
  activation?: keyof typeof ACTIVATIONS;
}

export function multiplyBatches(machine: KernelMachine, product: BatchProduct): void {
  const { a, b, out, batches, m, n, k, bias } = product;
  const copies = ({ isShared }: BatchMatrix): number => (isShared ? 1 : batches);
  need(a.values, copies(a) * m * k, 'The left matrices of a product');
  need(b.values, copies(b) * k * n, 'The right matrices of a product');
  need(out, batches * m * n, 'The result of a product');
  if (bias) need(bias, n, 'The bias of a product');
  const panelCount = Math.ceil(n / machine.panelWidth);
  const panelsSize = panelCount * machine.panelWidth * k;
  machine.arena.scope(() => {
    const panels = machine.arena.float32(copies(b) * panelsSize);
    const packing = machine.job();
    const [kStride, nStride] = b.isTransposed ? [1, k] : [n, 1];
    const call = packing.call([b.values, panels, k * n, n, k, kStride, nStride]);
    machine.run(packing.split('batchPack', call, copies(b) * panelCount, { work: machine.panelWidth * k }));
    machine.run(productJob(machine.job(), product, panels, b.isShared ? 0 : panelsSize));
  });
}

function productJob(job: Job, product: BatchProduct, panels: Float32Array, panelsSize: number): Job {
  const { a, out, batches, m, n, k, bias, activation = 'linear' } = product;
  // A product is cut only where there are too few of them: a block of B that is in the cache serves all rows of a unit.
  const parts = Math.ceil((UNITS_PER_THREAD * job.threads) / batches);
  const rows = Math.ceil(m / parts / ROW_GRAIN) * ROW_GRAIN;
  const [rowStride, kStride] = a.isTransposed ? [1, m] : [k, 1];
  const head = [a.values, rowStride, kStride, panels, bias, out, n, k, bias ? STARTS.bias : STARTS.zero];
  const call = job.call([...head, ACTIVATIONS[activation], m, rows, a.isShared ? 0 : m * k, panelsSize]);
  return job.split('batchGemm', call, batches * Math.ceil(m / rows), { work: Math.min(m, rows) * n * k });
}
