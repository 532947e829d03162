// What a run folder's JSON files hold: run.json, metrics.jsonl, evaluation.json, environment.json.
// Epochs are 1-based; steps count completed updates, 0 is before the first. Accuracy and F1 are fractions 0 to 1; loss is the mean over
// examples (texts of a classifier, tokens of a language model) in nats.
import type { Backend } from './engineSection.ts';
import type { TaskName } from './tasks.ts';

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
  'imported',
] as const;
/** `imported`: never trained here, made of somebody else's weights. `crashed`: it was active when its process, or the engine worker in it, went away. Readers derive it from the pid; the host writes it when only the worker died. */
export type RunStatus = (typeof RUN_STATUSES)[number];

export const isActive = (status: RunStatus): boolean =>
  status === 'queued' || status === 'running' || status === 'paused';

export const SCORE_NAMES = ['loss', 'accuracy', 'macroF1', 'weightedF1', 'perplexity', 'bitsPerCharacter'] as const;
export type ScoreName = (typeof SCORE_NAMES)[number];

/** The scores that the task has (TASK_SCORES). Perplexity is e to the loss; bits per character is the loss over ln 2, of characters as tokens. */
export type Scores = { loss: number } & Partial<Record<ScoreName, number>>;

export type BestEpoch = Scores & { epoch: number; step: number };

/** A group of parameters as it is trained at a time of a run. */
export interface GroupState {
  /** `embedding`, `encoder.0`, …, `head` */
  name: string;
  /** Full names. */
  parameters: string[];
  /** Full names of those that are frozen. */
  frozen: string[];
  /** Numbers in it, and those that are trained. */
  count: number;
  trainable: number;
  /** Before the schedule; 0 where all of it is frozen. The largest where its parameters differ. */
  learningRate: number;
}

/** run.json */
export interface RunManifest {
  schemaVersion: 1;
  id: string;
  /** Shown in lists; the user may change it. */
  name: string;
  note: string;
  status: RunStatus;
  /** Runs of the first version do not say it: they are classifications. */
  task: TaskName;
  /** Class names; the position is the class index. Empty until the data is read, and for a task without classes. */
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
  /** When it last went on from a checkpoint. */
  resumedAt?: string;
  /** Seconds that it had trained by the checkpoint from which it last went on. */
  earlierS?: number;
  endedAt?: string;
  /** Groups as they are trained now, or were at the end. */
  groups?: GroupState[];
  /** What was frozen from start to end, and the SHA-256 (hex) of its bytes then. */
  frozen?: { parameters: string[]; before: string; after?: string };
  /** `key=value` pairs that changed the config for this run. */
  overrides?: string[];
  /** Where the weights came from. */
  startedFrom?: string;
}

/** Whether there are weights to predict with: a run that failed at once has none. */
export const hasWeights = ({ best, status }: Pick<RunManifest, 'best' | 'status'>): boolean =>
  best !== undefined || status === 'imported';

/** Seconds that a run took until `lastMs` (ms since 1970), without the time that it lay still before it went on. */
export function secondsUntil(
  { startedAt, resumedAt, earlierS = 0 }: Pick<RunManifest, 'startedAt' | 'resumedAt' | 'earlierS'>,
  lastMs: number,
): number {
  return earlierS + Math.max(0, lastMs - Date.parse(resumedAt ?? startedAt)) / 1000;
}

/** import.json: where an imported run's weights came from, and what became of each tensor. */
export interface ImportRecord {
  schemaVersion: 1;
  /** Path of the file, relative to the folder that holds `.gatescope`. */
  source: string;
  /** Of the file; absent for a folder. */
  sha256?: string;
  format: string;
  tensors: { name: string; shape: number[]; from?: string; fromShape?: number[]; how: string }[];
  notes: string[];
}

/** One line of metrics.jsonl. `t` is seconds since the start of training. The line number (0-based) is the event's `seq`. */
export type RunEvent =
  | ({
      type: 'step';
      t: number;
      step: number;
      epoch: number;
      learningRate: number;
      gradNorm: number;
      tokensPerSecond: number;
    } & Scores)
  | ({ type: 'epoch'; t: number; step: number; epoch: number } & Scores)
  | ({ type: 'validation'; t: number; step: number; epoch: number } & Scores)
  /** What the model does by now, in words: text that a language model writes. */
  | { type: 'sample'; t: number; step: number; epoch: number; text: string }
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

/** What a classifier is also judged by. */
export interface ClassResults {
  perClass: ClassScores[];
  /** confusion[actual][predicted], counts. */
  confusion: number[][];
  /** The first 1,000, the most confident first. */
  misclassified: Misclassified[];
}

/** Scores on one set; `examples` counts what was predicted: texts, or tokens of a language model. */
export type SplitEvaluation = Scores & { examples: number } & (
    | ClassResults
    | { [K in keyof ClassResults]?: undefined }
  );

/** evaluation.json */
export interface Evaluation {
  schemaVersion: 1;
  labels: string[];
  /** Epoch whose weights were evaluated. */
  epoch: number;
  validation: SplitEvaluation;
  test?: SplitEvaluation;
  /** How far each parameter went from where it started. */
  movement?: ParameterMovement[];
  /** Of a run that started from other weights and their head: what those score on the same data. */
  start?: StartScores;
  /** Of a run that stores probes. */
  drift?: GateDrift;
}

/** Scores of the weights that a run started from, before any update. */
export interface StartScores {
  /** As `RunManifest.startedFrom`. */
  from: string;
  validation: Scores;
  test?: Scores;
}

/** How far gates and states of the probes went between two stored epochs (0 is before training). */
export interface GateDrift {
  from: number;
  to: number;
  /** How many texts. */
  probes: number;
  /** By layer and signal the mean absolute difference, over probes, tokens, units and directions. */
  layers: Record<string, number>[];
}

/** Norms are L2, over all elements. */
export interface ParameterMovement {
  name: string;
  group: string;
  /** At the start. */
  norm: number;
  /** Of the difference; 0 exactly where no bit changed. */
  distance: number;
}

/** What was asked to compute, and what computes. */
export interface BackendChoice {
  requested: Backend;
  used: Backend;
  /** What would be better, or was asked for, and why it does not run: `native (avx512): its self-test ended with SIGILL`. */
  reason?: string;
  /** `avx512`, `avx2`, `neon`, `relaxed-simd`, `simd128`; absent for plain TypeScript. */
  instructions?: string;
  /** The library and its version, where a library computes: `TensorFlow 2.9.1`. */
  library?: string;
  threads: number;
}

/** environment.json */
export interface RunEnvironment {
  schemaVersion: 1;
  gatescope: string;
  node: string;
  platform: string;
  backend: Omit<BackendChoice, 'threads'>;
  threads: BackendChoice['threads'];
  seed: number;
  /** SHA-256, hex. */
  hashes: {
    config: string;
    train: string;
    validation?: string;
    test?: string;
    tokenizer: string;
    start?: string;
    vectors?: string;
  };
  data: {
    train: number;
    validation: number;
    test?: number;
    vocabulary: number;
    skippedRows: number;
    parameters: number;
  };
}
