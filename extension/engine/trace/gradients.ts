// How one score depends on each token: its gradient in the vectors that the network reads, and integrated gradients along the line from
// zero vectors (Sundararajan, Taly and Yan, 2017): x ⊙ mean over α of d logit / d x at α x, with α at the middles of equal steps.
// Letters: T tokens, E size of an input vector, B copies of the text that are read side by side, C classes, V vocabulary.
import * as tf from '@tensorflow/tfjs-core';
import { machineScope } from '../backend/gatescopeBackend.ts';
import { createBatch } from '../layers/batch.ts';
import { oneHotVectors } from '../layers/oneHot.ts';
import { type Model, weightTensors } from '../model.ts';
import { embeddingRows } from './traceBatch.ts';

/** Numbers in the input vectors, or in the logits of a language model, that are there at once. */
const MAX_VALUES = 2 ** 22;

export interface TokenGradients {
  /** The score. */
  logit: number;
  /** [T] length of d logit / d x_t. */
  norms: Float32Array;
  /** [T] d logit / d x_t · x_t. */
  inputTimesGradient: Float32Array;
}

export interface IntegratedGradients {
  /** [T] share of each token in logit - baselineLogit. */
  attributions: Float32Array;
  /** The score of zero vectors. */
  baselineLogit: number;
}

/** Which logit: of a classifier by its class, of a language model also by the token after which it stands. */
export interface Score {
  index: number;
  position?: number;
}

/** Gradient of a score at the text itself. */
export function tokenGradients(model: Model, ids: Uint32Array, score: Score): TokenGradients {
  const x = inputVectors(model, ids);
  const { logits, gradient } = scaledGradients(model, ids, { x, score, scales: [1] });
  const sizes = rowSums(gradient, gradient, ids.length).map(Math.sqrt);
  return { logit: logits[0], norms: sizes, inputTimesGradient: rowSums(gradient, x, ids.length) };
}

/** `betweenParts` is awaited between parts of the work, so that others get a turn; what it throws ends it. */
export async function integratedGradients(
  model: Model,
  ids: Uint32Array,
  score: Score,
  { steps, betweenParts }: { steps: number; betweenParts: () => Promise<void> },
): Promise<IntegratedGradients> {
  const x = inputVectors(model, ids);
  const scales = Array.from({ length: steps }, (_, step) => (step + 0.5) / steps);
  const logitCount = score.position === undefined ? 0 : ids.length * model.shape.classCount;
  const atOnce = Math.max(1, Math.floor(MAX_VALUES / Math.max(x.length, logitCount)));
  const sum = new Float64Array(x.length);
  for (let from = 0; from < steps; from += atOnce) {
    const { gradient } = scaledGradients(model, ids, { x, score, scales: scales.slice(from, from + atOnce) });
    for (let at = 0; at < gradient.length; at++) sum[at % x.length] += gradient[at];
    await betweenParts();
  }
  const { logits } = scaledGradients(model, ids, { x, score, scales: [0] });
  const mean = Float32Array.from(sum, (value) => value / steps);
  return { attributions: rowSums(mean, x, ids.length), baselineLogit: logits[0] };
}

/** [T, E] */
function inputVectors(model: Model, ids: Uint32Array): Float32Array {
  const table = embeddingRows(model, ids);
  return table ?? oneHotVectors({ ids: Int32Array.from(ids), vocabulary: model.shape.vocabularySize });
}

interface Scaled {
  /** [T, E] */
  x: Float32Array;
  score: Score;
  /** B factors of x. */
  scales: readonly number[];
}

/** The score of each scaled text, [B], and its gradient in what was read, [B·T, E]. */
function scaledGradients(
  model: Model,
  ids: Uint32Array,
  { x, score, scales }: Scaled,
): { logits: Float32Array; gradient: Float32Array } {
  const batch = createBatch(scales.map(() => ids));
  const values = new Float32Array(scales.length * x.length);
  for (const [text, scale] of scales.entries())
    for (let at = 0; at < x.length; at++) values[text * x.length + at] = scale * x[at];
  // A classifier has one row of logits a text, a language model one a token.
  const rows = scales.map((_, text) => (score.position === undefined ? text : text * ids.length + score.position));
  let logits: Float32Array = new Float32Array();
  let gradient = new Float32Array();
  machineScope(() =>
    tf.tidy(() => {
      const weights = weightTensors(model.params.parameters);
      const scoreOf = (inputs: tf.Tensor): tf.Scalar => {
        const all = model.forward(weights, batch, { inputs: inputs as tf.Tensor2D });
        return sumOfChosen(all, rows, score.index, (chosen) => {
          logits = chosen;
        });
      };
      const inputs = tf.tensor2d(values, [batch.layout.tokenCount, x.length / ids.length]);
      gradient = tf.grad(scoreOf)(inputs).dataSync<'float32'>().slice();
    }),
  );
  return { logits, gradient };
}

/** The sum of one column over some rows of logits [P, C], differentiable; its terms go to `tell`. */
function sumOfChosen(
  all: tf.Tensor2D,
  rows: readonly number[],
  column: number,
  tell: (chosen: Float32Array) => void,
): tf.Scalar {
  const width = all.shape[1];
  const apply = tf.customGrad((...inputs) => {
    const values = (inputs[0] as tf.Tensor2D).dataSync<'float32'>();
    const chosen = Float32Array.from(rows, (row) => values[row * width + column]);
    tell(chosen);
    return {
      value: tf.scalar(chosen.reduce((sum, value) => sum + value, 0)),
      gradFunc: (dy) => {
        const gradient = new Float32Array(values.length);
        for (const row of rows) gradient[row * width + column] = dy.dataSync<'float32'>()[0];
        return tf.tensor2d(gradient, all.shape);
      },
    };
  });
  return apply(all) as tf.Scalar;
}

/** Sums of a ⊙ b over each of `count` rows, in double precision. */
function rowSums(a: Float32Array, b: Float32Array, count: number): Float32Array {
  const width = a.length / count;
  return Float32Array.from({ length: count }, (_, row) => {
    let sum = 0;
    for (let at = row * width; at < (row + 1) * width; at++) sum += a[at] * b[at];
    return sum;
  });
}
