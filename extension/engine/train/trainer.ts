// The training loop of every task. Invariants: a run is a pure function of (options, state); an update whose loss or gradient is not
// finite is never applied; between two steps the event loop gets its turn. Epochs are 1-based, steps count completed updates.
import type { BestEpoch, RunEvent } from '../../schema/run.ts';
import { CancelledError } from '../../util/userError.ts';
import { machineScope } from '../backend/gatescopeBackend.ts';
import { createModel, type Model } from '../model.ts';
import { createParams, loadParams } from '../params/paramStore.ts';
import { addTally, EMPTY_TALLY, type StepResult, type TaskEpoch } from '../tasks/task.ts';
import type { NamedTensor, TrainControl, TrainerOptions, TrainHooks, TrainResult } from '../types.ts';
import { clippingOf, globalNorm } from './clipping.ts';
import { checkFitsMemory } from './fitsMemory.ts';
import { createOptimizer, type Optimizer } from './optimizers.ts';
import { moveIn } from './residence.ts';
import { isBetter, shouldStopEarly } from './tracking.ts';
import { copyProgress, copyWeights, initialProgress, type TrainerProgress, type TrainerState } from './trainerState.ts';

export interface Trainer {
  /** The model in training; its weights change with every step. */
  readonly model: Model;
  /** Trains to the end, or to what `control` asks for. One run at a time. */
  run(control: TrainControl, hooks: TrainHooks): Promise<TrainResult>;
  /** A copy of the whole state; createTrainer(options, state) goes on from it with the same bits. Call it between steps. */
  snapshot(): TrainerState;
}

/** How a stretch of training ended. `done`: all that was planned. */
type Ending = 'done' | 'stop' | 'diverged';

/** A trainer at its start, or at `from`. Throws UserError `engine.outOfMemory` for a model that cannot fit. */
export function createTrainer(options: TrainerOptions, from?: TrainerState): Trainer {
  checkFitsMemory(options);
  const params = from ? loadParams(options, from.weights) : createParams(options, options.training.seed);
  const progress = from ? copyProgress(from) : initialProgress(options.training, params);
  const model = createModel(options, params);
  const optimizer = createOptimizer(options.training.optimizer, progress.optimizer);
  const parts: TrainerParts = { options, model, progress, optimizer };
  let startedAt: number | undefined;
  const elapsedSeconds = (): number =>
    progress.elapsedSeconds + (startedAt === undefined ? 0 : (performance.now() - startedAt) / 1000);
  return {
    model,
    run(control, hooks) {
      startedAt ??= performance.now();
      return new Session(parts, control, hooks, elapsedSeconds).run();
    },
    snapshot: () => ({ ...copyProgress(progress), elapsedSeconds: elapsedSeconds(), weights: params.save() }),
  };
}

interface TrainerParts {
  options: TrainerOptions;
  model: Model;
  progress: TrainerProgress;
  optimizer: Optimizer;
}

/** One call of run. */
class Session {
  readonly #parts: TrainerParts;
  readonly #control: TrainControl;
  readonly #hooks: TrainHooks;
  readonly #elapsedSeconds: () => number;
  /** Weights at the start of the epoch: what is left where later ones overflowed. */
  #lastGood: NamedTensor[];
  #divergedAtStep: number | undefined;

  constructor(parts: TrainerParts, control: TrainControl, hooks: TrainHooks, elapsedSeconds: () => number) {
    this.#parts = parts;
    this.#control = control;
    this.#hooks = hooks;
    this.#elapsedSeconds = elapsedSeconds;
    this.#lastGood = parts.model.params.save();
  }

  async run(): Promise<TrainResult> {
    const { model, progress } = this.#parts;
    const moveOut = moveIn(model.params, progress.optimizer);
    try {
      const ending = await this.#train();
      if (ending === 'stop') await this.#validateOnce(this.#currentEpoch());
      const hasDiverged = this.#divergedAtStep !== undefined;
      return this.#result(hasDiverged ? 'diverged' : ending === 'stop' ? 'stopped' : 'completed');
    } catch (error) {
      if (error instanceof CancelledError) return this.#result('cancelled');
      throw error;
    } finally {
      moveOut();
    }
  }

  async #train(): Promise<Ending> {
    const { options, progress, model } = this.#parts;
    if (progress.batchesDone === 0) {
      const ending = await this.#validateOnce(progress.epochsDone);
      if (ending !== 'done') return ending;
    }
    while (progress.epochsDone < options.training.epochs && !this.#isEarlyStop()) {
      if (progress.batchesDone === 0) this.#lastGood = model.params.save();
      const ending = await this.#trainEpoch(progress.epochsDone + 1);
      if (ending !== 'done') return ending;
    }
    return 'done';
  }

  /** The rest of one epoch, its events and its validation. */
  async #trainEpoch(epoch: number): Promise<Ending> {
    const { options, progress } = this.#parts;
    const { validateEverySteps } = options.training;
    const batches = options.task.epoch(epoch);
    for (let batch = progress.batchesDone; batch < batches.batchCount; batch++) {
      await this.#betweenSteps();
      if (this.#control.requested() === 'stop') return 'stop';
      if (!machineScope(() => this.#step(epoch, batches))) return 'diverged';
      const isLast = batch === batches.batchCount - 1;
      if (validateEverySteps && progress.step % validateEverySteps === 0 && !isLast) {
        if ((await this.#validate(epoch)) === 'diverged') return 'diverged';
        if (this.#isEarlyStop()) return 'done';
      }
    }
    this.#endEpoch(epoch);
    const ending = await this.#validateOnce(epoch);
    if (ending !== 'done') return ending;
    await this.#demonstrate(epoch);
    await this.#hooks.onEpoch(epoch);
    return ending;
  }

  async #demonstrate(epoch: number): Promise<void> {
    const { options, model, progress } = this.#parts;
    const text = await options.task.demonstrate?.(model, () => this.#betweenSteps());
    if (text !== undefined) this.#emit({ type: 'sample', t: this.#elapsedSeconds(), step: progress.step, epoch, text });
  }

  /** One update; false, and none, where loss or gradient is not finite. */
  #step(epoch: number, batches: TaskEpoch): boolean {
    const { options, model, progress, optimizer } = this.#parts;
    const { training } = options;
    const startedAt = performance.now();
    const step = progress.step + 1;
    const { batchesDone: batch, carried } = progress;
    const result = batches.step(model, { batch, step, seed: training.seed, carried });
    const { gradients, tally } = result;
    const gradNorm = globalNorm(gradients);
    if (!Number.isFinite(tally.loss) || !Number.isFinite(gradNorm)) {
      this.#diverge(step, Number.isFinite(tally.loss) ? 'gradient' : 'loss');
      return false;
    }
    optimizer.update(model.params.trainable(), gradients, clippingOf(training.clip, gradNorm));
    progress.step = step;
    progress.batchesDone++;
    progress.carried = result.carried;
    const tokensPerSecond = (result.tokenCount * 1000) / (performance.now() - startedAt);
    this.#endStep(epoch, result, { gradNorm, tokensPerSecond });
    return true;
  }

  /** Adds a step to the running sums and tells of it. */
  #endStep(epoch: number, { tally }: StepResult, measured: { gradNorm: number; tokensPerSecond: number }): void {
    const { options, progress } = this.#parts;
    addTally(progress.running, tally);
    this.#emit({
      type: 'step',
      t: this.#elapsedSeconds(),
      step: progress.step,
      epoch,
      ...options.task.trainingScores(tally),
      learningRate: options.training.optimizer.learningRate,
      ...measured,
    });
  }

  #endEpoch(epoch: number): void {
    const { options, progress } = this.#parts;
    const scores = options.task.trainingScores(progress.running);
    this.#emit({ type: 'epoch', t: this.#elapsedSeconds(), step: progress.step, epoch, ...scores });
    progress.epochsDone = epoch;
    progress.batchesDone = 0;
    progress.carried = undefined;
    progress.running = { ...EMPTY_TALLY };
  }

  /** Validates unless the weights of this very step were judged already. */
  async #validateOnce(epoch: number): Promise<Ending> {
    return this.#parts.progress.validatedAtStep === this.#parts.progress.step ? 'done' : this.#validate(epoch);
  }

  async #validate(epoch: number): Promise<Ending> {
    const { options, model, progress } = this.#parts;
    const scores = await options.task.validate(model, {
      batchSize: options.training.batchSize,
      betweenBatches: () => this.#betweenSteps(),
    });
    if (!scores) return 'done';
    progress.validatedAtStep = progress.step;
    if (!Number.isFinite(scores.loss)) {
      this.#diverge(progress.step, 'validation loss');
      return 'diverged';
    }
    this.#emit({ type: 'validation', t: this.#elapsedSeconds(), step: progress.step, epoch, ...scores });
    if (progress.step > 0) await this.#judge({ ...scores, epoch, step: progress.step });
    return 'done';
  }

  /** Keeps the weights where they are the best so far, and counts for early stopping. The untrained model is never judged. */
  async #judge(at: BestEpoch): Promise<void> {
    const { options, model, progress } = this.#parts;
    const { best, earlyStopping } = options.training;
    if (isBetter(best.metric, at, progress.best?.at)) {
      progress.best = { at, weights: model.params.save() };
      await this.#hooks.onBest({ ...at }, model.params.save());
    }
    if (earlyStopping && shouldStopEarly(earlyStopping, progress.earlyStopping, at)) {
      const text = `Stopped early: ${earlyStopping.metric} did not improve in ${earlyStopping.patience} evaluations.`;
      this.#emit({ type: 'message', t: this.#elapsedSeconds(), level: 'info', text });
    }
  }

  #isEarlyStop(): boolean {
    const { options, progress } = this.#parts;
    const patience = options.training.earlyStopping?.patience ?? Number.POSITIVE_INFINITY;
    return progress.earlyStopping.evaluationsWithout >= patience;
  }

  #diverge(step: number, what: string): void {
    this.#divergedAtStep = step;
    const text = `The ${what} is not finite at step ${step}. Training stopped; the last good weights are kept.`;
    this.#emit({ type: 'message', t: this.#elapsedSeconds(), level: 'error', text });
  }

  async #betweenSteps(): Promise<void> {
    if (this.#control.requested() === 'cancel') throw new CancelledError();
    await this.#control.betweenSteps();
    if (this.#control.requested() === 'cancel') throw new CancelledError();
  }

  /** The epoch that the last step belongs to. */
  #currentEpoch(): number {
    const { progress } = this.#parts;
    return progress.batchesDone > 0 ? progress.epochsDone + 1 : progress.epochsDone;
  }

  #emit(event: RunEvent): void {
    this.#hooks.onEvent(event);
  }

  #result(status: TrainResult['status']): TrainResult {
    const { progress, model } = this.#parts;
    const { best } = progress;
    const current = model.params.hasOnlyFiniteValues() ? model.params.save() : copyWeights(this.#lastGood);
    return {
      status,
      epochsDone: progress.epochsDone,
      best: best && { ...best.at },
      weights: best ? copyWeights(best.weights) : current,
      divergedAtStep: this.#divergedAtStep,
    };
  }
}
