// An LSTM layer as a differentiable tfjs operation: one or both directions over token-order vectors.
// Letters: N real tokens, I input size, H hidden units a direction, D = H · directions.
import * as tf from '@tensorflow/tfjs-core';
import { type LstmInput, type LstmResult, type LstmWeights, lstmForward } from './lstm.ts';
import { type LstmPass, lstmBackward } from './lstmBackward.ts';
import type { SequenceLayout } from './sequenceLayout.ts';

/** Weights of one direction: [4H, I], [4H, H], [4H], [4H]. */
export type DirectionTensors = readonly [
  weightIh: tf.Tensor2D,
  weightHh: tf.Tensor2D,
  biasIh: tf.Tensor1D,
  biasHh: tf.Tensor1D,
];

const WEIGHTS_PER_DIRECTION = 4;

/** Told the results of each direction of a forward pass, for whoever looks inside. */
export type LstmObserver = (direction: number, result: LstmResult) => void;

/** x [N, I] -> [N, D], forward direction first, differentiable in x and all weights. */
export function lstmLayer(
  x: tf.Tensor2D,
  layout: SequenceLayout,
  directions: readonly DirectionTensors[],
  observe?: LstmObserver,
): tf.Tensor2D {
  const hiddenSize = directions[0][1].shape[1];
  const width = hiddenSize * directions.length;
  const apply = tf.customGrad((...inputs) => {
    const values = (inputs.slice(0, 1 + directions.length * WEIGHTS_PER_DIRECTION) as tf.Tensor[]).map((input) =>
      input.dataSync<'float32'>(),
    );
    const passes = directions.map((_, direction) => {
      const input = { x: values[0], layout, inputSize: x.shape[1], hiddenSize, isReverse: direction === 1 };
      return runDirection(input, directionWeights(values, direction));
    });
    if (observe) for (const [direction, pass] of passes.entries()) observe(direction, pass.result);
    const out = joinColumns(
      passes.map((pass) => pass.result.out),
      hiddenSize,
    );
    return {
      value: tf.tensor2d(out, [layout.tokenCount, width]),
      gradFunc: (dy) => layerGradients(dy.dataSync<'float32'>(), passes),
    };
  });
  return apply(x, ...directions.flat()) as tf.Tensor2D;
}

function directionWeights(values: Float32Array[], direction: number): LstmWeights {
  const [weightIh, weightHh, biasIh, biasHh] = values.slice(1 + direction * WEIGHTS_PER_DIRECTION);
  return { weightIh, weightHh, biasIh, biasHh };
}

function runDirection(input: LstmInput, weights: LstmWeights): LstmPass {
  return { input, weights, result: lstmForward(input, weights) };
}

/** Gradients in the order of the operation's inputs: x, then the weights of each direction. */
function layerGradients(dOut: Float32Array, passes: readonly LstmPass[]): tf.Tensor[] {
  const { layout, inputSize: I, hiddenSize: H } = passes[0].input;
  const dX = new Float32Array(layout.tokenCount * I);
  const weights: tf.Tensor[] = [];
  for (const [direction, pass] of passes.entries()) {
    const gradients = lstmBackward({ out: columnsOf(dOut, H * passes.length, direction * H, H) }, pass);
    for (let at = 0; at < dX.length; at++) dX[at] += gradients.x[at];
    weights.push(
      tf.tensor2d(gradients.weightIh, [4 * H, I]),
      tf.tensor2d(gradients.weightHh, [4 * H, H]),
      tf.tensor1d(gradients.biasIh),
      tf.tensor1d(gradients.biasHh),
    );
  }
  return [tf.tensor2d(dX, [layout.tokenCount, I]), ...weights];
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
