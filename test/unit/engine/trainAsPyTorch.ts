// Twenty training steps of a whole classifier beside PyTorch's, on whatever computes now: losses and final weights.
import { machineScope } from '../../../extension/engine/backend/gatescopeBackend.ts';
import { createBatch } from '../../../extension/engine/layers/batch.ts';
import { loadModel } from '../../../extension/engine/model.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import { classifierGradients } from '../../../extension/engine/tasks/classification.ts';
import { applyUpdates, createOptimizerState, updatesOf } from '../../../extension/engine/train/optimizers.ts';
import { moveIn } from '../../../extension/engine/train/residence.ts';
import type { ResolvedModel, ResolvedOptimizer } from '../../../extension/schema/resolved.ts';
import { assertNear, modelConfig, readGolden } from './support.ts';

export interface TrainingCase {
  name: string;
  cell: 'lstm' | 'gru' | 'rnnTanh' | 'rnnRelu';
  options: ResolvedOptimizer;
  lengths: number[];
  vocabulary: number;
  size: number;
  hidden: number;
  layers: number;
  bidirectional: boolean;
  classes: number;
  pooling: ResolvedModel['pooling'];
}

const ENCODERS = {
  lstm: { type: 'lstm', forgetBias: 0 },
  gru: { type: 'gru' },
  rnnTanh: { type: 'rnn', nonlinearity: 'tanh' },
  rnnRelu: { type: 'rnn', nonlinearity: 'relu' },
} as const;

/** Of the largest value of a tensor: float32 sums in another order. */
const VALUES = 2e-6;

const trainings = readGolden<TrainingCase>('training');

/** Every cell with every optimizer. */
export const TRAINING_CASES: readonly TrainingCase[] = trainings.cases;

/** Trains as PyTorch did and compares. */
export function trainAsPyTorch(one: TrainingCase): void {
  const { hidden: hiddenSize, layers, bidirectional, pooling, size, lengths, options } = one;
  const encoder = { ...ENCODERS[one.cell], hiddenSize, layers, bidirectional };
  const model = modelConfig({ encoder, embedding: { size }, pooling });
  const shape = { model, vocabularySize: one.vocabulary, classCount: one.classes };
  const names = createParams(shape, 1).parameters.map(({ name }) => name);
  const starts = names.map((name) => ({ ...trainings.tensor(`${one.name}.start.${name}`), name }));
  const loaded = loadModel(shape, starts);
  const padded = trainings.integers(`${one.name}.ids`);
  const width = padded.length / lengths.length;
  const batch = createBatch(lengths.map((length, text) => padded.slice(text * width, text * width + length)));
  const labels = trainings.integers(`${one.name}.labels`);
  const parameters = loaded.params.trainable();
  const state = createOptimizerState(options, parameters);
  const moveOut = moveIn(loaded.params, state);
  const curve = Array.from({ length: 20 }, () =>
    machineScope(() => {
      const { loss, gradients } = classifierGradients(loaded, batch, labels, { labelSmoothing: 0 });
      applyUpdates(updatesOf(parameters, gradients, state, () => options));
      return loss.loss;
    }),
  );
  moveOut();
  assertNear(curve, trainings.values(`${one.name}.losses`), 'losses', VALUES);
  for (const { name, values } of loaded.params.trainable()) {
    assertNear(values, trainings.values(`${one.name}.end.${name}`), name, VALUES);
  }
}
