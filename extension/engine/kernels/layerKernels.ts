// Dense layer, embedding, pooling and dropout on a machine. Same meaning and letters as their plain twins in engine/layers/.
// What comes back lies in the arena's current scope.

import { RNG_PURPOSES } from '../../util/rng.ts';
import type { DenseGradients, DenseShape } from '../layers/dense.ts';
import type { DropoutKey } from '../layers/dropout.ts';
import type { PoolingShape } from '../layers/pooling.ts';
import { Float, need } from './job.ts';
import type { KernelMachine } from './machine.ts';
import { addPacking, addProduct, multiply } from './products.ts';

/** x [B, D], weight [C, D], bias [C] -> [B, C]. */
export function denseForward(
  machine: KernelMachine,
  x: Float32Array,
  weight: Float32Array,
  bias: Float32Array,
  { rows, inputs, outputs }: DenseShape,
): Float32Array {
  const { arena } = machine;
  const right = { values: arena.adopt(weight), k: inputs, n: outputs, isTransposed: true };
  const start = { bias: arena.adopt(need(bias, outputs, 'bias')) };
  return multiply(machine, { values: arena.adopt(x) }, right, rows, start);
}

/** From dY [B, C]: dX = dY W, dW = dYᵀ X, db = Σ rows of dY. */
export function denseBackward(
  machine: KernelMachine,
  dYGiven: Float32Array,
  xGiven: Float32Array,
  weight: Float32Array,
  { rows, inputs, outputs }: DenseShape,
): DenseGradients {
  const { arena } = machine;
  const dY = arena.adopt(need(dYGiven, rows * outputs, 'The gradient of a dense layer'));
  const x = arena.adopt(xGiven);
  const gradients = {
    x: arena.float32(rows * inputs),
    weight: arena.float32(outputs * inputs),
    bias: arena.float32(outputs),
  };
  const packing = machine.job();
  const weightPanels = addPacking(machine, packing, { values: arena.adopt(weight), k: outputs, n: inputs });
  const xPanels = addPacking(machine, packing, { values: x, k: rows, n: inputs });
  machine.run(packing);
  const job = machine.job();
  addProduct(job, { a: dY, panels: weightPanels, m: rows, n: inputs, k: outputs, out: gradients.x });
  const dWeight = { a: dY, isTransposed: true, panels: xPanels, m: outputs, n: inputs, k: rows, out: gradients.weight };
  addProduct(job, dWeight);
  job.split('columnSums', job.call([dY, gradients.bias, rows, outputs, undefined]), outputs, { work: rows, grain: 16 });
  machine.run(job);
  return gradients;
}

/** out[n] = table[ids[n]], [N, size]. Every id must be a row of the table. */
export function embeddingGather(
  machine: KernelMachine,
  table: Float32Array,
  size: number,
  ids: Int32Array,
): Float32Array {
  const { arena } = machine;
  const vocabulary = table.length / size;
  for (const id of ids) {
    if (!(id >= 0 && id < vocabulary)) throw new Error(`Token id ${id} is outside the vocabulary of ${vocabulary}`);
  }
  const out = arena.float32(ids.length * size);
  const job = machine.job();
  const call = job.call([arena.adopt(table), arena.adopt(ids), out, size, ids.length, vocabulary, 1]);
  machine.run(job.split('gatherRows', call, ids.length, { work: size }));
  return out;
}

/** values[slots[n]] += dOut[n] in token order, [rowCount, size]; slot -1 has no gradient. */
export function embeddingScatter(
  machine: KernelMachine,
  dOut: Float32Array,
  { slots, rowCount, size }: { slots: Int32Array; rowCount: number; size: number },
): Float32Array {
  const { arena } = machine;
  need(dOut, slots.length * size, 'The gradient of an embedding');
  for (const slot of slots) if (slot >= rowCount) throw new Error(`Slot ${slot} is outside ${rowCount} rows`);
  const values = arena.float32(Math.max(1, rowCount * size));
  const job = machine.job();
  const call = job.call([arena.adopt(dOut), arena.adopt(slots), values, slots.length, rowCount, size]);
  machine.run(job.split('embeddingScatter', call, size, { work: slots.length, grain: 16 }));
  return values;
}

const POOL_CODES = { last: 0, mean: 1, max: 2 };

export interface PoolPass {
  /** [B, D] */
  values: Float32Array;
  /** From dPooled [B, D] to [N, D]. */
  backward(dPooled: Float32Array): Float32Array;
}

/** x [N, D] -> [B, D]. */
export function poolForward(machine: KernelMachine, x: Float32Array, shape: PoolingShape): PoolPass {
  const { arena } = machine;
  const { kind, layout, width, hiddenSize } = shape;
  const { batchSize: B, tokenCount: N } = layout;
  need(x, N * width, 'The input of pooling');
  const offsets = arena.adopt(layout.offsets);
  const lengths = arena.adopt(layout.lengths);
  const sources = arena.int32(B * width);
  const run = (kernel: 'poolForward' | 'poolBackward', tokens: Float32Array, pooled: Float32Array): void => {
    const job = machine.job();
    const call = job.call([POOL_CODES[kind], width, hiddenSize, offsets, lengths, tokens, pooled, sources]);
    machine.run(job.split(kernel, call, B, { work: (width * N) / B }));
  };
  const values = arena.float32(B * width);
  run('poolForward', arena.adopt(x), values);
  return {
    values,
    backward(dPooled) {
      const dX = arena.float32(N * width);
      run('poolBackward', dX, arena.adopt(need(dPooled, B * width, 'The gradient of pooling')));
      return dX;
    },
  };
}

/** x times the mask of `key`, and the mask itself: 0 or 1 / (1 - rate), the same bits as dropoutMask. */
export function dropoutForward(
  machine: KernelMachine,
  x: Float32Array,
  rate: number,
  { seed, step, lane }: DropoutKey,
): { out: Float32Array; mask: Float32Array } {
  const { arena } = machine;
  const out = arena.float32(x.length);
  const mask = arena.float32(x.length);
  const threshold = Math.ceil(rate * 2 ** 24);
  const job = machine.job();
  const words = [seed, RNG_PURPOSES.dropout, step, lane].map((word) => word | 0);
  const call = job.call([arena.adopt(x), out, mask, x.length, ...words, threshold, new Float(1 / (1 - rate))]);
  machine.run(job.split('dropout', call, Math.ceil(x.length / 4), { work: 40, grain: 16 }));
  return { out, mask };
}

/** a ⊙ b */
export function multiplyElements(machine: KernelMachine, a: Float32Array, b: Float32Array): Float32Array {
  const { arena } = machine;
  const out = arena.float32(a.length);
  const job = machine.job();
  const call = job.call([arena.adopt(a), arena.adopt(need(b, a.length, 'A factor')), out]);
  machine.run(job.split('multiply', call, a.length, { work: 1, grain: 1024 }));
  return out;
}
