import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { createClassification } from '../../../extension/engine/tasks/classification.ts';
import { predictSet, predictTexts } from '../../../extension/engine/tasks/predictSet.ts';
import { isBetter, shouldStopEarly } from '../../../extension/engine/train/tracking.ts';
import { createTrainer, type Trainer } from '../../../extension/engine/train/trainer.ts';
import type { TrainerState } from '../../../extension/engine/train/trainerState.ts';
import type {
  NamedTensor,
  TrainControl,
  TrainerOptions,
  TrainHooks,
  TrainResult,
} from '../../../extension/engine/types.ts';
import type { ResolvedTraining } from '../../../extension/schema/resolved.ts';
import type { BestEpoch, RunEvent } from '../../../extension/schema/run.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { assertSameBits, modelConfig, TOY_SHAPE, toySet, trainingConfig } from './support.ts';

const TRAIN = toySet(60, 1);
const VALIDATION = toySet(30, 2);
const BATCHES = 8;

function optionsOf(change: Partial<ResolvedTraining> = {}, train = TRAIN): TrainerOptions {
  const training = trainingConfig(change);
  const task = createClassification({ labels: ['a', 'b', 'c'], train, validation: VALIDATION }, training);
  return { ...TOY_SHAPE, training, task };
}

interface Recorded {
  trainer: Trainer;
  result: TrainResult;
  events: RunEvent[];
  bests: { at: BestEpoch; weights: NamedTensor[] }[];
  epochs: number[];
  turns: number;
}

interface RunOptions {
  trainer: Trainer;
  requested?(recorded: Recorded): 'stop' | 'cancel' | undefined;
  onTurn?(recorded: Recorded): void;
  onEpoch?(epoch: number): void;
}

async function record({ trainer, requested, onTurn, onEpoch }: RunOptions): Promise<Recorded> {
  const recorded = { trainer, events: [], bests: [], epochs: [], turns: 0 } as unknown as Recorded;
  const control: TrainControl = {
    requested: () => requested?.(recorded),
    async betweenSteps() {
      recorded.turns++;
      onTurn?.(recorded);
      await Promise.resolve();
    },
  };
  const hooks: TrainHooks = {
    onEvent: (event) => void recorded.events.push(event),
    onBest: async (at, weights) => void recorded.bests.push({ at, weights }),
    async onEpoch(epoch) {
      recorded.epochs.push(epoch);
      onEpoch?.(epoch);
    },
  };
  recorded.result = await trainer.run(control, hooks);
  return recorded;
}

const train = (change: Partial<ResolvedTraining> = {}): Promise<Recorded> =>
  record({ trainer: createTrainer(optionsOf(change)) });

const stepsOf = ({ events }: Recorded): number => events.filter(({ type }) => type === 'step').length;

/** Events without what depends on the clock. */
function timeless(events: readonly RunEvent[]): object[] {
  return events.map((event) => ({ ...event, t: 0, tokensPerSecond: 0 }));
}

function assertSameWeights(actual: readonly NamedTensor[], expected: readonly NamedTensor[]): void {
  assert.equal(actual.length, expected.length);
  for (const [n, { name, data }] of expected.entries()) assertSameBits(actual[n].data, data, name);
}

test('it learns, reports every step, epoch and validation, and leaves no tensor behind', async () => {
  const before = tf.memory().numTensors;
  const run = await train({ epochs: 12, clip: { norm: 5 } });
  assert.equal(tf.memory().numTensors, before);
  assert.equal(run.result.status, 'completed');
  assert.equal(run.result.epochsDone, 12);
  assert.ok(run.result.best!.accuracy! > 0.9, `accuracy ${run.result.best!.accuracy}`);
  assert.deepEqual(
    run.epochs,
    Array.from({ length: 12 }, (_, at) => at + 1),
  );
  const first = run.events
    .slice(0, 11)
    .map((event) => (event.type === 'message' ? '' : `${event.type} ${event.epoch}.${event.step}`));
  const steps = Array.from({ length: BATCHES }, (_, at) => `step 1.${at + 1}`);
  assert.deepEqual(first, ['validation 0.0', ...steps, 'epoch 1.8', 'validation 1.8']);
  assert.equal(stepsOf(run), 12 * BATCHES);
  assert.ok(run.turns >= 12 * BATCHES);
  for (const event of run.events) {
    for (const value of Object.values(event)) assert.ok(typeof value !== 'number' || Number.isFinite(value));
  }
  let lastTime = 0;
  for (const { t } of run.events) {
    assert.ok(t >= lastTime);
    lastTime = t;
  }
});

for (const encoder of [{ type: 'gru' }, { type: 'rnn', nonlinearity: 'tanh' }] as const) {
  test(`a ${encoder.type} learns too`, async () => {
    const options = optionsOf({ epochs: 12, clip: { norm: 5 } });
    const trainer = createTrainer({ ...options, model: modelConfig({ encoder: { ...encoder, bidirectional: true } }) });
    const { result } = await record({ trainer });
    assert.ok(result.best!.accuracy! > 0.9, `accuracy ${result.best!.accuracy}`);
  });
}

test('the epoch event holds the means over examples of its steps', async () => {
  const { events } = await train({ epochs: 1 });
  const sizes = Array.from({ length: BATCHES }, (_, at) => Math.min(8, 60 - at * 8));
  const steps = events.filter((event) => event.type === 'step');
  const mean = (key: 'loss' | 'accuracy'): number =>
    steps.reduce((sum, event, at) => sum + event[key]! * sizes[at], 0) / 60;
  const epoch = events.find((event) => event.type === 'epoch')!;
  assert.ok(Math.abs(epoch.loss - mean('loss')) < 1e-12);
  assert.ok(Math.abs(epoch.accuracy! - mean('accuracy')) < 1e-12);
});

test('two runs give the same bits; another seed does not', async () => {
  const [one, two, other] = [await train(), await train(), await train({ seed: 8 })];
  assert.deepEqual(timeless(two.events), timeless(one.events));
  assertSameWeights(two.result.weights, one.result.weights);
  assert.notDeepEqual(other.result.weights, one.result.weights);
});

test('the best weights are those of the best validation, the earlier on a tie', async () => {
  const run = await train({ epochs: 8 });
  const validations = run.events.filter((event) => event.type === 'validation').slice(1);
  const accuracy = Math.max(...validations.map((event) => event.accuracy!));
  const expected = validations.find((event) => event.accuracy === accuracy)!;
  assert.equal(run.result.best!.epoch, expected.epoch);
  assert.equal(run.result.best!.step, expected.step);
  assertSameWeights(run.result.weights, run.bests.at(-1)!.weights);
  run.trainer.model.params.load(run.result.weights);
  const { scores } = await predictSet(run.trainer.model, VALIDATION, { batchSize: 4 });
  assert.deepEqual({ ...scores, epoch: expected.epoch, step: expected.step }, run.result.best);
});

test('scores: better, tied, lower loss, not a number', () => {
  const scores = { loss: 0.5, accuracy: 0.5, macroF1: 0.5, weightedF1: 0.5 };
  assert.ok(isBetter('validation.accuracy', scores, undefined));
  assert.ok(!isBetter('validation.accuracy', scores, scores));
  assert.ok(isBetter('validation.macroF1', { ...scores, macroF1: 0.6 }, scores));
  assert.ok(isBetter('validation.loss', { ...scores, loss: 0.4 }, scores));
  assert.ok(!isBetter('validation.loss', { ...scores, loss: 0.6 }, scores));
  assert.ok(!isBetter('validation.loss', { ...scores, loss: Number.NaN }, undefined));
});

test('early stopping counts evaluations without an improvement above minDelta', () => {
  const options = { metric: 'validation.loss' as const, patience: 2, minDelta: 0.1 };
  const state = { evaluationsWithout: 0 };
  const stops = [1, 0.95, 0.85, 0.8, 0.9].map((loss) =>
    shouldStopEarly(options, state, { loss, accuracy: 0, macroF1: 0, weightedF1: 0 }),
  );
  assert.deepEqual(stops, [false, false, false, false, true]);
});

test('a run that no longer improves stops early', async () => {
  const optimizer = { type: 'sgd', learningRate: 1e-12, momentum: 0, nesterov: false, weightDecay: 0 } as const;
  const earlyStopping = { metric: 'validation.accuracy', patience: 2, minDelta: 0 } as const;
  const run = await train({ epochs: 9, optimizer, earlyStopping });
  assert.equal(run.result.status, 'completed');
  assert.equal(run.result.epochsDone, 3);
  assert.equal(run.result.best!.epoch, 1);
  assert.match(JSON.stringify(run.events.at(-1)), /Stopped early/);
});

test('validation every N steps, once where it falls on the end of an epoch', async () => {
  const run = await train({ epochs: 2, validateEverySteps: 4 });
  const validations = run.events.filter((event) => event.type === 'validation');
  assert.deepEqual(
    validations.map(({ epoch, step }) => `${epoch}.${step}`),
    ['0.0', '1.4', '1.8', '2.12', '2.16'],
  );
});

test('stop finishes the step, validates and keeps the best', async () => {
  const trainer = createTrainer(optionsOf());
  const run = await record({ trainer, requested: (now) => (stepsOf(now) >= 11 ? 'stop' : undefined) });
  assert.equal(run.result.status, 'stopped');
  assert.equal(run.result.epochsDone, 1);
  assert.equal(stepsOf(run), 11);
  const last = run.events.at(-1)!;
  assert.ok(last.type === 'validation' && last.step === 11 && last.epoch === 2);
  assertSameWeights(run.result.weights, run.bests.at(-1)!.weights);
});

test('stop before the first step leaves the initial weights', async () => {
  const trainer = createTrainer(optionsOf());
  const initial = trainer.model.params.save();
  const run = await record({ trainer, requested: () => 'stop' });
  assert.equal(run.result.status, 'stopped');
  assert.equal(stepsOf(run), 0);
  assert.equal(run.result.best, undefined);
  assertSameWeights(run.result.weights, initial);
});

test('cancel drops out at once, during validation too', async () => {
  const inTraining = await record({
    trainer: createTrainer(optionsOf()),
    requested: (now) => (stepsOf(now) >= 3 ? 'cancel' : undefined),
  });
  assert.equal(inTraining.result.status, 'cancelled');
  assert.equal(inTraining.events.at(-1)!.type, 'step');
  assert.equal(stepsOf(inTraining), 3);
  const inValidation = await record({
    trainer: createTrainer(optionsOf()),
    requested: (now) => (now.events.at(-1)?.type === 'epoch' ? 'cancel' : undefined),
  });
  assert.equal(inValidation.result.status, 'cancelled');
  assert.equal(inValidation.events.at(-1)!.type, 'epoch');
});

test('a loss that is not finite ends the run, names the step and keeps the last finite weights', async () => {
  const optimizer = { type: 'sgd', learningRate: 1e39, momentum: 0, nesterov: false, weightDecay: 0 } as const;
  const run = await train({ optimizer });
  assert.equal(run.result.status, 'diverged');
  assert.equal(run.result.divergedAtStep, stepsOf(run) + 1);
  const last = run.events.at(-1)!;
  assert.ok(last.type === 'message' && last.level === 'error');
  assert.match(last.text, new RegExp(`not finite at step ${run.result.divergedAtStep}\\b`));
  assert.ok(run.result.weights.every(({ data }) => data.every(Number.isFinite)));
});

test('the best weights survive a divergence', async () => {
  const trainer = createTrainer(optionsOf());
  const run = await record({
    trainer,
    onEpoch: (epoch) => {
      if (epoch === 2) trainer.model.params.get('head.bias').values[0] = Number.NaN;
    },
  });
  assert.equal(run.result.status, 'diverged');
  assert.equal(run.result.divergedAtStep, 2 * BATCHES + 1);
  assert.equal(run.result.epochsDone, 2);
  assertSameWeights(run.result.weights, run.bests.at(-1)!.weights);
});

test('weights that overflowed give way to those from the start of the epoch', async () => {
  const trainer = createTrainer(optionsOf());
  const initial = trainer.model.params.save();
  const run = await record({
    trainer,
    onTurn: (now) => {
      if (stepsOf(now) === 3) trainer.model.params.get('head.bias').values[0] = Number.POSITIVE_INFINITY;
    },
  });
  assert.equal(run.result.status, 'diverged');
  assert.equal(run.result.divergedAtStep, 4);
  assertSameWeights(run.result.weights, initial);
});

const RESUMED: {
  what: string;
  training: Partial<ResolvedTraining>;
  encoder?: Parameters<typeof modelConfig>[0]['encoder'];
}[] = [
  { what: 'adam', training: {} },
  {
    what: 'sgd',
    training: { optimizer: { type: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.001 } },
  },
  {
    what: 'rmsprop, bucketed, gru',
    training: {
      batching: 'bucketed',
      optimizer: {
        type: 'rmsprop',
        learningRate: 0.005,
        alpha: 0.9,
        epsilon: 1e-8,
        momentum: 0.5,
        centered: true,
        weightDecay: 0.001,
      },
    },
    encoder: { type: 'gru', layers: 2, dropout: 0.2 },
  },
  {
    what: 'adagrad, rnn',
    training: {
      optimizer: {
        type: 'adagrad',
        learningRate: 0.05,
        learningRateDecay: 0.01,
        initialAccumulatorValue: 0.1,
        epsilon: 1e-10,
        weightDecay: 0,
      },
    },
    encoder: { type: 'rnn', nonlinearity: 'relu', bidirectional: true },
  },
];

for (const { what, training, encoder } of RESUMED) {
  test(`a run goes on from a snapshot with the same bits (${what})`, async () => {
    const earlyStopping = { metric: 'validation.loss', patience: 50, minDelta: 0 } as const;
    const options = optionsOf({ ...training, earlyStopping, validateEverySteps: 5 });
    if (encoder) options.model = modelConfig({ encoder, embedding: { dropout: 0.1 } });
    const snapshots: TrainerState[] = [];
    const trainer = createTrainer(options);
    const whole = await record({
      trainer,
      onTurn: (now) => {
        if (now.events.at(-1)?.type === 'step' && stepsOf(now) % 6 === 0)
          snapshots.push(structuredClone(trainer.snapshot()));
      },
      onEpoch: () => snapshots.push(structuredClone(trainer.snapshot())),
    });
    assert.ok(snapshots.length >= 6);
    for (const snapshot of snapshots) {
      const rest = await record({ trainer: createTrainer(options, snapshot) });
      assertSameWeights(rest.result.weights, whole.result.weights);
      assert.deepEqual(rest.result.best, whole.result.best);
      assertSameWeights(rest.trainer.model.params.save(), whole.trainer.model.params.save());
    }
  });
}

test('the padding row stays zero and unused rows of the embedding keep their values under plain SGD', async () => {
  const optimizer = { type: 'sgd', learningRate: 0.1, momentum: 0, nesterov: false, weightDecay: 0 } as const;
  const trainer = createTrainer(optionsOf({ optimizer }));
  const table = trainer.model.params.get('embedding.weight').values;
  const before = table.slice();
  await record({ trainer });
  assert.ok(table.subarray(0, 6).every((value) => value === 0));
  assert.deepEqual(table.subarray(6, 12), before.subarray(6, 12));
  assert.notDeepEqual(table.subarray(12, 18), before.subarray(12, 18));
});

test('predictions over a set do not depend on the batch size, to the last bit', async () => {
  const { model } = createTrainer(optionsOf());
  const one = await predictSet(model, VALIDATION, { batchSize: 1 });
  let turns = 0;
  const betweenBatches = async (): Promise<void> => void turns++;
  const many = await predictSet(model, VALIDATION, { batchSize: 13, betweenBatches });
  assert.equal(turns, 3);
  assert.deepEqual(many, one);
  const texts = Array.from({ length: VALIDATION.count }, (_, at) => VALIDATION.tokens(at));
  assertSameBits(await predictTexts(model, texts, { batchSize: 7 }), one.probabilities, 'texts');
  const logits = Array.from({ length: VALIDATION.count }, (_, at) => model.probabilities([VALIDATION.tokens(at)]));
  assert.deepEqual(
    logits.flatMap((row) => [...row]),
    [...one.probabilities],
  );
});

test('class weights change what is learned; an unknown label is refused', async () => {
  const weighted = await train({ loss: { labelSmoothing: 0, classWeights: { a: 5 } } });
  const plain = await train();
  assert.notDeepEqual(weighted.result.weights, plain.result.weights);
  assert.throws(() => createTrainer(optionsOf({ loss: { labelSmoothing: 0, classWeights: { z: 5 } } })), /"z"/);
});

test('each step has dropout masks of its own', async () => {
  const optimizer = { type: 'sgd', learningRate: 1e-30, momentum: 0, nesterov: false, weightDecay: 0 } as const;
  const run = await record({ trainer: createTrainer(optionsOf({ optimizer, epochs: 4 }, toySet(1, 3))) });
  const losses = run.events.filter((event) => event.type === 'step').map(({ loss }) => loss);
  assert.equal(losses.length, 4);
  assert.ok(new Set(losses).size > 1, `always ${losses[0]}`);
});

test('clipping limits the update, not the norm that is told', async () => {
  const optimizer = { type: 'sgd', learningRate: 1, momentum: 0, nesterov: false, weightDecay: 0 } as const;
  for (const clip of [{ norm: 1e-3 }, { value: 1e-3 }]) {
    const trainer = createTrainer({ ...optionsOf({ optimizer, epochs: 1, batchSize: 60, clip }) });
    const before = trainer.model.params.save();
    const run = await record({ trainer });
    const moved = trainer.model.params.parameters.flatMap(({ values }, n) =>
      Array.from(values, (value, at) => value - before[n].data[at]),
    );
    const size = 'norm' in clip ? Math.hypot(...moved) : Math.max(...moved.map(Math.abs));
    assert.ok(Math.abs(size - 1e-3) < 1e-5, `${JSON.stringify(clip)}: ${size}`);
    const step = run.events.find((event) => event.type === 'step')!;
    assert.ok(step.gradNorm > 0.01);
  }
});

test('a model that cannot fit is refused before anything is allocated for it', () => {
  const { model } = TOY_SHAPE;
  const huge = { ...model, encoder: { ...model.encoder, hiddenSize: 8192, layers: 16 } };
  assert.throws(
    () => createTrainer({ ...optionsOf(), model: huge }),
    (error) => UserError.is(error, 'engine.outOfMemory') && /parameters/.test(error.message),
  );
});

test('a state whose optimizer is not whole is refused before anything is trained', () => {
  const options = optionsOf();
  const whole = createTrainer(options).snapshot();
  const [name] = Object.keys(whole.optimizer);
  const { step, buffers } = whole.optimizer[name];
  const [buffer, values] = Object.entries(buffers)[0];
  const broken: TrainerState['optimizer'][] = [
    {},
    { ...whole.optimizer, [name]: { step, buffers: {} } },
    { ...whole.optimizer, [name]: { step, buffers: { ...buffers, [buffer]: values.subarray(1) } } },
  ];
  for (const optimizer of broken) {
    assert.throws(
      () => createTrainer(options, { ...whole, optimizer }),
      (error) => UserError.is(error, 'checkpoint.unreadable') && error.message.includes(name),
    );
  }
  createTrainer(options, whole);
});
