// Schedules beside PyTorch and transformers, the slanted triangle beside its paper, and the rates of groups.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planRates } from '../../../extension/engine/train/rates.ts';
import { scheduleFactor } from '../../../extension/engine/train/schedules.ts';
import type { ResolvedFineTune } from '../../../extension/schema/fineTune.ts';
import { groupNames, parameterNames } from '../../../extension/schema/parameterNames.ts';
import type { ResolvedSchedule } from '../../../extension/schema/schedule.ts';
import { assertClose, readGolden, trainingConfig } from './support.ts';

const golden = readGolden<{ name: string; schedule: ResolvedSchedule; steps: number }>('schedules');
for (const { name, schedule, steps } of golden.cases) {
  test(`the rates of PyTorch and transformers over ${steps} steps: ${JSON.stringify(schedule)}`, () => {
    const factors = Array.from({ length: steps }, (_, t) => scheduleFactor(schedule, t, steps));
    // The vectors are float32.
    assertClose(factors, golden.values(name), name, { absolute: 1e-9, relative: 1e-7 });
  });
}

test('the slanted triangle of Howard and Ruder: T 100, rate 0.01, cut 0.1, ratio 32', () => {
  const schedule = { type: 'slantedTriangular', cutFraction: 0.1, ratio: 32 } as const;
  const rate = (t: number): number => 0.01 * scheduleFactor(schedule, t, 100);
  assert.ok(Math.abs(rate(0) - 0.0003125) < 1e-15);
  assert.ok(Math.abs(rate(10) - 0.01) < 1e-15);
  assert.ok(Math.abs(rate(100) - 0.0003125) < 1e-15);
  // Equation 3 at two more places: p = 5/10 on the way up; on the way down p = 1 - (55 - 10) / (10 (1 / 0.1 - 1)) = 0.5.
  for (const t of [5, 55]) assert.ok(Math.abs(rate(t) - (0.01 * (1 + 0.5 * 31)) / 32) < 1e-15, `t ${t}`);
});

test('every schedule is finite and within 0 to 1 at every step of runs of any length', () => {
  const schedules: ResolvedSchedule[] = [
    { type: 'constant', warmupRatio: 0.1 },
    { type: 'linear', warmupRatio: 0.99 },
    { type: 'cosine', warmupRatio: 0, warmupSteps: 1000 },
    { type: 'oneCycle', pctStart: 0.3, divFactor: 25, finalDivFactor: 1e4 },
    { type: 'oneCycle', pctStart: 0.9, divFactor: 1, finalDivFactor: 1 },
    // Its top is the first of two steps.
    { type: 'oneCycle', pctStart: 0.5, divFactor: 25, finalDivFactor: 1e4 },
    { type: 'slantedTriangular', cutFraction: 0.1, ratio: 32 },
    { type: 'slantedTriangular', cutFraction: 0.999, ratio: 1 },
  ];
  for (const schedule of schedules) {
    for (const T of [1, 2, 3, 4, 7, 50, 333]) {
      for (let t = 0; t < T; t++) {
        const factor = scheduleFactor(schedule, t, T);
        assert.ok(factor >= 0 && factor <= 1 + 1e-12, `${JSON.stringify(schedule)} at ${t} of ${T}: ${factor}`);
      }
    }
  }
});

const PARAMETERS = parameterNames({ encoder: { layers: 2, bidirectional: true } });
const { optimizer } = trainingConfig();
const plan = (change: Partial<ResolvedFineTune>): Map<string, { learningRate: number; weightDecay: number }> =>
  planRates(PARAMETERS, optimizer, {
    vocabulary: 'merge',
    freeze: [],
    unfreeze: [],
    learningRates: {},
    weightDecays: {},
    frozenDropout: false,
    ...change,
  });

test('groups stand in order, and every parameter is in one', () => {
  assert.deepEqual(groupNames(PARAMETERS), ['embedding', 'encoder.0', 'encoder.1', 'head']);
  assert.equal(PARAMETERS.length, 1 + 2 * 8 + 2);
});

test('discriminative rates: by a factor from the head down, or a geometric row', () => {
  const byFactor = plan({ discriminative: { factor: 2.6 } });
  const ofGroup = (rates: typeof byFactor): number[] =>
    groupNames(PARAMETERS).map(
      (group) => rates.get(PARAMETERS.find((parameter) => parameter.group === group)!.name)!.learningRate,
    );
  assertClose(ofGroup(byFactor), [0.02 / 2.6 ** 3, 0.02 / 2.6 ** 2, 0.02 / 2.6, 0.02], 'factor', { relative: 1e-12 });
  const row = ofGroup(plan({ discriminative: { from: 1e-5, to: 1e-2 } }));
  assertClose(row, [1e-5, 1e-4, 1e-3, 1e-2], 'from … to', { relative: 1e-12 });
});

test('written rates count before the rule, and of several that fit the last', () => {
  const rates = plan({
    discriminative: { factor: 2 },
    learningRates: { 'encoder.*': 0.5, 'encoder.0': 0.25, '/bias_hh_l0$/': 0.125 },
    weightDecays: { embedding: 0.75 },
  });
  const rateOf = (name: string): number => rates.get(name)!.learningRate;
  assert.equal(rateOf('encoder.weight_ih_l1'), 0.5);
  assert.equal(rateOf('encoder.weight_ih_l0'), 0.25);
  assert.equal(rateOf('encoder.bias_hh_l0'), 0.125);
  assert.equal(rateOf('encoder.bias_hh_l0_reverse'), 0.25);
  assert.equal(rateOf('head.bias'), 0.02);
  assert.deepEqual(rates.get('embedding.weight'), { learningRate: 0.02 / 8, weightDecay: 0.75 });
});
