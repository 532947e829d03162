// The learning-rate range test (Smith, "Cyclical learning rates", 2017): the rate grows from step to step while the loss is watched.
// Invariant: it works on copies. Weights, optimizer and data order of whoever trains afterwards are what they were, as random numbers are
// functions of (seed, step).
import { CancelledError } from '../../util/userError.ts';
import { machineScope } from '../backend/gatescopeBackend.ts';
import { createModel, type Model } from '../model.ts';
import { createParams, loadParams } from '../params/paramStore.ts';
import type { CarriedState, TaskEpoch } from '../tasks/task.ts';
import { meanLoss } from '../tasks/task.ts';
import type { TrainControl, TrainerOptions } from '../types.ts';
import { clippingOf, globalNorm } from './clipping.ts';
import { checkFitsMemory } from './fitsMemory.ts';
import { applyUpdates, createOptimizerState, type OptimizerState, updatesOf } from './optimizers.ts';
import { moveIn } from './residence.ts';
import { createTrainingPlan, type TrainingPlan } from './trainingPlan.ts';

export interface RangeTest {
  /** Rate of the first and the last step; between them it grows by the same factor each step. */
  from: number;
  to: number;
  steps: number;
}

export const RANGE_TEST: Readonly<RangeTest> = { from: 1e-7, to: 10, steps: 100 };

export interface RangeTestResult {
  /** `training.optimizer.learningRate` of the steps done, in order. */
  rates: number[];
  /** How many times that rate each group was trained at, in order; 0 where it is frozen. */
  groups: { name: string; factor: number }[];
  /** Mean over the batch, before the update. */
  losses: number[];
  smoothed: number[];
  /** Within the longest fall of the smoothed loss; undefined where it never falls. */
  suggestion?: number;
}

/** Weight of the past in the smoothed loss, as in fastai. */
const SMOOTHING = 0.98;
/** The test ends when the smoothed loss is so many times the smallest. */
const BLOWN_UP = 4;

/** Runs the test on the model that `options` would train, from the same start. Throws CancelledError. */
export async function findLearningRate(
  options: TrainerOptions,
  range: RangeTest,
  control: Pick<TrainControl, 'requested' | 'betweenSteps'>,
): Promise<RangeTestResult> {
  checkFitsMemory(options);
  const { training, start } = options;
  const params = start ? loadParams(options, start) : createParams(options, training.seed);
  const plan = createTrainingPlan(options, params.parameters, options.task.epoch(1).batchCount);
  const frozen = plan.frozen(0);
  params.setTrainable(({ name }) => !frozen.has(name));
  const state = createOptimizerState(training.optimizer, params.trainable());
  const moveOut = moveIn(params, state);
  const step = createStep(options, { model: createModel(options, params), state, plan });
  const curve = new LossCurve();
  try {
    for (let n = 0; n < range.steps; n++) {
      await control.betweenSteps();
      if (control.requested()) throw new CancelledError();
      const rate = range.from * (range.to / range.from) ** (n / Math.max(1, range.steps - 1));
      if (!curve.add(rate, step(n + 1, rate))) break;
    }
  } finally {
    moveOut();
  }
  const { learningRate } = training.optimizer;
  const groups = plan.groups(0).map((group) => ({ name: group.name, factor: group.learningRate / learningRate }));
  return { ...curve.result(range.steps), groups };
}

/** One update at a rate, to which every group keeps its relation; gives the loss before it, NaN where it is none. */
function createStep(
  options: TrainerOptions,
  { model, state, plan }: { model: Model; state: OptimizerState; plan: TrainingPlan },
): (step: number, rate: number) => number {
  const { training, fineTune } = options;
  const batches = eachBatch(options);
  return (step, rate) =>
    machineScope(() => {
      const { epoch, batch, carried, onCarried } = batches.next();
      const at = { batch, step, seed: training.seed, carried, dropsFrozen: fineTune?.frozenDropout };
      const result = epoch.step(model, at);
      onCarried(result.carried);
      const norm = globalNorm(result.gradients);
      if (!Number.isFinite(norm)) return Number.NaN;
      const rule = plan.fullRule((own) => (own * rate) / training.optimizer.learningRate);
      const updates = updatesOf(model.params.trainable(), result.gradients, state, rule);
      applyUpdates(updates, clippingOf(training.clip, norm));
      return meanLoss(result.tally);
    });
}

/** The batches of a run in its order, epoch after epoch, with what one hands on to the next. */
function eachBatch({ task }: TrainerOptions) {
  let [number, batch] = [1, 0];
  let epoch: TaskEpoch = task.epoch(number);
  let carried: CarriedState | undefined;
  return {
    next() {
      if (batch === epoch.batchCount) {
        epoch = task.epoch(++number);
        batch = 0;
        carried = undefined;
      }
      const onCarried = (state: CarriedState | undefined): void => {
        carried = state;
      };
      return { epoch, batch: batch++, carried, onCarried };
    },
  };
}

/** Losses as they come, smoothed as a running mean without its bias towards zero. */
export class LossCurve {
  readonly #rates: number[] = [];
  readonly #losses: number[] = [];
  readonly #smoothed: number[] = [];
  #mean = 0;
  #best = Number.POSITIVE_INFINITY;

  /** False where the test is over: the loss is no number, or far above the smallest. */
  add(rate: number, loss: number): boolean {
    if (!Number.isFinite(loss)) return false;
    this.#mean = SMOOTHING * this.#mean + (1 - SMOOTHING) * loss;
    const smoothed = this.#mean / (1 - SMOOTHING ** (this.#losses.length + 1));
    this.#rates.push(rate);
    this.#losses.push(loss);
    this.#smoothed.push(smoothed);
    this.#best = Math.min(this.#best, smoothed);
    return smoothed <= BLOWN_UP * this.#best;
  }

  /** `planned`: steps that the test was to have. The first tenth of them is noise, and at the last five the loss blows up (as in fastai). */
  result(planned: number): Omit<RangeTestResult, 'groups'> {
    const [rates, losses, smoothed] = [this.#rates, this.#losses, this.#smoothed];
    const [from, to] = [Math.floor(planned / 10), smoothed.length - 5];
    const place = from < to ? valley(smoothed.slice(from, to)) : undefined;
    return { rates, losses, smoothed, suggestion: place === undefined ? undefined : rates[from + place] };
  }
}

/**
 * fastai's `valley`, its default: the longest falling subsequence is the valley, and the place is the middle of its second third. The steepest
 * place, which PyTorch Lightning takes, lies too high: the smoothed loss goes on falling at rates at which the loss itself no longer does.
 */
export function valley(losses: readonly number[]): number | undefined {
  const lengths = new Array<number>(losses.length).fill(1);
  let end = 0;
  for (let at = 1; at < losses.length; at++) {
    for (let before = 0; before < at; before++) {
      if (losses[at] < losses[before] && lengths[at] <= lengths[before]) lengths[at] = lengths[before] + 1;
    }
    if (lengths[at] > lengths[end]) end = at;
  }
  if (!(lengths[end] > 1)) return undefined;
  const start = end - lengths[end];
  const third = (end - start) / 3;
  return Math.max(0, start + Math.floor(third) + Math.floor(third / 2));
}
