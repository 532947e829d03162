// What a run folder's JSON files hold: run.json, metrics.jsonl, evaluation.json, environment.json.
// Epochs are 1-based; steps count completed updates, 0 is before the first. Metrics are fractions 0 to 1, loss is the mean over examples.
import type { Backend } from './experiment.ts';

export const RUN_STATUSES = [
  'queued',
  'running',
  'paused',
  'completed',
  'stopped',
  'cancelled',
  'diverged',
  'failed',
  'crashed',
] as const;
/** `crashed`: it was active when its process, or the engine worker in it, went away. Readers derive it from the pid; the host writes it when only the worker died. */
export type RunStatus = (typeof RUN_STATUSES)[number];

export const isActive = (status: RunStatus): boolean =>
  status === 'queued' || status === 'running' || status === 'paused';

export interface Scores {
  loss: number;
  accuracy: number;
  macroF1: number;
  weightedF1: number;
}

export interface BestEpoch extends Scores {
  epoch: number;
  step: number;
}

/** run.json */
export interface RunManifest {
  schemaVersion: 1;
  id: string;
  /** Shown in lists; the user may change it. */
  name: string;
  note: string;
  status: RunStatus;
  /** Class names; the position is the class index. Empty until the data is read. */
  labels: string[];
  /** Path of the config, relative to the folder that holds `.gatescope`. */
  config: string;
  best?: BestEpoch;
  test?: Scores;
  /** Epochs finished and planned. */
  epochs: { done: number; planned: number };
  /** Why a run failed or diverged, for the user. */
  problem?: { code: string; message: string; remedy?: string };
  pid: number;
  host: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  endedAt?: string;
}

/** One line of metrics.jsonl. `t` is seconds since the start of training. The line number (0-based) is the event's `seq`. */
export type RunEvent =
  | {
      type: 'step';
      t: number;
      step: number;
      epoch: number;
      loss: number;
      accuracy: number;
      learningRate: number;
      gradNorm: number;
      tokensPerSecond: number;
    }
  | { type: 'epoch'; t: number; step: number; epoch: number; loss: number; accuracy: number }
  | ({ type: 'validation'; t: number; step: number; epoch: number } & Scores)
  | { type: 'message'; t: number; level: 'info' | 'warning' | 'error'; text: string };

export interface ClassScores {
  label: string;
  precision: number;
  recall: number;
  f1: number;
  /** Examples of this class. */
  support: number;
}

/** One wrong prediction, with the place of its row. */
export interface Misclassified {
  path: string;
  /** 1-based line in the file at `path`. */
  line: number;
  text: string;
  label: string;
  predicted: string;
  /** Probability of `predicted`. */
  probability: number;
}

export interface SplitEvaluation extends Scores {
  examples: number;
  perClass: ClassScores[];
  /** confusion[actual][predicted], counts. */
  confusion: number[][];
  /** The first 1,000, the most confident first. */
  misclassified: Misclassified[];
}

/** evaluation.json */
export interface Evaluation {
  schemaVersion: 1;
  labels: string[];
  /** Epoch whose weights were evaluated. */
  epoch: number;
  validation: SplitEvaluation;
  test?: SplitEvaluation;
}

/** environment.json */
export interface RunEnvironment {
  schemaVersion: 1;
  gatescope: string;
  node: string;
  platform: string;
  /** What was asked for and what ran. */
  backend: { requested: Backend; used: Backend; reason?: string };
  threads: number;
  seed: number;
  /** SHA-256, hex. */
  hashes: { config: string; train: string; validation?: string; test?: string; tokenizer: string };
  data: {
    train: number;
    validation: number;
    test?: number;
    vocabulary: number;
    skippedRows: number;
    parameters: number;
  };
}
