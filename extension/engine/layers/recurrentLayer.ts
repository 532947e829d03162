// A recurrent layer as a differentiable tfjs operation: one or both directions of a cell over token-order vectors.
// Letters: B texts, N real tokens, I input size, H hidden units a direction, G gates, D = H · directions.
import * as tf from '@tensorflow/tfjs-core';
import type { Cell, InitialState, RecurrentPass, RecurrentResult, RecurrentWeights } from './recurrent.ts';
import type { SequenceLayout } from './sequenceLayout.ts';

/** Weights of one direction: [G·H, I], [G·H, H], [G·H], [G·H]. */
export type DirectionTensors = readonly [
  weightIh: tf.Tensor2D,
  weightHh: tf.Tensor2D,
  biasIh: tf.Tensor1D,
  biasHh: tf.Tensor1D,
];

const WEIGHTS_PER_DIRECTION = 4;

/** Told the results of each direction of a forward pass, for whoever looks inside or carries the final states on. */
export type RecurrentObserver = (direction: number, result: RecurrentResult) => void;

export interface RecurrentLayerOptions {
  cell: Cell;
  /** States before the first token, one entry a direction. They are constants: no gradient reaches them. */
  initial?: readonly InitialState[];
  /** x depends on no weight, so that its gradient is not computed. */
  isInputConstant?: boolean;
  observe?: RecurrentObserver;
}

/** x [N, I] -> [N, D], forward direction first, differentiable in x and all weights. */
export function recurrentLayer(
  x: tf.Tensor2D,
  layout: SequenceLayout,
  directions: readonly DirectionTensors[],
  options: RecurrentLayerOptions,
): tf.Tensor2D {
  const { cell, initial, isInputConstant: isConstant = false, observe } = options;
  const [inputSize, hiddenSize] = [x.shape[1], directions[0][1].shape[1]];
  const weights = directions.flat();
  const variables = isConstant ? weights : [x, ...weights];
  const apply = tf.customGrad((...inputs) => {
    const values = (inputs.slice(0, variables.length) as tf.Tensor[]).map((input) => input.dataSync<'float32'>());
    const xValues = isConstant ? x.dataSync<'float32'>() : values[0];
    const weightValues = values.slice(variables.length - weights.length);
    const passes = directions.map((_, direction) => {
      const input = { x: xValues, isConstant, layout, inputSize, hiddenSize, isReverse: direction === 1 };
      return runDirection(cell, { ...input, ...initial?.[direction] }, directionWeights(weightValues, direction));
    });
    if (observe) for (const [direction, pass] of passes.entries()) observe(direction, pass.result);
    const out = joinColumns(
      passes.map((pass) => pass.result.out),
      hiddenSize,
    );
    return {
      value: tf.tensor2d(out, [layout.tokenCount, hiddenSize * directions.length]),
      gradFunc: (dy) => layerGradients(cell, dy.dataSync<'float32'>(), passes),
    };
  });
  return apply(...variables) as tf.Tensor2D;
}

function directionWeights(values: Float32Array[], direction: number): RecurrentWeights {
  const [weightIh, weightHh, biasIh, biasHh] = values.slice(direction * WEIGHTS_PER_DIRECTION);
  return { weightIh, weightHh, biasIh, biasHh };
}

function runDirection(cell: Cell, input: RecurrentPass['input'], weights: RecurrentWeights): RecurrentPass {
  return { input, weights, result: cell.forward(input, weights) };
}

/** Gradients in the order of the operation's inputs: x unless it is constant, then the weights of each direction. */
function layerGradients(cell: Cell, dOut: Float32Array, passes: readonly RecurrentPass[]): tf.Tensor[] {
  const { layout, inputSize: I, hiddenSize: H, isConstant } = passes[0].input;
  const dX = isConstant ? undefined : new Float32Array(layout.tokenCount * I);
  const rows = cell.gateCount * H;
  const weights: tf.Tensor[] = [];
  for (const [direction, pass] of passes.entries()) {
    const gradients = cell.backward({ out: columnsOf(dOut, H * passes.length, direction * H, H) }, pass);
    if (dX && gradients.x) for (let at = 0; at < dX.length; at++) dX[at] += gradients.x[at];
    weights.push(
      tf.tensor2d(gradients.weightIh, [rows, I]),
      tf.tensor2d(gradients.weightHh, [rows, H]),
      tf.tensor1d(gradients.biasIh),
      tf.tensor1d(gradients.biasHh),
    );
  }
  return dX ? [tf.tensor2d(dX, [layout.tokenCount, I]), ...weights] : weights;
}

/** [rows, width] parts side by side. */
function joinColumns(parts: readonly Float32Array[], width: number): Float32Array {
  if (parts.length === 1) return parts[0];
  const rows = parts[0].length / width;
  const joined = new Float32Array(rows * width * parts.length);
  for (let row = 0; row < rows; row++) {
    for (const [at, part] of parts.entries()) {
      joined.set(part.subarray(row * width, (row + 1) * width), (row * parts.length + at) * width);
    }
  }
  return joined;
}

/** Columns `from` … `from + count` of a [rows, width] matrix. */
function columnsOf(data: Float32Array, width: number, from: number, count: number): Float32Array {
  if (width === count) return data;
  const rows = data.length / width;
  const columns = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    columns.set(data.subarray(row * width + from, row * width + from + count), row * count);
  }
  return columns;
}
