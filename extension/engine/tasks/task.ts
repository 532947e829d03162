// What a task is to the trainer: batches and their gradients, and how a model is judged. The trainer knows nothing else of a task,
// so that a new one needs no change there. A task is made over its data (createTask).
import type { Scores } from '../../schema/run.ts';
import type { Model } from '../model.ts';
import type { Gradient } from '../train/gradients.ts';

export interface Task {
  /** The batches of an epoch (1-based): a pure function of (data, config, epoch). */
  epoch(epoch: number): TaskEpoch;
  /** Scores of training from the sums over its steps. */
  trainingScores(tally: Tally): Scores;
  /** Scores on the validation data; undefined where there is none. */
  validate(model: Model, options: ScoringOptions): Promise<Scores | undefined>;
  /** What the model does by now, in words for the run's log; absent where there is nothing to show. `yieldNow` gives others a turn. */
  demonstrate?(model: Model, yieldNow: () => Promise<void>): Promise<string>;
}

export interface TaskEpoch {
  readonly batchCount: number;
  /** Loss and gradients of one batch with the weights of `model`, which stay as they are. */
  step(model: Model, at: StepPosition): StepResult;
}

export interface StepPosition {
  /** 0-based place of the batch in its epoch. */
  batch: number;
  /** Of the run; keys the dropout masks. */
  step: number;
  seed: number;
  /** Frozen groups keep their dropout. */
  dropsFrozen?: boolean;
  /** What the batch before in this epoch handed on. */
  carried?: CarriedState;
}

export interface StepResult {
  tally: Tally;
  /** One a trainable parameter, in the order of the store; owned by the caller. */
  gradients: Gradient[];
  /** Tokens read. */
  tokenCount: number;
  /** For the next batch of the epoch. */
  carried?: CarriedState;
}

/** Sums over batches, from which training scores are made. */
export interface Tally {
  /** Loss times weight. */
  loss: number;
  weight: number;
  /** Right predictions, where the task counts them. */
  hits: number;
  /** What was predicted: texts or tokens. */
  examples: number;
}

/** State of each recurrent layer at the end of a batch: [B, H] each. Structured-cloneable. */
export type CarriedState = { h: Float32Array; c?: Float32Array }[];

export interface ScoringOptions {
  /** Texts, or streams of a text, at a time. */
  batchSize: number;
  /** Awaited between batches, so that others get a turn; what it throws ends the scoring. */
  betweenBatches?(): Promise<void>;
}

export const EMPTY_TALLY: Readonly<Tally> = { loss: 0, weight: 0, hits: 0, examples: 0 };

export function addTally(to: Tally, tally: Tally): void {
  to.loss += tally.loss;
  to.weight += tally.weight;
  to.hits += tally.hits;
  to.examples += tally.examples;
}

/** Mean loss of a tally; 0 where nothing had a weight. */
export const meanLoss = ({ loss, weight }: Tally): number => (weight > 0 ? loss / weight : 0);
