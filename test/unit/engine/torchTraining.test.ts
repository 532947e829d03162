// Twenty training steps of whole classifiers, every cell with every optimizer, against PyTorch: losses and final weights.
import { test } from 'node:test';
import { createBatch } from '../../../extension/engine/layers/batch.ts';
import { loadModel } from '../../../extension/engine/model.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import { classifierGradients } from '../../../extension/engine/tasks/classification.ts';
import { createOptimizer, createOptimizerState } from '../../../extension/engine/train/optimizers.ts';
import type { ModelShape } from '../../../extension/engine/types.ts';
import type { ResolvedModel, ResolvedOptimizer } from '../../../extension/schema/resolved.ts';
import { assertNear, modelConfig, readGolden } from './support.ts';

interface TrainingCase {
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

const golden = readGolden<TrainingCase>('training');

for (const one of golden.cases) {
  test(`20 steps of ${one.cell} with ${JSON.stringify(one.options)}`, () => {
    const { hidden: hiddenSize, layers, bidirectional, pooling } = one;
    const shape: ModelShape = {
      model: modelConfig({
        encoder: { ...ENCODERS[one.cell], hiddenSize, layers, bidirectional },
        embedding: { size: one.size },
        pooling,
      }),
      vocabularySize: one.vocabulary,
      classCount: one.classes,
    };
    const names = createParams(shape, 1).parameters.map(({ name }) => name);
    const model = loadModel(
      shape,
      names.map((name) => ({ ...golden.tensor(`${one.name}.start.${name}`), name })),
    );
    const padded = golden.integers(`${one.name}.ids`);
    const width = padded.length / one.lengths.length;
    const batch = createBatch(one.lengths.map((length, text) => padded.slice(text * width, text * width + length)));
    const labels = golden.integers(`${one.name}.labels`);
    const parameters = model.params.trainable();
    const state = createOptimizerState(
      one.options,
      parameters.map(({ values }) => values.length),
    );
    const optimizer = createOptimizer(one.options, state);
    const losses = Array.from({ length: 20 }, () => {
      const { loss, gradients } = classifierGradients(model, batch, labels, { labelSmoothing: 0 });
      optimizer.update(parameters, gradients);
      return loss.loss;
    });
    assertNear(losses, golden.values(`${one.name}.losses`), 'losses', 2e-6);
    for (const { name, values } of parameters) assertNear(values, golden.values(`${one.name}.end.${name}`), name, 2e-6);
  });
}
