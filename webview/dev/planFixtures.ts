// A made-up plan of a config that thaws a group an epoch, and a search for a learning rate.
import type { ConfigPlan } from '../../extension/protocol/dashboardContract.ts';
import type { FoundRate } from '../../extension/protocol/foundRate.ts';
import { makeGroups } from './fixtures.ts';

const EPOCHS = 4;
const PER_EPOCH = 100;

export const PLAN_PATH = '/project/trec-ulmfit.gatescope.json';

/** Slanted triangular rates (Howard and Ruder, 2018): up over a tenth of the steps, then down. */
export function makePlan(): ConfigPlan {
  const groups = makeGroups();
  const steps = Array.from({ length: EPOCHS * PER_EPOCH }, (_, at) => at + 1);
  const slope = (step: number): number => Math.min(step / 40, (400 - step) / 360);
  const rates = groups.map(({ name }, at) => {
    const thawsAfter = (groups.length - 1 - at) * PER_EPOCH;
    const highest = 0.01 / 2.6 ** (groups.length - 1 - at);
    return { name, rates: steps.map((step) => (step > thawsAfter ? highest * (1 + 31 * slope(step)) * (1 / 32) : 0)) };
  });
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  return {
    name: 'TREC, as ULMFiT',
    plan: {
      parameters: [],
      total,
      groups,
      rates: { stepsPerEpoch: PER_EPOCH, steps, groups: rates },
      vocabulary: 8684,
      examples: { train: 4907, validation: 545, test: 500 },
    },
  };
}

/** The start of ULMFiT's recipe: the head alone. */
const FACTORS = ['embedding', 'encoder.0', 'head'].map((name) => ({ name, factor: name === 'head' ? 1 : 0 }));

export function makeFoundRate(): FoundRate {
  const rates = Array.from({ length: 100 }, (_, at) => 1e-7 * 10 ** (at * 0.07));
  const shape = (rate: number): number =>
    1.79 - 1.1 / (1 + (0.004 / rate) ** 1.4) + 40 * Math.max(0, rate - 0.09) ** 1.5;
  const smoothed = rates.map(shape);
  const losses = smoothed.map((loss, at) => loss + 0.12 * Math.sin(at * 2.4) * Math.cos(at * 0.7));
  return { rates, losses, smoothed, groups: FACTORS, suggestion: rates[63] };
}
