// What the engine takes and gives. Letters: B batch, T time (tokens), I input size, H hidden units, C classes, V vocabulary.
import type { ResolvedFineTune } from '../schema/fineTune.ts';
import type { ResolvedModel, ResolvedTraining } from '../schema/resolved.ts';
import type { BestEpoch, RunEvent, Scores } from '../schema/run.ts';
import type { Task } from './tasks/task.ts';

/** A parameter or buffer as it is saved. Names and layouts are PyTorch's. */
export interface NamedTensor {
  name: string;
  shape: number[];
  /** Row-major float32. */
  data: Float32Array;
}

export interface ModelShape {
  model: ResolvedModel;
  vocabularySize: number;
  /** What the head gives a score: labels, or vocabulary entries of a language model. */
  classCount: number;
}

export interface TrainerOptions extends ModelShape {
  training: ResolvedTraining;
  /** Absent: everything is trained at one rate. */
  fineTune?: ResolvedFineTune;
  /** Weights to start from, one for each parameter; fresh ones by default. */
  start?: readonly NamedTensor[];
  task: Task;
}

/** Read between steps; `pause` resolves when training may go on. */
export interface TrainControl {
  /** Undefined: go on. `stop` evaluates and keeps, `cancel` drops out at once. */
  requested(): 'stop' | 'cancel' | undefined;
  /** Called between steps; yields to the event loop, and waits while the run is paused. */
  betweenSteps(): Promise<void>;
}

export interface TrainHooks {
  onEvent(event: RunEvent): void;
  /** New best weights: a copy that the callee owns. Awaited, so that what is on disk follows what is said. */
  onBest(best: BestEpoch, weights: NamedTensor[]): Promise<void>;
  /** After each epoch and its validation. */
  onEpoch(epoch: number): Promise<void>;
  /** What is frozen was settled, at the start and at each change, before a step of `epoch`. `applied`: entries of `unfreeze` that have acted. */
  onPhase?(epoch: number, applied: number): Promise<void>;
  /** Within an epoch: a moment to save, every N steps if the config asks for it, and when a stop was asked for. */
  onSave?(reason: 'steps' | 'stop'): Promise<void>;
}

export interface TrainResult {
  status: 'completed' | 'stopped' | 'cancelled' | 'diverged';
  epochsDone: number;
  best?: BestEpoch;
  /** Best weights; the last finite ones where no validation was reached. */
  weights: NamedTensor[];
  /** Set when diverged: the step whose loss was not finite. */
  divergedAtStep?: number;
}

/** Predictions over a set: row i belongs to example i. */
export interface SetPredictions {
  /** [count, C] */
  probabilities: Float32Array;
  predicted: Int32Array;
  scores: Scores;
  /** confusion[actual][predicted] */
  confusion: number[][];
}
