// TensorFlow as the judge: fifty training steps of every kind of model by TensorFlow's own operations and by our own engines, plain and
// native. Builds TensorFlow for Node where it is missing (test/support/tensorflow.ts).
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { encodedText } from '../../../extension/data/runningText.ts';
import { prepareBackend, usePlainBackend } from '../../../extension/engine/backend/backend.ts';
import { setMachine } from '../../../extension/engine/backend/gatescopeBackend.ts';
import {
  leaveTensorflow,
  type TensorflowLibrary,
  usesTensorflow,
  useTensorflow,
} from '../../../extension/engine/backend/tensorflowBackend.ts';
import { Arena } from '../../../extension/engine/kernels/arena.ts';
import { STACK_BYTES } from '../../../extension/engine/kernels/layout.ts';
import { KernelMachine } from '../../../extension/engine/kernels/machine.ts';
import { createBatch } from '../../../extension/engine/layers/batch.ts';
import { createModel } from '../../../extension/engine/model.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import { classifierGradients, createClassification } from '../../../extension/engine/tasks/classification.ts';
import { createLanguageModel } from '../../../extension/engine/tasks/languageModel.ts';
import { denseGradients } from '../../../extension/engine/train/gradients.ts';
import { createTrainer } from '../../../extension/engine/train/trainer.ts';
import type { TrainerOptions } from '../../../extension/engine/types.ts';
import { openCarrier } from '../../../extension/node/kernels/carrierSource.ts';
import { addonFileName, instructionSets } from '../../../extension/node/kernels/nativeAddon.ts';
import { loadTensorflow } from '../../../extension/node/tensorflow/loadTensorflow.ts';
import type { ResolvedModel, ResolvedTraining } from '../../../extension/schema/resolved.ts';
import { createTokenizer } from '../../../extension/text/tokenizer.ts';
import { Rng } from '../../../extension/util/rng.ts';
import { ensureTensorflow } from '../../support/tensorflow.ts';
import { assertClose, assertNear, modelConfig, toySet, trainingConfig } from './support.ts';

const STEPS = 50;

/** What the losses may differ by: the sums of each engine run in another order. */
const LOSS_TOLERANCE = 1e-4;

let library: TensorflowLibrary;
before(async () => {
  prepareBackend();
  library = loadTensorflow(await ensureTensorflow());
});

/** Runs `work` on one engine, and leaves plain TypeScript behind. */
const ENGINES = {
  async tensorflow<T>(work: () => T | Promise<T>): Promise<T> {
    assert.equal(useTensorflow(() => library).used, 'tensorflow');
    try {
      return await work();
    } finally {
      leaveTensorflow();
    }
  },
  async plain<T>(work: () => T | Promise<T>): Promise<T> {
    assert.equal(usePlainBackend('cpu').used, 'cpu');
    assert.ok(!usesTensorflow());
    return await work();
  },
  async native<T>(work: () => T | Promise<T>): Promise<T> {
    const path = new URL(`../../../prebuilt/${addonFileName()}`, import.meta.url).pathname;
    const arena = new Arena();
    const source = { kind: 'native', path, set: instructionSets(path)[0] } as const;
    const carrier = await openCarrier(source, arena.memory, arena.lasting(STACK_BYTES / 4).byteOffset);
    const machine = new KernelMachine({ arena, carrier, helperCount: 0 });
    setMachine(machine);
    try {
      return await work();
    } finally {
      setMachine(undefined);
      await machine.close();
    }
  },
};

type Outcome = { losses: number[]; weights: Map<string, Float32Array> };

async function train(options: TrainerOptions): Promise<Outcome> {
  const losses: number[] = [];
  const trainer = createTrainer(options);
  const control = { requested: () => undefined, betweenSteps: () => Promise.resolve() };
  await trainer.run(control, {
    onEvent: (event) => void (event.type === 'step' && losses.push(event.loss)),
    onBest: () => Promise.resolve(),
    onEpoch: () => Promise.resolve(),
  });
  assert.equal(losses.length, STEPS);
  return { losses, weights: new Map(trainer.model.params.save().map(({ name, data }) => [name, data])) };
}

function classifier(model: ResolvedModel, change: Partial<ResolvedTraining>): TrainerOptions {
  const training = trainingConfig({ epochs: 1, ...change });
  const data = { labels: ['a', 'b', 'c'], train: toySet(STEPS * training.batchSize, 1), validation: toySet(0, 2) };
  return { model, vocabularySize: 14, classCount: 3, training, task: createClassification(data, training) };
}

const LETTERS = 9;

function writer(model: ResolvedModel, change: Partial<ResolvedTraining>): TrainerOptions {
  const training = trainingConfig({
    epochs: 1,
    batchSize: 4,
    sequenceLength: 5,
    best: { metric: 'validation.loss' },
    ...change,
  });
  const rng = new Rng(3, 'sample');
  const text = (length: number) =>
    encodedText(Uint32Array.from({ length }, (_, at) => 2 + ((at + rng.nextInt(2)) % 7)));
  const vocabulary = ['[PAD]', '[UNK]', '\n', ...'abcdef'];
  const tokenizer = createTokenizer({ type: 'character', lowercase: false }, vocabulary);
  const task = createLanguageModel({ tokenizer, train: text(STEPS * 20 + 1), validation: text(9) }, training);
  // Texts written to show what was learned cost more steps than the training.
  return { model, vocabularySize: LETTERS, classCount: LETTERS, training, task: { ...task, demonstrate: undefined } };
}

function writerModel(encoder: Parameters<typeof modelConfig>[0]['encoder'], embedding: ResolvedModel['embedding']) {
  const { pooling: _, ...model } = modelConfig({ encoder });
  return { ...model, embedding };
}

const RUNS: Record<string, () => TrainerOptions> = {
  'two bidirectional LSTM layers, dropout, max, label smoothing and class weights, Adam, clipped': () =>
    classifier(
      modelConfig({
        encoder: { layers: 2, bidirectional: true, dropout: 0.2 },
        embedding: { dropout: 0.1 },
        head: { dropout: 0.2 },
      }),
      { loss: { labelSmoothing: 0.1, classWeights: 'balanced' }, clip: { norm: 1 } },
    ),
  'a bidirectional GRU, mean, RMSprop, in buckets': () =>
    classifier(modelConfig({ encoder: { type: 'gru', bidirectional: true }, pooling: 'mean' }), {
      batching: 'bucketed',
      optimizer: {
        ...{ type: 'rmsprop', learningRate: 0.005, alpha: 0.99, epsilon: 1e-8 },
        ...{ momentum: 0, centered: false, weightDecay: 0 },
      } as ResolvedTraining['optimizer'],
    }),
  'a bidirectional RNN with relu, last, SGD with momentum': () =>
    classifier(modelConfig({ encoder: { type: 'rnn', nonlinearity: 'relu', bidirectional: true }, pooling: 'last' }), {
      optimizer: { type: 'sgd', learningRate: 0.05, momentum: 0.9, nesterov: false, weightDecay: 0 },
    }),
  'a language model: LSTM over one-hot characters': () =>
    writer(writerModel({ layers: 2 }, { type: 'oneHot' }), { clip: { norm: 5 } }),
  'a language model: GRU over an embedding, lazy AdamW': () =>
    writer(writerModel({ type: 'gru' }, { size: 6, dropout: 0.1, init: { uniform: 0.25 } }), {
      optimizer: {
        ...{ type: 'adamw', learningRate: 0.02, betas: [0.9, 0.999] },
        ...{ epsilon: 1e-8, lazy: true, weightDecay: 0.01 },
      } as ResolvedTraining['optimizer'],
    }),
  'a language model: RNN with tanh': () =>
    writer(writerModel({ type: 'rnn', nonlinearity: 'tanh' }, { size: 6, dropout: 0, init: { uniform: 0.25 } }), {}),
};

for (const [name, options] of Object.entries(RUNS)) {
  test(`${STEPS} steps of TensorFlow and of our engines agree: ${name}`, async (t) => {
    const judged = await ENGINES.tensorflow(() => train(options()));
    assert.ok(judged.losses.at(-1)! < judged.losses[0], 'nothing was learned');
    for (const engine of ['plain', 'native'] as const) {
      const ours = await ENGINES[engine](() => train(options()));
      const worst = Math.max(...ours.losses.map((loss, step) => Math.abs(loss - judged.losses[step])));
      t.diagnostic(`${engine}: losses within ${worst.toExponential(1)}`);
      assertClose(ours.losses, judged.losses, `losses, ${engine}`, { absolute: LOSS_TOLERANCE });
    }
  });
}

/** The loss, logits and gradients of one batch, with the padding token among its tokens. */
function oneBatch(encoder: Parameters<typeof modelConfig>[0]['encoder'], pooling: ResolvedModel['pooling']) {
  const shape = { model: modelConfig({ encoder, pooling }), vocabularySize: 14, classCount: 3 };
  const model = createModel(shape, createParams(shape, 5));
  const batch = createBatch([[2, 3, 4, 0], [5], [0, 7, 7], [6, 9, 2, 13, 1]]);
  return classifierGradients(model, batch, Int32Array.of(0, 1, 2, 1), { labelSmoothing: 0.1 });
}

for (const [type, pooling] of [
  ['lstm', 'max'],
  ['gru', 'mean'],
  ['rnn', 'last'],
  ['lstm', 'attention'],
] as const) {
  test(`gradients by TensorFlow: ${type}, ${pooling}`, async () => {
    const encoder = { type, nonlinearity: 'tanh', forgetBias: 0, layers: 2, bidirectional: true } as const;
    const judged = await ENGINES.tensorflow(() => oneBatch(encoder, pooling));
    const ours = await ENGINES.plain(() => oneBatch(encoder, pooling));
    assertClose([ours.loss.loss, ours.loss.weight], [judged.loss.loss, judged.loss.weight], 'loss');
    assertClose(ours.logits, judged.logits, 'logits');
    const gradients = denseGradients(judged.gradients);
    assert.ok(gradients.every((gradient) => gradient.some((value) => value !== 0)));
    for (const [n, own] of denseGradients(ours.gradients).entries())
      assertNear(own, gradients[n], `gradient ${n}`, 1e-5);
  });
}

test('a batch whose classes all weigh nothing has no loss on TensorFlow either', async () => {
  const loss = await ENGINES.tensorflow(() => {
    const shape = { model: modelConfig({}), vocabularySize: 14, classCount: 3 };
    const model = createModel(shape, createParams(shape, 5));
    const options = { labelSmoothing: 0, classWeights: Float64Array.of(0, 1, 1) };
    const result = classifierGradients(model, createBatch([[2, 3]]), Int32Array.of(0), options);
    return [result.loss.loss, result.loss.weight, ...denseGradients(result.gradients).flatMap((own) => [...own])];
  });
  assert.ok(loss.every((value) => value === 0));
});

test('training on TensorFlow keeps no tensor', async () => {
  await ENGINES.tensorflow(() => {
    oneBatch({}, 'max');
    const before = tf.memory().numTensors;
    for (let n = 0; n < 3; n++) oneBatch({}, 'max');
    assert.equal(tf.memory().numTensors, before);
  });
});
