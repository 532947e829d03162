// A small classifier in training, whose weights and state live where the machine of the moment computes.
import { createHash } from 'node:crypto';
import { machineScope } from '../../extension/engine/backend/gatescopeBackend.ts';
import { createBatch } from '../../extension/engine/layers/batch.ts';
import { createModel } from '../../extension/engine/model.ts';
import { createParams } from '../../extension/engine/params/paramStore.ts';
import { classifierGradients } from '../../extension/engine/tasks/classification.ts';
import { clippingOf, globalNorm } from '../../extension/engine/train/clipping.ts';
import { applyUpdates, createOptimizerState, updatesOf } from '../../extension/engine/train/optimizers.ts';
import { moveIn } from '../../extension/engine/train/residence.ts';
import type { ModelShape } from '../../extension/engine/types.ts';
import type { ResolvedOptimizer } from '../../extension/schema/resolved.ts';
import { Rng } from '../../extension/util/rng.ts';

const ADAM = {
  type: 'adam',
  learningRate: 0.01,
  betas: [0.9, 0.999],
  epsilon: 1e-8,
  lazy: false,
  weightDecay: 0,
} as const;

export interface TestTraining {
  /** One step, gradients clipped; the loss. */
  step(): number;
  /** Different tokens of the batch of a step, from 0. */
  tokensOf(step: number): ReadonlySet<number>;
  /** The weights as they are; copies, in the order of the parameters. */
  weights(): Float32Array[];
  /** Moves everything back to the heap. */
  end(): void;
}

/** Training on `batches` batches of random texts of 1 to 12 tokens, again and again. */
export function createTraining(
  shape: ModelShape,
  {
    batchSize,
    batches: count,
    isLazy = false,
  }: { batchSize: number; batches: number /** Adam updates only rows of the embedding in use. */; isLazy?: boolean },
): TestTraining {
  const params = createParams(shape, 5);
  const model = createModel(shape, params);
  const rng = new Rng(11, 'sample');
  const choose = (from: number, to: number): number => from + rng.nextInt(to - from + 1);
  const batches = Array.from({ length: count }, () => {
    const texts = Array.from({ length: batchSize }, () =>
      Uint32Array.from({ length: choose(1, 12) }, () => choose(1, shape.vocabularySize - 1)),
    );
    const tokens = new Set(texts.flatMap((text) => [...text]));
    return { tokens, batch: createBatch(texts), labels: Int32Array.from(texts, () => choose(0, shape.classCount - 1)) };
  });
  const options: ResolvedOptimizer = { ...ADAM, betas: [...ADAM.betas], lazy: isLazy };
  const state = createOptimizerState(options, params.trainable());
  const end = moveIn(params, state);
  let done = 0;
  return {
    step: () =>
      machineScope(() => {
        const { batch, labels } = batches[done % count];
        const key = { seed: 3, step: done++ };
        const { loss, gradients } = classifierGradients(model, batch, labels, { labelSmoothing: 0, training: key });
        const clipping = clippingOf({ norm: 0.5 }, globalNorm(gradients));
        applyUpdates(
          updatesOf(params.trainable(), gradients, state, () => options),
          clipping,
        );
        return loss.loss;
      }),
    tokensOf: (step) => batches[step % count].tokens,
    weights: () => params.parameters.map(({ values }) => values.slice()),
    end,
  };
}

const STEPS = 50;
const SHAPE: ModelShape = {
  model: {
    embedding: { size: 30, dropout: 0.1, init: { uniform: 0.25 } },
    encoder: { type: 'lstm', hiddenSize: 21, layers: 2, bidirectional: true, dropout: 0.2, forgetBias: 0 },
    pooling: 'max',
    head: { dropout: 0.3 },
  },
  vocabularySize: 200,
  classCount: 5,
};

export interface TrainedBits {
  /** SHA-256 of all weights after the steps. */
  sha256: string;
  /** Of each step. */
  losses: number[];
}

/** 50 steps of embedding, two layers of BiLSTM with dropout, pooling, dense layer, Adam and clipping. */
export function trainedBits(): TrainedBits {
  const training = createTraining(SHAPE, { batchSize: 16, batches: 7 });
  const losses = Array.from({ length: STEPS }, () => training.step());
  const hash = createHash('sha256');
  for (const values of training.weights()) hash.update(Buffer.from(values.buffer));
  training.end();
  return { sha256: hash.digest('hex'), losses };
}
