import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClassification } from '../../../extension/engine/tasks/classification.ts';
import { findLearningRate, LossCurve, RANGE_TEST, valley } from '../../../extension/engine/train/learningRateFinder.ts';
import { createTrainer } from '../../../extension/engine/train/trainer.ts';
import type { NamedTensor, TrainerOptions } from '../../../extension/engine/types.ts';
import type { RunEvent } from '../../../extension/schema/run.ts';
import { assertSameBits, TOY_SHAPE, toySet, trainingConfig } from './support.ts';

const training = trainingConfig({ epochs: 2 });
const task = createClassification(
  { labels: ['a', 'b', 'c'], train: toySet(60, 1), validation: toySet(30, 2) },
  training,
);
const start = createTrainer({ ...TOY_SHAPE, training, task }).model.params.save();
const OPTIONS: TrainerOptions = { ...TOY_SHAPE, training, task, start };
const CONTROL = { requested: () => undefined, betweenSteps: async () => undefined };

async function train(): Promise<{ weights: NamedTensor[]; losses: number[] }> {
  const losses: number[] = [];
  const onEvent = (event: RunEvent): void => void (event.type === 'step' && losses.push(event.loss));
  const trainer = createTrainer(OPTIONS);
  await trainer.run(CONTROL, { onEvent, onBest: async () => undefined, onEpoch: async () => undefined });
  return { weights: trainer.model.params.save(), losses };
}

test('the test reads the batches of training in their order and changes nothing of what is trained afterwards', async () => {
  const before = await train();
  const kept = start.map(({ data }) => data.slice());
  const found = await findLearningRate(OPTIONS, { ...RANGE_TEST, steps: 40 }, CONTROL);
  const after = await train();
  for (const [n, { name, data }] of before.weights.entries()) assertSameBits(after.weights[n].data, data, name);
  for (const [n, { name, data }] of start.entries()) assertSameBits(data, kept[n], `the start of ${name}`);
  assert.equal(found.losses[0], before.losses[0]);
  // A rate of 1e-7 leaves the weights all but where they are.
  assert.ok(Math.abs(found.losses[1] - before.losses[1]) < 0.2);
  assert.deepEqual(after.losses, before.losses);
});

test('the suggestion is a rate that learns: far from the ends, and a run with it gets better', async () => {
  const { suggestion, rates, smoothed } = await findLearningRate(OPTIONS, { ...RANGE_TEST, steps: 200 }, CONTROL);
  assert.ok(suggestion !== undefined && suggestion > 1e-5 && suggestion < 1, String(suggestion));
  assert.equal(rates[0], 1e-7);
  assert.ok(rates.every((rate, at) => at === 0 || rate > rates[at - 1]));
  assert.ok(smoothed.every(Number.isFinite));
  const optimizer = { ...training.optimizer, learningRate: suggestion };
  const trainer = createTrainer({ ...OPTIONS, training: { ...training, optimizer, epochs: 8 } });
  const validations: number[] = [];
  const onEvent = (event: RunEvent): void => void (event.type === 'validation' && validations.push(event.loss));
  await trainer.run(CONTROL, { onEvent, onBest: async () => undefined, onEpoch: async () => undefined });
  assert.ok(validations.at(-1)! < 0.8 * validations[0], validations.join());
});

test('smoothing is a running mean without bias; a loss far above the smallest, or none, ends the test', () => {
  const curve = new LossCurve();
  for (const [at, loss] of [2, 4].entries()) assert.equal(curve.add(10 ** at, loss), true);
  const { smoothed } = curve.result(100);
  assert.ok(Math.abs(smoothed[0] - 2) < 1e-12);
  // (0.98 · 0.02 · 2 + 0.02 · 4) / (1 - 0.98²)
  assert.ok(Math.abs(smoothed[1] - (0.98 * 0.02 * 2 + 0.02 * 4) / (1 - 0.98 ** 2)) < 1e-12);
  assert.equal(curve.add(100, 1000), false);
  assert.equal(new LossCurve().add(1, Number.NaN), false);
  assert.equal(new LossCurve().result(100).suggestion, undefined);
});

test('the valley is the longest fall, as fastai finds it: the middle of its second third', () => {
  // 5 4 3 2 1 falls for five: from there 5/3 and half of it, in whole steps.
  assert.equal(valley([5, 5.1, 4, 3, 2, 1, 6]), 1);
  // A short steep fall at the end is no valley beside a long gentle one; fastai gives the same for these losses.
  const gentle = Array.from({ length: 30 }, (_, at) => 3 - at / 100);
  assert.equal(valley([...gentle, 9, 8, 0.1, 9]), 16);
  assert.equal(valley([1, 2, 3]), undefined);
  assert.equal(valley([]), undefined);
});

test('the groups say how many times the rate they were trained at', async () => {
  const fineTune = {
    freeze: ['embedding'],
    unfreeze: [],
    discriminative: { factor: 2 },
    learningRates: { 'head.*': 5 * training.optimizer.learningRate },
    weightDecays: {},
    frozenDropout: false,
    vocabulary: 'source',
  } as unknown as NonNullable<TrainerOptions['fineTune']>;
  const { groups } = await findLearningRate({ ...OPTIONS, fineTune }, { ...RANGE_TEST, steps: 10 }, CONTROL);
  const rounded = groups.map(({ name, factor }) => [name, Number(factor.toPrecision(6))]);
  assert.deepEqual(rounded, [
    ['embedding', 0],
    ['encoder.0', 0.5],
    ['head', 5],
  ]);
  const plain = await findLearningRate(OPTIONS, { ...RANGE_TEST, steps: 10 }, CONTROL);
  assert.ok(plain.groups.every(({ factor }) => factor === 1));
});

test('it can be cancelled', async () => {
  let turns = 0;
  const control = {
    requested: () => (++turns > 3 ? 'cancel' : undefined),
    betweenSteps: async () => undefined,
  } as const;
  await assert.rejects(findLearningRate(OPTIONS, RANGE_TEST, control), { name: 'CancelledError' });
});
