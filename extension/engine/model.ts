// A model: embedding or one-hot vectors, recurrent layers, pooling where a text gets one prediction, dense head. Pure functions of
// (weights, batch) on tfjs tensors. Invariant: the logits of a text depend on its own tokens only, to the last bit, whatever the batch and
// its padding. Letters: B texts, N real tokens, C classes, V vocabulary, P predictions: B with pooling, N without.
import * as tf from '@tensorflow/tfjs-core';
import {
  ATTENTION_WEIGHT,
  EMBEDDING_WEIGHT,
  HEAD_PARAMETERS,
  recurrentParameterNames,
} from '../schema/parameterNames.ts';
import { prepareBackend } from './backend/backend.ts';
import { machineScope } from './backend/gatescopeBackend.ts';
import { attend } from './layers/attention.ts';
import { type Batch, createBatch } from './layers/batch.ts';
import { cellOf } from './layers/cells.ts';
import { dense } from './layers/dense.ts';
import { type DropoutKey, dropout } from './layers/dropout.ts';
import { embed, tokenIds } from './layers/embedding.ts';
import type { OneHot } from './layers/oneHot.ts';
import { pool } from './layers/pooling.ts';
import type { RecurrentResult } from './layers/recurrent.ts';
import { type DirectionTensors, recurrentLayer } from './layers/recurrentLayer.ts';
import { softmaxRows } from './linalg/softmax.ts';
import { directionCount } from './params/parameterPlan.ts';
import { loadParams, type Parameter, type ParamStore } from './params/paramStore.ts';
import type { CarriedState } from './tasks/task.ts';
import type { SparseRows } from './train/gradients.ts';
import type { ModelShape, NamedTensor } from './types.ts';

/** What makes a forward pass a training pass: the key of its dropout masks. Groups that are frozen have none unless it says so. */
export type TrainingKey = Pick<DropoutKey, 'seed' | 'step'> & { dropsFrozen?: boolean };

/** Weights as tensors, by parameter name. */
export type WeightTensors = ReadonlyMap<string, tf.Tensor>;

/** Told the gates and states of every layer and direction of a forward pass. */
export type ModelObserver = (layer: number, direction: number, result: RecurrentResult) => void;

/** Gradients of tables of which a batch uses few rows, by parameter name. */
export type SparseGradients = Map<string, SparseRows>;

export interface ForwardOptions {
  /** Present while training; without it there is no dropout. */
  training?: TrainingKey;
  /** State of each layer before the first token: constants, which no gradient reaches. Zero where absent. */
  initial?: CarriedState;
  observe?: ModelObserver;
  /** Told the pooled vectors [B, D], where there is pooling; copy what outlives the surrounding machineScope. */
  observePooled?: (pooled: Float32Array) => void;
  /** Told the weight [N] of each token in its text's vector, where the pooling is attention; copy what outlives the machineScope. */
  observeAttention?: (weights: Float32Array) => void;
  /** Vectors [N, I] in token order that take the place of the tokens' own, for derivatives in them. */
  inputs?: tf.Tensor2D;
  /** Takes gradients that are sparse. */
  sparse?: SparseGradients;
  /** Parameters for which nobody asks for a gradient: what lies below all others has no backward pass. */
  frozen?: ReadonlySet<string>;
}

export interface Model {
  readonly shape: ModelShape;
  readonly params: ParamStore;
  /** Logits [P, C] as a tensor, differentiable in `weights`. The caller owns the tidy around it. */
  forward(weights: WeightTensors, batch: Batch, options?: ForwardOptions): tf.Tensor2D;
  /** Logits [P, C], row-major, with the weights in `params`. */
  logits(batch: Batch, options?: ForwardOptions): Float32Array;
  /** Class probabilities [P, C] of texts given as token ids (at least one each). */
  probabilities(texts: readonly ArrayLike<number>[]): Float32Array;
}

/** A model over `params`, which it reads at every call and never changes. */
export function createModel(shape: ModelShape, params: ParamStore): Model {
  prepareBackend();
  const model: Model = {
    shape,
    params,
    forward: (weights, batch, options = {}) => forward(shape, weights, batch, options),
    logits(batch, options) {
      let logits = new Float32Array();
      machineScope(() =>
        // Nothing is returned from tidy: it would look through every number of an array for tensors.
        tf.tidy(() => {
          logits = model.forward(weightTensors(params.parameters), batch, options).dataSync<'float32'>().slice();
        }),
      );
      return logits;
    },
    probabilities(texts) {
      const logits = model.logits(createBatch(texts));
      return softmaxRows(logits, shape.classCount);
    },
  };
  return model;
}

/** A model with weights from a file. Throws UserError `engine.weightsMismatch` where they do not fit. */
export function loadModel(shape: ModelShape, weights: readonly NamedTensor[]): Model {
  return createModel(shape, loadParams(shape, weights));
}

/** Tensors over the arrays of `parameters`, without a copy; to be made within a tidy. */
export function weightTensors(parameters: readonly Parameter[]): Map<string, tf.Tensor> {
  return new Map(parameters.map(({ name, values, shape }) => [name, tf.tensor(values, shape, 'float32')]));
}

function forward(shape: ModelShape, weights: WeightTensors, batch: Batch, options: ForwardOptions): tf.Tensor2D {
  const { encoder, pooling, head } = shape.model;
  let x = encode(shape, weights, batch, options);
  const { layout } = batch;
  if (pooling) {
    x =
      pooling === 'attention'
        ? attend(x, weights.get(ATTENTION_WEIGHT) as tf.Tensor2D, layout, options.observeAttention)
        : pool(x, { kind: pooling, layout, width: x.shape[1], hiddenSize: encoder.hiddenSize });
    options.observePooled?.(x.dataSync<'float32'>());
  }
  const kept = dropout(x, head.dropout, dropoutKey(options, encoder.layers, HEAD_PARAMETERS));
  const [weight, bias] = HEAD_PARAMETERS.map((name) => weights.get(name));
  return dense(kept, weight as tf.Tensor2D, bias as tf.Tensor1D);
}

/** The layers of the encoder, [N, D]. */
function encode(shape: ModelShape, weights: WeightTensors, batch: Batch, options: ForwardOptions): tf.Tensor2D {
  const { embedding, encoder } = shape.model;
  const isOneHot = 'type' in embedding;
  /** The parameters just below. */
  let below: readonly string[] = isOneHot ? [] : [EMBEDDING_WEIGHT];
  /** No gradient is asked for below this layer. */
  let isInputConstant = !options.inputs && (isOneHot || isFrozen(options, below));
  let x: tf.Tensor2D | undefined;
  for (let layer = 0; layer < encoder.layers; layer++) {
    const vectors = x
      ? dropout(x, encoder.dropout, dropoutKey(options, layer, below))
      : tokenVectors(shape, weights, batch, options);
    const names = Array.from({ length: directionCount(shape.model) }, (_, direction) =>
      recurrentParameterNames(layer, direction === 1),
    );
    const directions = names.map((own) => own.map((name) => weights.get(name)) as unknown as DirectionTensors);
    below = names.flat();
    const areWeightsConstant = isFrozen(options, below);
    const initial = options.initial?.[layer];
    const { observe } = options;
    x = recurrentLayer(vectors, batch.layout, directions, {
      cell: cellOf(encoder),
      initial: initial && [{ h0: initial.h, c0: initial.c }],
      isInputConstant,
      areWeightsConstant: areWeightsConstant && !isInputConstant,
      observe: observe && ((direction, result) => observe(layer, direction, result)),
    });
    isInputConstant &&= areWeightsConstant;
  }
  if (!x) throw new Error('An encoder has at least one layer');
  return x;
}

/** What the first layer reads: vectors [N, I] that were given or the embedding's, or one-hot ones. */
function tokenVectors(
  { model: { embedding }, vocabularySize }: ModelShape,
  weights: WeightTensors,
  batch: Batch,
  options: ForwardOptions,
): tf.Tensor2D | OneHot {
  if ('type' in embedding) return options.inputs ?? { ids: tokenIds(batch), vocabulary: vocabularySize };
  const vectors = options.inputs ?? embedded(weights, batch, options);
  return dropout(vectors, embedding.dropout, dropoutKey(options, 0, [EMBEDDING_WEIGHT]));
}

/** The rows of the embedding's table of the batch's tokens, [N, I]. */
function embedded(weights: WeightTensors, batch: Batch, { sparse }: ForwardOptions): tf.Tensor2D {
  const onGradient = sparse && ((rows: SparseRows) => void sparse.set(EMBEDDING_WEIGHT, rows));
  return embed(weights.get(EMBEDDING_WEIGHT) as tf.Tensor2D, batch, onGradient);
}

/** Whether all of these parameters are frozen. */
function isFrozen({ frozen }: ForwardOptions, names: readonly string[]): boolean {
  return frozen !== undefined && names.every((name) => frozen.has(name));
}

/** None outside of training, and none behind a group that is frozen. */
function dropoutKey(options: ForwardOptions, lane: number, group: readonly string[]): DropoutKey | undefined {
  const { training } = options;
  if (!training || (isFrozen(options, group) && !training.dropsFrozen)) return undefined;
  return { seed: training.seed, step: training.step, lane };
}
