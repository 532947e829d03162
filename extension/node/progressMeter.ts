// How far a run is and how long it will take. Time spent paused does not count.
import type { RunProgress } from '../protocol/engineContract.ts';
import type { RunEvent } from '../schema/run.ts';

const MIN_INTERVAL_MS = 100;

export interface ProgressPlan {
  runId: string;
  epochs: number;
  stepsPerEpoch: number;
}

export class ProgressMeter {
  readonly #plan: ProgressPlan;
  readonly #report: (progress: RunProgress) => void;
  #reportedAtMs = Number.NEGATIVE_INFINITY;
  #lastStepAtMs: number | undefined;
  #trainingMs = 0;
  #step = 0;
  #epoch = 0;
  #loss: number | undefined;

  constructor(plan: ProgressPlan, report: (progress: RunProgress) => void) {
    this.#plan = plan;
    this.#report = report;
  }

  onEvent(event: RunEvent): void {
    if (event.type === 'epoch') this.report('validating');
    if (event.type !== 'step') return;
    const nowMs = performance.now();
    if (this.#lastStepAtMs !== undefined) this.#trainingMs += nowMs - this.#lastStepAtMs;
    this.#lastStepAtMs = nowMs;
    this.#step = event.step;
    this.#epoch = event.epoch;
    this.#loss = event.loss;
    if (nowMs - this.#reportedAtMs >= MIN_INTERVAL_MS) this.report('training');
  }

  onPauseChange(): void {
    this.#lastStepAtMs = undefined;
  }

  report(phase: RunProgress['phase']): void {
    this.#reportedAtMs = performance.now();
    const steps = this.#plan.stepsPerEpoch * this.#plan.epochs;
    const timedSteps = Math.max(1, this.#step - 1);
    const isTimed = this.#step > 3;
    this.#report({
      runId: this.#plan.runId,
      phase,
      fraction: steps === 0 ? 0 : this.#step / steps,
      epoch: this.#epoch,
      epochs: this.#plan.epochs,
      step: this.#step,
      steps,
      loss: this.#loss,
      secondsLeft: isTimed ? ((steps - this.#step) * this.#trainingMs) / timedSteps / 1000 : undefined,
    });
  }
}
