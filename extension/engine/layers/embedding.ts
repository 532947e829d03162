// Embedding look-up with its own gradient: a scatter-add over the rows that were used.
// (The gradient of gather in tfjs walks the whole vocabulary for every token.)
// Invariant: only real tokens are read, and the row of the padding token gets no gradient.
// Letters: V vocabulary, I embedding size, N real tokens.
import * as tf from '@tensorflow/tfjs-core';
import { currentMachine } from '../backend/gatescopeBackend.ts';
import { usesTensorflow } from '../backend/tensorflowBackend.ts';
import * as kernels from '../kernels/layerKernels.ts';
import type { SparseRows } from '../train/gradients.ts';
import type { Batch } from './batch.ts';
import * as tensorOps from './tensorOps.ts';

/** Row of the padding token: it has no gradient, so it stays zero. */
const PAD_ROW = 0;

/** out[n] = table[id of token n]; [N, I]. An id outside the table is a bug and throws. */
export function embeddingForward(table: Float32Array, size: number, batch: Batch): Float32Array {
  const out = new Float32Array(batch.layout.tokenCount * size);
  const vocabulary = table.length / size;
  eachToken(batch, (token, id) => {
    if (!(id >= 0 && id < vocabulary)) throw new Error(`Token id ${id} is outside the vocabulary of ${vocabulary}`);
    const from = id * size;
    const to = token * size;
    for (let i = 0; i < size; i++) out[to + i] = table[from + i];
  });
  return out;
}

/** gradient[id of token n] += dOut[n], in token order; [V, I]. */
export function embeddingBackward(dOut: Float32Array, size: number, batch: Batch, vocabulary: number): Float32Array {
  const gradient = new Float32Array(vocabulary * size);
  eachToken(batch, (token, id) => {
    if (id === PAD_ROW) return;
    const from = token * size;
    const to = id * size;
    for (let i = 0; i < size; i++) gradient[to + i] += dOut[from + i];
  });
  return gradient;
}

function eachToken(batch: Batch, visit: (token: number, id: number) => void): void {
  const { ids, paddedLength, layout } = batch;
  let token = 0;
  for (let text = 0; text < layout.batchSize; text++) {
    const row = text * paddedLength;
    for (let step = 0; step < layout.lengths[text]; step++) visit(token++, ids[row + step]);
  }
}

/** Token ids in token order, [N]. */
export function tokenIds(batch: Batch): Int32Array {
  const ids = new Int32Array(batch.layout.tokenCount);
  eachToken(batch, (token, id) => {
    ids[token] = id;
  });
  return ids;
}

/** values[slots[n]] += dOut[n] in token order, [rowCount, size]; slot -1 has no gradient. */
function scatter(dOut: Float32Array, slots: Int32Array, rowCount: number, size: number): Float32Array {
  const values = new Float32Array(rowCount * size);
  for (const [token, slot] of slots.entries()) {
    if (slot >= 0) for (let i = 0; i < size; i++) values[slot * size + i] += dOut[token * size + i];
  }
  return values;
}

/** The gradient of a look-up as the rows that were used, in the order of their first use. */
function sparseGradient(dOut: Float32Array, ids: Int32Array, [rowCount, size]: [number, number]): SparseRows {
  const slotOf = new Map<number, number>();
  const slots = ids.map((id) => {
    if (id === PAD_ROW) return -1;
    const known = slotOf.get(id);
    if (known !== undefined) return known;
    slotOf.set(id, slotOf.size);
    return slotOf.size - 1;
  });
  const machine = currentMachine();
  const values = machine
    ? kernels.embeddingScatter(machine, dOut, { slots, rowCount: slotOf.size, size })
    : scatter(dOut, slots, slotOf.size, size);
  return { rows: Int32Array.from(slotOf.keys()), values, size, rowCount };
}

/** The look-up with a gradient that goes to `onGradient`: as a tensor it would be as large as the table. */
function embedSparsely(table: tf.Tensor2D, batch: Batch, onGradient: (gradient: SparseRows) => void): tf.Tensor2D {
  const [, size] = table.shape;
  const ids = tokenIds(batch);
  const machine = currentMachine();
  const lookUp = tf.customGrad((...inputs) => {
    const values = (inputs[0] as tf.Tensor2D).dataSync<'float32'>();
    const rows = machine ? kernels.embeddingGather(machine, values, size, ids) : embeddingForward(values, size, batch);
    return {
      value: tf.tensor2d(rows, [ids.length, size]),
      gradFunc: (dy) => {
        onGradient(sparseGradient(dy.dataSync<'float32'>(), ids, table.shape));
        // A stand-in of the right shape that costs nothing; who gave onGradient does not read it.
        return table.clone();
      },
    };
  });
  return lookUp(table) as tf.Tensor2D;
}

/** The look-up where TensorFlow does the arithmetic; its gradient is a whole table. */
function embedWithTensorflow(
  table: tf.Tensor2D,
  batch: Batch,
  onGradient?: (gradient: SparseRows) => void,
): tf.Tensor2D {
  const ids = tokenIds(batch);
  const gradientIds = ids.map((id) => (id === PAD_ROW ? -1 : id));
  return tensorOps.embed(table, ids, gradientIds, (gradient) => {
    if (!onGradient) return;
    const [rowCount, size] = table.shape;
    const dense = gradient.dataSync<'float32'>();
    const rows = Int32Array.from(new Set(ids.filter((id) => id !== PAD_ROW)));
    const values = new Float32Array(rows.length * size);
    for (const [slot, row] of rows.entries()) values.set(dense.subarray(row * size, (row + 1) * size), slot * size);
    onGradient({ rows, values, size, rowCount });
  });
}

/**
 * The vectors of a batch's tokens in token order, [N, I], differentiable in `table` [V, I]. `onGradient` gets the gradient of the table,
 * and the tensor that tfjs hands back in its place means nothing then.
 */
export function embed(table: tf.Tensor2D, batch: Batch, onGradient?: (gradient: SparseRows) => void): tf.Tensor2D {
  if (usesTensorflow()) return embedWithTensorflow(table, batch, onGradient);
  if (onGradient) return embedSparsely(table, batch, onGradient);
  const [vocabulary, size] = table.shape;
  const lookUp = tf.customGrad((...inputs) => {
    const values = (inputs[0] as tf.Tensor2D).dataSync<'float32'>();
    const shape: [number, number] = [batch.layout.tokenCount, size];
    return {
      value: tf.tensor2d(embeddingForward(values, size, batch), shape),
      gradFunc: (dy) => {
        const gradient = embeddingBackward(dy.dataSync<'float32'>(), size, batch, vocabulary);
        return tf.tensor2d(gradient, [vocabulary, size]);
      },
    };
  });
  return lookUp(table) as tf.Tensor2D;
}
