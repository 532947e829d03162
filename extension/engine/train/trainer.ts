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
import { thawBefore, watchPlateau } from './freezing.ts';
import { applyUpdates, updatesOf } from './optimizers.ts';
import { moveIn } from './residence.ts';
import { isBetter, shouldStopEarly } from './tracking.ts';
import { copyProgress, copyWeights, progressFrom, type TrainerProgress, type TrainerState } from './trainerState.ts';
import { createTrainingPlan, type TrainingPlan } from './trainingPlan.ts';

export interface Trainer {
  /** The model in training; its weights change with every step. */
  readonly model: Model;
  /** Trains to the end, or to what `control` asks for. One run at a time. */
  run(control: TrainControl, hooks: TrainHooks): Promise<TrainResult>;
  readonly plan: TrainingPlan;
  /** The whole state; createTrainer(options, state) goes on from it with the same bits. Call it between steps. */
  snapshot(): TrainerState;
  /** The same without a copy: good until the next step. */
  view(): TrainerState;
}

/** How a stretch of training ended. `done`: all that was planned. */
type Ending = 'done' | 'stop' | 'diverged';

/** A trainer at its start, or at `from`. Throws UserError `engine.outOfMemory` for a model that cannot fit. */
export function createTrainer(options: TrainerOptions, from?: TrainerState): Trainer {
  checkFitsMemory(options);
  const start = from?.weights ?? options.start;
  const params = start ? loadParams(options, start) : createParams(options, options.training.seed);
  const plan = createTrainingPlan(options, params.parameters, options.task.epoch(1).batchCount);
  const progress = progressFrom(from, options, params, plan.everTrained);
  const model = createModel(options, params);
  const parts: TrainerParts = { options, model, plan, progress };
  let startedAt: number | undefined;
  const elapsedSeconds = (): number =>
    progress.elapsedSeconds + (startedAt === undefined ? 0 : (performance.now() - startedAt) / 1000);
  return {
    model,
    run(control, hooks) {
      startedAt ??= performance.now();
      return new Session(parts, control, hooks, elapsedSeconds).run();
    },
    plan,
    snapshot: () => ({ ...copyProgress(progress), elapsedSeconds: elapsedSeconds(), weights: params.save() }),
    view: () => ({ ...progress, elapsedSeconds: elapsedSeconds(), weights: params.view() }),
  };
}

interface TrainerParts {
  options: TrainerOptions;
  model: Model;
  plan: TrainingPlan;
  progress: TrainerProgress;
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
    await this.#settle(progress.epochsDone + 1);
    if (progress.batchesDone === 0) {
      const ending = await this.#validateOnce(progress.epochsDone);
      if (ending !== 'done') return ending;
    }
    while (progress.epochsDone < options.training.epochs && !this.#isEarlyStop()) {
      if (progress.batchesDone === 0) {
        this.#lastGood = model.params.save();
        await this.#thaw(progress.epochsDone + 1);
      }
      const ending = await this.#trainEpoch(progress.epochsDone + 1);
      if (ending !== 'done') return ending;
    }
    return 'done';
  }

  /** Freezes what is frozen by now, before a step of `epoch`. */
  async #settle(epoch: number): Promise<void> {
    const { model, plan, progress } = this.#parts;
    const frozen = plan.frozen(progress.thaw.applied);
    model.params.setTrainable(({ name }) => !frozen.has(name));
    await this.#hooks.onPhase?.(epoch, progress.thaw.applied);
  }

  /** Changes what is frozen where its time has come. */
  async #thaw(epoch: number): Promise<void> {
    const { options, plan, progress } = this.#parts;
    if (!thawBefore(epoch, options.fineTune, progress.thaw)) return;
    const trained = plan.groups(progress.thaw.applied).filter(({ trainable }) => trainable > 0);
    const text = `From epoch ${epoch} on, what is trained: ${trained.map(({ name }) => name).join(', ')}.`;
    this.#emit({ type: 'message', t: this.#elapsedSeconds(), level: 'info', text });
    await this.#settle(epoch);
  }

  /** The rest of one epoch, its events and its validation. */
  async #trainEpoch(epoch: number): Promise<Ending> {
    const { options, progress } = this.#parts;
    const { validateEverySteps } = options.training;
    const batches = options.task.epoch(epoch);
    for (let batch = progress.batchesDone; batch < batches.batchCount; batch++) {
      await this.#betweenSteps();
      if (this.#control.requested() === 'stop') {
        if (batch > 0) await this.#hooks.onSave?.('stop');
        return 'stop';
      }
      if (!machineScope(() => this.#step(epoch, batches))) return 'diverged';
      const isLast = batch === batches.batchCount - 1;
      if (validateEverySteps && progress.step % validateEverySteps === 0 && !isLast) {
        if ((await this.#validate(epoch)) === 'diverged') return 'diverged';
        if (this.#isEarlyStop()) return 'done';
      }
      const { everySteps } = options.training.checkpoints;
      if (everySteps && progress.step % everySteps === 0 && !isLast) await this.#hooks.onSave?.('steps');
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
    const { options, model, plan, progress } = this.#parts;
    const { training, fineTune } = options;
    const startedAt = performance.now();
    const step = progress.step + 1;
    const { batchesDone: batch, carried } = progress;
    const at = { batch, step, seed: training.seed, carried, dropsFrozen: fineTune?.frozenDropout };
    const result = batches.step(model, at);
    const { gradients, tally } = result;
    const gradNorm = globalNorm(gradients);
    if (!Number.isFinite(tally.loss) || !Number.isFinite(gradNorm)) {
      this.#diverge(step, Number.isFinite(tally.loss) ? 'gradient' : 'loss');
      return false;
    }
    const updates = updatesOf(model.params.trainable(), gradients, progress.optimizer, plan.rule(progress.step));
    applyUpdates(updates, clippingOf(training.clip, gradNorm));
    const learningRate = Math.max(...updates.map((update) => update.options.learningRate));
    progress.step = step;
    progress.batchesDone++;
    progress.carried = result.carried;
    const tokensPerSecond = (result.tokenCount * 1000) / (performance.now() - startedAt);
    this.#endStep(epoch, result, { learningRate, gradNorm, tokensPerSecond });
    return true;
  }

  /** Adds a step to the running sums and tells of it. */
  #endStep(
    epoch: number,
    { tally }: StepResult,
    measured: { learningRate: number; gradNorm: number; tokensPerSecond: number },
  ): void {
    const { options, progress } = this.#parts;
    addTally(progress.running, tally);
    this.#emit({
      type: 'step',
      t: this.#elapsedSeconds(),
      step: progress.step,
      epoch,
      ...options.task.trainingScores(tally),
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
    if (progress.step > 0 && progress.batchesDone === 0) watchPlateau(progress.thaw, scores);
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
