// Embedding look-up with its own gradient: a scatter-add over the rows that were used.
// (The gradient of gather in tfjs walks the whole vocabulary for every token.)
// Invariant: only real tokens are read, and the row of the padding token gets no gradient.
// Letters: V vocabulary, I embedding size, N real tokens.
import * as tf from '@tensorflow/tfjs-core';
import { currentMachine } from '../backend/gatescopeBackend.ts';
import { usesTensorflow } from '../backend/tensorflowBackend.ts';
import * as kernels from '../kernels/layerKernels.ts';
import type { KernelMachine } from '../kernels/machine.ts';
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
function tokenIds(batch: Batch): Int32Array {
  const ids = new Int32Array(batch.layout.tokenCount);
  eachToken(batch, (token, id) => {
    ids[token] = id;
  });
  return ids;
}

/** The gradient of a look-up as the rows that were used, in the order of their first use. */
function sparseGradient(machine: KernelMachine, dOut: Float32Array, ids: Int32Array, size: number): SparseRows {
  const slotOf = new Map<number, number>();
  const slots = ids.map((id) => {
    if (id === PAD_ROW) return -1;
    const known = slotOf.get(id);
    if (known !== undefined) return known;
    slotOf.set(id, slotOf.size);
    return slotOf.size - 1;
  });
  const values = kernels.embeddingScatter(machine, dOut, { slots, rowCount: slotOf.size, size });
  return { rows: Int32Array.from(slotOf.keys()), values, size, isLazy: false };
}

/** The look-up on a machine. The gradient goes to `onGradient`: as a tensor it would be as large as the table. */
function embedSparsely(
  table: tf.Tensor2D,
  batch: Batch,
  machine: KernelMachine,
  onGradient: (gradient: SparseRows) => void,
): tf.Tensor2D {
  const size = table.shape[1];
  const ids = tokenIds(batch);
  const lookUp = tf.customGrad((...inputs) => ({
    value: tf.tensor2d(kernels.embeddingGather(machine, (inputs[0] as tf.Tensor2D).dataSync<'float32'>(), size, ids), [
      ids.length,
      size,
    ]),
    gradFunc: (dy) => {
      onGradient(sparseGradient(machine, dy.dataSync<'float32'>(), ids, size));
      // A stand-in of the right shape that costs nothing; who gave onGradient does not read it.
      return table.clone();
    },
  }));
  return lookUp(table) as tf.Tensor2D;
}

/**
 * The vectors of a batch's tokens in token order, [N, I], differentiable in `table` [V, I]. Where a machine computes, `onGradient` gets the
 * gradient of the table, and the tensor that tfjs hands back in its place means nothing.
 */
export function embed(table: tf.Tensor2D, batch: Batch, onGradient?: (gradient: SparseRows) => void): tf.Tensor2D {
  const machine = currentMachine();
  if (machine && onGradient) return embedSparsely(table, batch, machine, onGradient);
  if (usesTensorflow()) {
    const ids = tokenIds(batch);
    return tensorOps.embed(
      table,
      ids,
      ids.map((id) => (id === PAD_ROW ? -1 : id)),
    );
  }
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
