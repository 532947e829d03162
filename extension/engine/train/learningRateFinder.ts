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
  /** Of the steps done, in order. The head's; other groups keep their relation to it. */
  rates: number[];
  /** Mean over the batch, before the update. */
  losses: number[];
  smoothed: number[];
  /** Where the smoothed loss falls fastest; undefined where it never does. */
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
  return curve.result();
}

/** One update at a rate of the head, to which the other groups keep their relation; gives the loss before it, NaN where it is none. */
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

  result(): RangeTestResult {
    const [rates, losses, smoothed] = [this.#rates, this.#losses, this.#smoothed];
    return { rates, losses, smoothed, suggestion: steepest(rates, smoothed) };
  }
}

/** The rate at the steepest fall of the smoothed loss over the logarithm of the rate, before its smallest value; the first steps are noise. */
function steepest(rates: readonly number[], smoothed: readonly number[]): number | undefined {
  const lowest = smoothed.indexOf(Math.min(...smoothed));
  let best: number | undefined;
  let slope = 0;
  for (let at = Math.ceil(rates.length / 10) + 1; at < lowest; at++) {
    const own = (smoothed[at + 1] - smoothed[at - 1]) / Math.log(rates[at + 1] / rates[at - 1]);
    if (own < slope) [slope, best] = [own, rates[at]];
  }
  return best;
}
