// The training loop of a classifier. Invariants: a run is a pure function of (options, state); an update whose loss or gradient is not
// finite is never applied; between two steps the event loop gets its turn. Epochs are 1-based, steps count completed updates.
import type { BestEpoch, RunEvent } from '../../schema/run.ts';
import { CancelledError } from '../../util/userError.ts';
import { createBatchOf } from '../layers/batch.ts';
import { createModel, type Model } from '../model.ts';
import { createParams, loadParams } from '../params/paramStore.ts';
import { resolveClassWeights } from '../tasks/classification.ts';
import { argmaxRows } from '../tasks/metrics.ts';
import type { NamedTensor, TrainControl, TrainerOptions, TrainHooks, TrainResult } from '../types.ts';
import { clipByNorm, clipByValue, globalNorm } from './clipping.ts';
import { epochOrder } from './epochOrder.ts';
import { computeGradients, type StepResult } from './gradientStep.ts';
import { createOptimizer, type Optimizer } from './optimizers.ts';
import { predictSet } from './predictSet.ts';
import { isBetter, shouldStopEarly } from './tracking.ts';
import {
  copyProgress,
  copyWeights,
  EMPTY_RUNNING,
  initialProgress,
  type TrainerProgress,
  type TrainerState,
} from './trainerState.ts';

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

/** A trainer at its start, or at `from`. Throws UserError for class weights that name unknown labels. */
export function createTrainer(options: TrainerOptions, from?: TrainerState): Trainer {
  const params = from ? loadParams(options, from.weights) : createParams(options, options.training.seed);
  const progress = from ? copyProgress(from) : initialProgress(options.training, params);
  const model = createModel(options, params);
  const loss = {
    classWeights: resolveClassWeights(options.training.loss.classWeights, options.labels, options.train.labels),
    labelSmoothing: options.training.loss.labelSmoothing,
  };
  const optimizer = createOptimizer(options.training.optimizer, progress.optimizer);
  const parts: TrainerParts = { options, model, progress, optimizer, loss };
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
  loss: { classWeights: Float64Array | undefined; labelSmoothing: number };
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
    try {
      const ending = await this.#train();
      if (ending === 'stop') await this.#validateOnce(this.#currentEpoch());
      const hasDiverged = this.#divergedAtStep !== undefined;
      return this.#result(hasDiverged ? 'diverged' : ending === 'stop' ? 'stopped' : 'completed');
    } catch (error) {
      if (error instanceof CancelledError) return this.#result('cancelled');
      throw error;
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
    const { batchSize, validateEverySteps } = options.training;
    const order = epochOrder(options.training, epoch, options.train);
    for (let from = progress.batchesDone * batchSize; from < order.length; from += batchSize) {
      await this.#betweenSteps();
      if (this.#control.requested() === 'stop') return 'stop';
      if (!this.#step(epoch, order.subarray(from, from + batchSize))) return 'diverged';
      if (validateEverySteps && progress.step % validateEverySteps === 0 && from + batchSize < order.length) {
        if ((await this.#validate(epoch)) === 'diverged') return 'diverged';
        if (this.#isEarlyStop()) return 'done';
      }
    }
    this.#endEpoch(epoch);
    const ending = await this.#validateOnce(epoch);
    if (ending === 'done') await this.#hooks.onEpoch(epoch);
    return ending;
  }

  /** One update; false, and none, where loss or gradient is not finite. */
  #step(epoch: number, indices: Uint32Array): boolean {
    const { options, model, progress, loss, optimizer } = this.#parts;
    const { training, train } = options;
    const startedAt = performance.now();
    const step = progress.step + 1;
    const batch = createBatchOf(train, indices);
    const labels = Int32Array.from(indices, (index) => train.labels[index]);
    const result = computeGradients(model, batch, labels, { ...loss, training: { seed: training.seed, step } });
    const { gradients } = result;
    const gradNorm = globalNorm(gradients);
    if (!Number.isFinite(result.loss.loss) || !Number.isFinite(gradNorm)) {
      this.#diverge(step, Number.isFinite(result.loss.loss) ? 'gradient' : 'loss');
      return false;
    }
    if (training.clip?.norm !== undefined) clipByNorm(gradients, gradNorm, training.clip.norm);
    if (training.clip?.value !== undefined) clipByValue(gradients, training.clip.value);
    optimizer.update(model.params.trainable(), gradients);
    progress.step = step;
    progress.batchesDone++;
    const tokensPerSecond = (batch.layout.tokenCount * 1000) / (performance.now() - startedAt);
    this.#endStep(epoch, labels, result, { gradNorm, tokensPerSecond });
    return true;
  }

  /** Adds a step to the running scores and tells of it. */
  #endStep(
    epoch: number,
    labels: Int32Array,
    { loss, logits }: StepResult,
    measured: { gradNorm: number; tokensPerSecond: number },
  ): void {
    const { options, progress } = this.#parts;
    const predicted = argmaxRows(logits, options.classCount);
    const hits = predicted.reduce((sum, label, row) => sum + (label === labels[row] ? 1 : 0), 0);
    const { running } = progress;
    running.loss += loss.loss * loss.weight;
    running.weight += loss.weight;
    running.hits += hits;
    running.examples += labels.length;
    this.#emit({
      type: 'step',
      t: this.#elapsedSeconds(),
      step: progress.step,
      epoch,
      loss: loss.loss,
      accuracy: hits / labels.length,
      learningRate: options.training.optimizer.learningRate,
      ...measured,
    });
  }

  #endEpoch(epoch: number): void {
    const { progress } = this.#parts;
    const { loss, weight, hits, examples } = progress.running;
    this.#emit({
      type: 'epoch',
      t: this.#elapsedSeconds(),
      step: progress.step,
      epoch,
      loss: weight > 0 ? loss / weight : 0,
      accuracy: hits / examples,
    });
    progress.epochsDone = epoch;
    progress.batchesDone = 0;
    progress.running = { ...EMPTY_RUNNING };
  }

  /** Validates unless the weights of this very step were judged already. */
  async #validateOnce(epoch: number): Promise<Ending> {
    return this.#parts.progress.validatedAtStep === this.#parts.progress.step ? 'done' : this.#validate(epoch);
  }

  async #validate(epoch: number): Promise<Ending> {
    const { options, model, progress } = this.#parts;
    if (options.validation.count === 0) return 'done';
    const { scores } = await predictSet(model, options.validation, {
      batchSize: options.training.batchSize,
      betweenBatches: () => this.#betweenSteps(),
    });
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
