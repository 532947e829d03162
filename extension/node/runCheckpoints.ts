// Saves the checkpoints of a run in training as its config asks, and keeps their number small.
import { join } from 'node:path';
import type { Trainer } from '../engine/train/trainer.ts';
import type { ResolvedTraining } from '../schema/resolved.ts';
import { isKept, pruneCheckpoints, saveCheckpoint } from '../store/checkpoints.ts';
import { MODEL_FILE, type RunFolder } from '../store/runFolder.ts';
import { checkpointState, toCheckpoint } from './checkpointFiles.ts';

export class RunCheckpoints {
  readonly #folder: RunFolder;
  readonly #trainer: Trainer;
  readonly #training: ResolvedTraining;

  constructor(folder: RunFolder, trainer: Trainer, training: ResolvedTraining) {
    this.#folder = folder;
    this.#trainer = trainer;
    this.#training = training;
  }

  /** Between two steps, when the log is on disk. */
  async save(): Promise<void> {
    const { checkpoints, seed } = this.#training;
    const state = this.#trainer.view();
    const { plan } = this.#trainer;
    const frozen = [...plan.frozen(state.thaw.applied)];
    const facts = { seed, frozen, plannedSteps: plan.stepCount, log: this.#folder.log };
    if (!isKept(checkpointState(state, facts), checkpoints)) return;
    await saveCheckpoint(this.#folder.dir, toCheckpoint(state, facts, join(this.#folder.dir, MODEL_FILE)));
    await pruneCheckpoints(this.#folder.dir, checkpoints);
  }
}
