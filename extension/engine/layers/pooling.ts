// From one vector a token to one vector a text. Letters: B texts, N tokens, H units a direction, D = H · directions.
// Works on real tokens only (token order), so padding has no part in a mean or a maximum.
import * as tf from '@tensorflow/tfjs-core';
import { assertNever } from '../../util/assertNever.ts';
import { currentMachine } from '../backend/gatescopeBackend.ts';
import { usesTensorflow } from '../backend/tensorflowBackend.ts';
import * as kernels from '../kernels/layerKernels.ts';
import type { SequenceLayout } from './sequenceLayout.ts';
import * as tensorOps from './tensorOps.ts';

/** Without parameters; attention.ts is the one that learns. */
export type Pooling = 'last' | 'mean' | 'max';

export interface PoolingShape {
  kind: Pooling;
  layout: SequenceLayout;
  /** D */
  width: number;
  /** H: columns from H on belong to the reverse direction. */
  hiddenSize: number;
}

export interface Pooled {
  /** [B, D] */
  values: Float32Array;
  /** [B, D] row in token order that each value came from; absent for mean. */
  rows?: Int32Array;
}

/** x [N, D] -> [B, D]. `last` is h_n of PyTorch: the last token forward, the first token in reverse. Of equal maxima the first counts. */
export function poolForward(x: Float32Array, shape: PoolingShape): Pooled {
  switch (shape.kind) {
    case 'mean':
      return { values: meanOverTokens(x, shape) };
    case 'last':
      return pickRows(x, shape, lastRow);
    case 'max':
      return pickRows(x, shape, rowOfMaximum);
    default:
      return assertNever(shape.kind);
  }
}

/** From the gradient of the pooled vectors [B, D] to that of the tokens [N, D]. */
export function poolBackward(dPooled: Float32Array, pooled: Pooled, shape: PoolingShape): Float32Array {
  const { layout, width } = shape;
  const dX = new Float32Array(layout.tokenCount * width);
  for (let text = 0; text < layout.batchSize; text++) {
    for (let column = 0; column < width; column++) {
      const at = text * width + column;
      if (pooled.rows) {
        dX[pooled.rows[at] * width + column] = dPooled[at];
        continue;
      }
      const share = dPooled[at] / layout.lengths[text];
      const end = layout.offsets[text] + layout.lengths[text];
      for (let row = layout.offsets[text]; row < end; row++) dX[row * width + column] = share;
    }
  }
  return dX;
}

function meanOverTokens(x: Float32Array, { layout, width }: PoolingShape): Float32Array {
  const values = new Float32Array(layout.batchSize * width);
  for (let text = 0; text < layout.batchSize; text++) {
    const start = layout.offsets[text];
    const length = layout.lengths[text];
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (let row = start; row < start + length; row++) sum += x[row * width + column];
      values[text * width + column] = sum / length;
    }
  }
  return values;
}

type PickRow = (x: Float32Array, shape: PoolingShape, text: number, column: number) => number;

const lastRow: PickRow = (_x, { layout, hiddenSize }, text, column) =>
  column < hiddenSize ? layout.offsets[text] + layout.lengths[text] - 1 : layout.offsets[text];

const rowOfMaximum: PickRow = (x, { layout, width }, text, column) => {
  const start = layout.offsets[text];
  let best = start;
  for (let row = start + 1; row < start + layout.lengths[text]; row++) {
    const value = x[row * width + column];
    if (Number.isNaN(value)) return row;
    if (value > x[best * width + column]) best = row;
  }
  return best;
};

function pickRows(x: Float32Array, shape: PoolingShape, pick: PickRow): Pooled {
  const { layout, width } = shape;
  const values = new Float32Array(layout.batchSize * width);
  const rows = new Int32Array(values.length);
  for (let text = 0; text < layout.batchSize; text++) {
    for (let column = 0; column < width; column++) {
      const row = pick(x, shape, text, column);
      rows[text * width + column] = row;
      values[text * width + column] = x[row * width + column];
    }
  }
  return { values, rows };
}

function plainPass(x: Float32Array, shape: PoolingShape): kernels.PoolPass {
  const pooled = poolForward(x, shape);
  return { values: pooled.values, backward: (dPooled) => poolBackward(dPooled, pooled, shape) };
}

/** Pools x [N, D] to [B, D], differentiable in x. */
export function pool(x: tf.Tensor2D, shape: PoolingShape): tf.Tensor2D {
  if (usesTensorflow()) return tensorOps.pool(x, shape, poolForward(x.dataSync<'float32'>(), shape).rows);
  const apply = tf.customGrad((...inputs) => {
    const values = (inputs[0] as tf.Tensor2D).dataSync<'float32'>();
    const machine = currentMachine();
    const pass = machine ? kernels.poolForward(machine, values, shape) : plainPass(values, shape);
    return {
      value: tf.tensor2d(pass.values, [shape.layout.batchSize, shape.width]),
      gradFunc: (dy) => tf.tensor2d(pass.backward(dy.dataSync<'float32'>()), [shape.layout.tokenCount, shape.width]),
    };
  });
  return apply(x) as tf.Tensor2D;
}
