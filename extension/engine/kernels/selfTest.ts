// A small piece of every kind of work, whose bits are known. Every carrier with fused multiply-add gives the same checksum, on every
// machine and with any number of threads; a carrier that does not is broken, or rounds differently (plain WebAssembly).
import type { ResolvedOptimizer } from '../../schema/resolved.ts';
import { Rng } from '../../util/rng.ts';
import type { CellName } from '../layers/recurrent.ts';
import { createSequenceLayout } from '../layers/sequenceLayout.ts';
import { multiplyBatches } from './batchProducts.ts';
import { BINARY_NAMES, binary, UNARY_NAMES, unary } from './elementwise.ts';
import { dropoutForward, embeddingGather, embeddingScatter, poolForward } from './layerKernels.ts';
import { layerNormForward } from './layerNormKernels.ts';
import { crossEntropyLoss } from './lossKernels.ts';
import type { KernelMachine } from './machine.ts';
import { copyStrided } from './movement.ts';
import { globalNorm, updateAll } from './optimizerKernels.ts';
import { recurrentLayerForward } from './recurrentKernels.ts';
import { REDUCTION_NAMES, reduce, softmaxInto } from './reduction.ts';

/** What selfTest gives where multiply-adds are fused. Changes only when a kernel is meant to give other bits. */
export const EXPECTED_CHECKSUM = '16edff1d';

const VOCABULARY = 23;
const SIZE = 13;
const HIDDEN = 37;
const LENGTHS = [9, 1, 17, 5, 5, 12, 2, 30, 3];

/** FNV-1a over bytes, as 8 hexadecimal digits. */
function checksum(hash: number, values: Float32Array): number {
  const bytes = new Uint8Array(values.slice().buffer);
  let next = hash;
  for (const byte of bytes) next = Math.imul(next ^ byte, 0x0100_0193);
  return next;
}

/** Runs the work and gives the checksum of all results. */
export function selfTest(machine: KernelMachine): string {
  let hash = 0x811c_9dc5;
  const keep = (...results: (Float32Array | undefined)[]): void => {
    for (const result of results) if (result) hash = checksum(hash, result);
  };
  machine.arena.scope(() => {
    for (const cell of ['lstm', 'gru', 'rnnTanh', 'rnnRelu'] as const) runCell(machine, cell, keep);
    updateSomething(machine, keep);
    computeTensors(machine, keep);
  });
  return (hash >>> 0).toString(16).padStart(8, '0');
}

type Keep = (...results: (Float32Array | undefined)[]) => void;

/** Uniform values in ±scale. */
function values(length: number, scale: number, lane: number): Float32Array {
  const rng = new Rng(1, 'init', 0, lane);
  return Float32Array.from({ length }, () => (2 * rng.nextFloat() - 1) * scale);
}

function runCell(machine: KernelMachine, cell: CellName, keep: Keep): void {
  const layout = createSequenceLayout(Int32Array.from(LENGTHS));
  const ids = Int32Array.from({ length: layout.tokenCount }, (_, token) => (token * 7) % VOCABULARY);
  const embedded = embeddingGather(machine, values(VOCABULARY * SIZE, 0.5, 1), SIZE, ids);
  const { out: x, mask } = dropoutForward(machine, embedded, 0.3, { seed: 1, step: 2, lane: 3 });
  const rows = { lstm: 4, gru: 3, rnnTanh: 1, rnnRelu: 1 }[cell] * HIDDEN;
  const weights = [10, 20].map((lane) => ({
    weightIh: values(rows * SIZE, 0.4, lane),
    weightHh: values(rows * HIDDEN, 0.2, lane + 1),
    biasIh: values(rows, 0.2, lane + 2),
    biasHh: values(rows, 0.2, lane + 3),
  }));
  const pass = recurrentLayerForward(machine, cell, { x, layout, inputSize: SIZE, hiddenSize: HIDDEN, weights });
  const pooled = poolForward(machine, pass.out, { kind: 'max', layout, width: 2 * HIDDEN, hiddenSize: HIDDEN });
  const labels = Int32Array.from(LENGTHS, (length) => length % 5);
  const loss = crossEntropyLoss(machine, pooled.values, labels, 2 * HIDDEN, { labelSmoothing: 0.1 });
  const gradients = pass.backward(pooled.backward(loss.gradient));
  if (!gradients.x) throw new Error('The gradient of the input is missing');
  const slots = ids.map((id) => id - 1);
  const table = embeddingScatter(machine, gradients.x, { slots, rowCount: VOCABULARY - 1, size: SIZE });
  keep(pass.out, mask, pooled.values, loss.gradient, gradients.x, table);
  for (const { weightIh, weightHh, biasIh, biasHh, h0, c0 } of gradients.directions) {
    keep(weightIh, weightHh, biasIh, biasHh, h0, c0);
  }
}

const NEEDS_POSITIVE = ['log', 'sqrt', 'rsqrt'];

/** What tensors of tfjs are computed with. */
function computeTensors(machine: KernelMachine, keep: Keep): void {
  const { arena } = machine;
  const [rows, width] = [29, HIDDEN];
  const x = arena.adopt(values(rows * width, 3, 40));
  // Roots and logarithms of what is above zero: the bits of what is not a number are not the same on every processor.
  const positive = arena.adopt(x.map(Math.abs));
  const row = arena.adopt(values(width, 2, 41));
  const fresh = (length = x.length): Float32Array => {
    const out = arena.float32(length);
    results.push(out);
    return out;
  };
  const results: Float32Array[] = [];
  for (const name of UNARY_NAMES) unary(machine, name, NEEDS_POSITIVE.includes(name) ? positive : x, fresh(), 0.5);
  for (const name of BINARY_NAMES) {
    const [a, b] = [
      { values: x, shape: [rows, width] },
      { values: row, shape: [width] },
    ];
    binary(machine, name, a, b, { values: fresh(), shape: a.shape });
  }
  for (const name of REDUCTION_NAMES) {
    reduce(machine, name, x, { outer: rows, count: width, inner: 1 }, fresh(rows));
    reduce(machine, name, x, { outer: 1, count: rows, inner: width }, fresh(width));
  }
  softmaxInto(machine, 'logSoftmax', x, fresh(), width);
  const transposed = [
    { size: width, first: 1, second: rows },
    { size: rows, first: width, second: 1 },
  ];
  copyStrided(machine, x, fresh(), transposed);
  const side = { values: x, isTransposed: false, isShared: true };
  const sizes = { batches: 2, m: rows, n: rows, k: width };
  // Also as many rows as the largest tiles have.
  for (const m of [rows, 14, 13])
    multiplyBatches(machine, { ...sizes, m, a: side, b: { ...side, isTransposed: true }, out: fresh(2 * m * rows) });
  const pass = layerNormForward(machine, x, { gamma: row, beta: row }, 1e-5);
  const gradients = pass.backward(x);
  keep(...results, pass.y, gradients.x, gradients.gamma, gradients.beta);
}

function updateSomething(machine: KernelMachine, keep: Keep): void {
  const { arena } = machine;
  const parameter = { values: arena.adopt(values(1000, 1, 30)), fixedCount: 10 };
  const gradients = [values(1000, 3, 31)];
  const buffers = { expAvg: arena.float32(1000).fill(0), expAvgSq: arena.float32(1000).fill(0) };
  const norm = globalNorm(machine, gradients);
  const rates = { learningRate: 0.01, epsilon: 1e-8, weightDecay: 0.01, lazy: false };
  const options: ResolvedOptimizer = { type: 'adamw', betas: [0.9, 0.999], ...rates };
  for (let step = 1; step <= 3; step++) {
    const update = { parameter, state: { step, buffers }, gradient: gradients[0], options };
    updateAll(machine, [update], { scale: 5 / norm, limit: 0 });
  }
  keep(parameter.values, buffers.expAvg, buffers.expAvgSq);
}
