// state.json of a checkpoint: what a run needs to go on exactly, beside weights and optimizer. Random numbers and the data order are
// functions of (seed, epoch, step), so these stand for the generator. JSON keeps every double as it is.
import type { BestEpoch } from './run.ts';

export interface CheckpointState {
  schemaVersion: 1;
  /** Epochs finished. */
  epochsDone: number;
  /** Batches done of the epoch in hand. */
  batchesDone: number;
  /** Completed updates. */
  step: number;
  seed: number;
  /** Sums over those batches. */
  running: { loss: number; weight: number; hits: number; examples: number };
  /** Seconds trained. */
  elapsedSeconds: number;
  validatedAtStep?: number;
  best?: BestEpoch;
  earlyStopping: { best?: number; evaluationsWithout: number };
  /** What was unfrozen, and what a plateau is measured by. */
  thaw: { applied: number; bestLoss?: number; epochsWithout: number };
  /** Full names of the parameters that are frozen. */
  frozen: string[];
  /** Updates of the whole run, which the schedule is spread over. */
  plannedSteps: number;
  /** Updates of each parameter. */
  optimizerSteps: Record<string, number>;
  /** Whole lines of metrics.jsonl, and their bytes, that belong to it. */
  log: { events: number; bytes: number };
}
