// Freezing: not one bit moves, whatever the optimizer did before; beside PyTorch; what is thawed when; what is not computed any more.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { setMachine } from '../../../extension/engine/backend/gatescopeBackend.ts';
import { createBatch } from '../../../extension/engine/layers/batch.ts';
import { createModel, loadModel } from '../../../extension/engine/model.ts';
import { createParams, type ParamStore } from '../../../extension/engine/params/paramStore.ts';
import { classifierGradients, createClassification } from '../../../extension/engine/tasks/classification.ts';
import { clippingOf, globalNorm } from '../../../extension/engine/train/clipping.ts';
import {
  everTrained,
  frozenParameters,
  initialThaw,
  thawBefore,
  watchPlateau,
} from '../../../extension/engine/train/freezing.ts';
import { denseGradients } from '../../../extension/engine/train/gradients.ts';
import { applyUpdates, createOptimizerState, updatesOf } from '../../../extension/engine/train/optimizers.ts';
import { createTrainer } from '../../../extension/engine/train/trainer.ts';
import type { NamedTensor, TrainerOptions } from '../../../extension/engine/types.ts';
import type { ResolvedFineTune } from '../../../extension/schema/fineTune.ts';
import { parameterNames } from '../../../extension/schema/parameterNames.ts';
import type { ResolvedOptimizer, ResolvedTraining } from '../../../extension/schema/resolved.ts';
import type { RunEvent } from '../../../extension/schema/run.ts';
import { CARRIERS_HERE, openTestMachine } from '../kernels/support.ts';
import { assertNear, assertSameBits, modelConfig, readGolden, toySet, trainingConfig } from './support.ts';

afterEach(() => setMachine(undefined));

const SHAPE = {
  model: modelConfig({
    encoder: { layers: 2, bidirectional: true, dropout: 0.2 },
    embedding: { dropout: 0.1 },
    head: { dropout: 0.2 },
  }),
  vocabularySize: 14,
  classCount: 3,
};
const TRAIN = toySet(60, 1);
const VALIDATION = toySet(30, 2);
const OPTIMIZERS: ResolvedOptimizer[] = [
  { type: 'adam', learningRate: 0.02, betas: [0.9, 0.999], epsilon: 1e-8, lazy: false, weightDecay: 0.1 },
  { type: 'adamw', learningRate: 0.02, betas: [0.9, 0.999], epsilon: 1e-8, lazy: true, weightDecay: 0.3 },
  { type: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1 },
  { type: 'rmsprop', learningRate: 0.01, alpha: 0.99, epsilon: 1e-8, momentum: 0.9, centered: true, weightDecay: 0.1 },
  {
    type: 'adagrad',
    learningRate: 0.05,
    learningRateDecay: 0,
    initialAccumulatorValue: 0,
    epsilon: 1e-10,
    weightDecay: 0.1,
  },
];

const fineTune = (change: Partial<ResolvedFineTune>): ResolvedFineTune => ({
  vocabulary: 'merge',
  freeze: [],
  unfreeze: [],
  learningRates: {},
  weightDecays: {},
  frozenDropout: false,
  ...change,
});

function optionsOf(tuning: ResolvedFineTune, change: Partial<ResolvedTraining> = {}): TrainerOptions {
  const training = trainingConfig({ epochs: 4, clip: { norm: 0.5 }, ...change });
  const task = createClassification({ labels: ['a', 'b', 'c'], train: TRAIN, validation: VALIDATION }, training);
  return { ...SHAPE, training, task, fineTune: tuning };
}

/** Weights at the start of each epoch (index 0: before the first) and after the last; events. */
async function train(options: TrainerOptions): Promise<{ at: NamedTensor[][]; events: RunEvent[] }> {
  const trainer = createTrainer(options);
  const at = [trainer.model.params.save()];
  const events: RunEvent[] = [];
  const control = { requested: () => undefined, betweenSteps: async () => undefined };
  await trainer.run(control, {
    onEvent: (event) => void events.push(event),
    onBest: async () => undefined,
    onEpoch: async () => void at.push(trainer.model.params.save()),
  });
  return { at, events };
}

/** Groups with a bit that differs. */
function movedGroups(before: readonly NamedTensor[], after: readonly NamedTensor[]): string[] {
  const groupOf = new Map(parameterNames(SHAPE.model).map(({ name, group }) => [name, group]));
  const moved = after.filter(({ data }, n) => !Buffer.from(data.buffer).equals(Buffer.from(before[n].data.buffer)));
  return [...new Set(moved.map(({ name }) => groupOf.get(name)!))];
}

for (const optimizer of OPTIMIZERS) {
  test(`${optimizer.type}: frozen, thawed, frozen again with all it had built up: each epoch moves what it should and nothing else`, async () => {
    const tuning = fineTune({
      freeze: ['embedding', 'encoder.0'],
      unfreeze: [
        { epoch: 2, groups: ['encoder.0'], only: false },
        { epoch: 3, groups: ['embedding', 'head'], only: true },
        { epoch: 4, groups: ['encoder.*'], only: true },
      ],
    });
    const { at } = await train(optionsOf(tuning, { optimizer }));
    assert.deepEqual(movedGroups(at[0], at[1]), ['encoder.1', 'head']);
    assert.deepEqual(movedGroups(at[1], at[2]), ['encoder.0', 'encoder.1', 'head']);
    assert.deepEqual(movedGroups(at[2], at[3]), ['embedding', 'head']);
    assert.deepEqual(movedGroups(at[3], at[4]), ['encoder.0', 'encoder.1']);
  });
}

for (const carrier of CARRIERS_HERE) {
  test(`${carrier.name}: the same on the kernels`, async () => {
    const { machine } = await openTestMachine(carrier);
    setMachine(machine);
    const tuning = fineTune({
      freeze: ['encoder.0', 'head.bias'],
      unfreeze: [{ epoch: 3, groups: ['encoder.0'], only: false }],
    });
    const { at } = await train(optionsOf(tuning, { optimizer: OPTIMIZERS[1] }));
    assert.deepEqual(movedGroups(at[0], at[2]), ['embedding', 'encoder.1', 'head']);
    assert.deepEqual(movedGroups(at[2], at[3]), ['embedding', 'encoder.0', 'encoder.1', 'head']);
    assertSameBits(at[4].at(-1)!.data, at[0].at(-1)!.data, 'head.bias');
    await machine.close();
  });
}

test('without fineTune and with an empty one the bits are the same', async () => {
  const empty = await train(optionsOf(fineTune({})));
  const { fineTune: _none, ...plain } = optionsOf(fineTune({}));
  const without = await train(plain);
  for (const [n, { data, name }] of without.at.at(-1)!.entries()) assertSameBits(empty.at.at(-1)![n].data, data, name);
});

test('the dropout of a frozen group is off, unless it is asked for', () => {
  const batch = createBatch([
    [3, 4, 5],
    [6, 7],
  ]);
  const model = createModel(SHAPE, createParams(SHAPE, 1));
  const plain = model.logits(batch);
  const all = new Set(parameterNames(SHAPE.model).map(({ name }) => name));
  const training = { seed: 1, step: 1 };
  assert.deepEqual(model.logits(batch, { training, frozen: all }), plain);
  const dropped = model.logits(batch, { training });
  assert.notDeepEqual(dropped, plain);
  assert.deepEqual(model.logits(batch, { training: { ...training, dropsFrozen: true }, frozen: all }), dropped);
  const embedding = new Set(['embedding.weight']);
  assert.notDeepEqual(model.logits(batch, { training, frozen: embedding }), dropped);
  assert.notDeepEqual(model.logits(batch, { training, frozen: embedding }), plain);
  // One frozen parameter of a group does not freeze the group.
  assert.deepEqual(model.logits(batch, { training, frozen: new Set(['head.bias', 'encoder.weight_hh_l0']) }), dropped);
});

/** Gradients by name, of the trainable ones. */
function gradientsOf(params: ParamStore): Map<string, Float32Array> {
  const batch = createBatch([
    [3, 4, 5],
    [6, 7],
  ]);
  const { gradients } = classifierGradients(createModel(SHAPE, params), batch, Int32Array.of(0, 2), {
    labelSmoothing: 0,
  });
  return new Map(params.trainable().map(({ name }, n) => [name, denseGradients(gradients)[n].slice()]));
}

test('gradients of what is trained do not depend on what is frozen beside, above or below it', () => {
  const params = createParams(SHAPE, 1);
  const all = gradientsOf(params);
  const cases = [
    ['embedding'],
    ['embedding', 'encoder.0'],
    ['embedding', 'encoder.0', 'encoder.1'],
    ['encoder.0'],
    ['encoder.1'],
    ['head'],
    ['encoder.0', 'head'],
  ];
  for (const frozen of cases) {
    params.setTrainable(({ group }) => !frozen.includes(group));
    const some = gradientsOf(params);
    assert.equal(some.size, params.trainable().length);
    for (const [name, gradient] of some) assertSameBits(gradient, all.get(name)!, `${name} without ${frozen}`);
  }
});

interface Phase {
  step: number;
  groups: string[];
}
const golden = readGolden<{
  name: string;
  options: ResolvedOptimizer;
  learningRates: Record<string, number>;
  lengths: number[];
  phases: Phase[];
}>('fineTune');

for (const one of golden.cases) {
  test(`twenty steps of PyTorch with groups that freeze and thaw: ${one.options.type}`, () => {
    const model = modelConfig({
      encoder: { hiddenSize: 4, layers: 2, bidirectional: true },
      embedding: { size: 4 },
      pooling: 'mean',
    });
    const shape = { model, vocabularySize: 12, classCount: 3 };
    const names = parameterNames(model);
    const starts = names.map(({ name }) => ({ ...golden.tensor(`${one.name}.start.${name}`), name }));
    const { params, ...loaded } = loadModel(shape, starts);
    const padded = golden.integers(`${one.name}.ids`);
    const width = padded.length / one.lengths.length;
    const batch = createBatch(one.lengths.map((length, text) => padded.slice(text * width, text * width + length)));
    const labels = golden.integers(`${one.name}.labels`);
    const groupOf = new Map(names.map(({ name, group }) => [name, group]));
    const rule = (name: string): ResolvedOptimizer => ({
      ...one.options,
      learningRate: one.learningRates[groupOf.get(name)!],
    });
    const state = createOptimizerState(one.options, params.parameters);
    const losses = Array.from({ length: 20 }, (_, step) => {
      const phase = one.phases.find((candidate) => candidate.step === step);
      if (phase) params.setTrainable(({ group }) => phase.groups.includes(group));
      const { loss, gradients } = classifierGradients({ ...loaded, params }, batch, labels, { labelSmoothing: 0 });
      const clipping = clippingOf({ norm: 1 }, globalNorm(gradients));
      applyUpdates(updatesOf(params.trainable(), gradients, state, rule), clipping);
      return loss.loss;
    });
    assertNear(losses, golden.values(`${one.name}.losses`), 'losses', 2e-6);
    for (const { name, values } of params.parameters) {
      assertNear(values, golden.values(`${one.name}.end.${name}`), name, 4e-6);
    }
  });
}

test('entries of unfreeze act in order, at their epoch or at a plateau of the validation loss', () => {
  const plan = {
    freeze: ['embedding', 'encoder.*'],
    unfreeze: [
      { plateau: 2, groups: ['encoder.1'], only: false },
      { epoch: 5, groups: ['encoder.0'], only: false },
      { plateau: 1, groups: ['embedding'], only: false },
    ],
  };
  const state = initialThaw();
  const losses = [1, 0.9, 0.95, 0.92, 0.8, 0.7, 0.75, 0.6];
  const applied = losses.map((loss, at) => {
    thawBefore(at + 1, plan, state);
    watchPlateau(state, { loss });
    return state.applied;
  });
  // 0.9 was the best of epochs 2 to 4: epoch 5 thaws encoder.1 and, as it is epoch 5, encoder.0; 0.75 is no better than 0.7: epoch 8 the last.
  assert.deepEqual(applied, [0, 0, 0, 0, 2, 2, 2, 3]);
  const parameters = parameterNames(SHAPE.model);
  assert.equal(frozenParameters(parameters, plan, 0).size, 17);
  assert.deepEqual([...frozenParameters(parameters, plan, 2)], ['embedding.weight']);
  assert.equal(everTrained(parameters, plan).size, parameters.length);
  assert.equal(everTrained(parameters, { ...plan, unfreeze: [] }).size, 2);
});

test('the log says what is trained from an unfreezing on; steps tell the rate of the moment', async () => {
  const tuning = fineTune({
    freeze: ['embedding'],
    unfreeze: [{ epoch: 2, groups: ['embedding'], only: false }],
    learningRates: { embedding: 0.5 },
  });
  const { events } = await train(optionsOf(tuning, { epochs: 2, schedule: { type: 'linear', warmupRatio: 0 } }));
  const messages = events.flatMap((event) => (event.type === 'message' ? [event.text] : []));
  assert.deepEqual(messages, ['From epoch 2 on, what is trained: embedding, encoder.0, encoder.1, head.']);
  const rates = events.flatMap((event) => (event.type === 'step' ? [event.learningRate] : []));
  const steps = rates.length;
  assert.equal(rates[0], 0.02);
  assert.equal(rates[1], 0.02 * ((steps - 1) / steps));
  assert.equal(rates[steps / 2], 0.5 * 0.5);
});
