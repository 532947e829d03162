// A recurrent layer as a differentiable tfjs operation: one or both directions of a cell over token-order vectors.
// Letters: B texts, N real tokens, I input size, H hidden units a direction, G gates, D = H · directions.
import * as tf from '@tensorflow/tfjs-core';
import { currentMachine } from '../backend/gatescopeBackend.ts';
import { usesTensorflow } from '../backend/tensorflowBackend.ts';
import { recurrentLayerForward } from '../kernels/recurrentKernels.ts';
import { type OneHot, oneHotTensor, oneHotVectors } from './oneHot.ts';
import { plainLayerForward } from './plainLayer.ts';
import type { Cell, InitialState, LayerInput, RecurrentResult, RecurrentWeights } from './recurrent.ts';
import type { SequenceLayout } from './sequenceLayout.ts';
import { tensorRecurrentLayer } from './tensorRecurrent.ts';

/** Weights of one direction: [G·H, I], [G·H, H], [G·H], [G·H]. */
export type DirectionTensors = readonly [
  weightIh: tf.Tensor2D,
  weightHh: tf.Tensor2D,
  biasIh: tf.Tensor1D,
  biasHh: tf.Tensor1D,
];

const WEIGHT_NAMES = ['weightIh', 'weightHh', 'biasIh', 'biasHh'] as const;

/** Told the results of each direction of a forward pass, for whoever looks inside or carries the final states on. */
export type RecurrentObserver = (direction: number, result: RecurrentResult) => void;

export interface RecurrentLayerOptions {
  cell: Cell;
  /** States before the first token, one entry a direction. They are constants: no gradient reaches them. */
  initial?: readonly InitialState[];
  /** x depends on no weight, so that its gradient is not computed; true of one-hot vectors in any case. */
  isInputConstant?: boolean;
  /** The gradients of the weights are not computed. Not together with an input that has none either. */
  areWeightsConstant?: boolean;
  observe?: RecurrentObserver;
}

/** x [N, I] -> [N, D], forward direction first, differentiable in x and all weights. */
export function recurrentLayer(
  x: tf.Tensor2D | OneHot,
  layout: SequenceLayout,
  directions: readonly DirectionTensors[],
  options: RecurrentLayerOptions,
): tf.Tensor2D {
  if (usesTensorflow()) return tensorRecurrentLayer(isOneHot(x) ? oneHotTensor(x) : x, layout, directions, options);
  const machine = currentMachine();
  const { cell, initial, areWeightsConstant = false, observe } = options;
  const inputSize = isOneHot(x) ? x.vocabulary : x.shape[1];
  const hiddenSize = directions[0][1].shape[1];
  const weights = directions.flat();
  const constant = constantInput(x, machine !== undefined, options.isInputConstant);
  const variables = [...(constant ? [] : [x as tf.Tensor2D]), ...(areWeightsConstant ? [] : weights)];
  const apply = tf.customGrad((...inputs) => {
    const values = (inputs.slice(0, variables.length) as tf.Tensor[]).map((input) => input.dataSync<'float32'>());
    const weightValues = areWeightsConstant
      ? weights.map((weight) => weight.dataSync<'float32'>())
      : values.slice(variables.length - weights.length);
    const input: LayerInput = {
      x: constant ?? values[0],
      hot: machine && isOneHot(x) ? x.ids : undefined,
      isConstant: constant !== undefined,
      areWeightsConstant,
      layout,
      inputSize,
      hiddenSize,
      weights: directions.map((_, direction) => directionWeights(weightValues, direction)),
      initial,
    };
    const pass = machine ? recurrentLayerForward(machine, cell.name, input) : plainLayerForward(cell, input);
    if (observe) for (const [direction, result] of pass.results().entries()) observe(direction, result);
    return {
      value: tf.tensor2d(pass.out, [layout.tokenCount, hiddenSize * directions.length]),
      gradFunc: (dy) => {
        const gradients = pass.backward(dy.dataSync<'float32'>());
        const ofWeights = gradients.directions.flatMap((own, direction) =>
          WEIGHT_NAMES.map((name, n) => tf.tensor(own[name], directions[direction][n].shape)),
        );
        return gradients.x ? [tf.tensor2d(gradients.x, [layout.tokenCount, inputSize]), ...ofWeights] : ofWeights;
      },
    };
  });
  return apply(...variables) as tf.Tensor2D;
}

const isOneHot = (x: tf.Tensor2D | OneHot): x is OneHot => 'ids' in x;

/** The values of an input that has no gradient; none of one-hot vectors that are looked up. */
function constantInput(
  x: tf.Tensor2D | OneHot,
  isLookedUp: boolean,
  isInputConstant = false,
): Float32Array | undefined {
  if (isOneHot(x)) return isLookedUp ? new Float32Array() : oneHotVectors(x);
  return isInputConstant ? x.dataSync<'float32'>() : undefined;
}

function directionWeights(values: Float32Array[], direction: number): RecurrentWeights {
  const [weightIh, weightHh, biasIh, biasHh] = values.slice(direction * WEIGHT_NAMES.length);
  return { weightIh, weightHh, biasIh, biasHh };
}
