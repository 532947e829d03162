// A config with every default filled in: what a run is made from and what config.json in its folder holds.
import type { ResolvedCheckpoints } from './checkpoints.ts';
import type { Backend } from './engineSection.ts';
import type { Experiment } from './experiment.ts';
import { ExperimentSchema } from './experiment.ts';
import { fillDefaults } from './fillDefaults.ts';
import type { ResolvedFineTune } from './fineTune.ts';
import { recipeOf } from './recipes.ts';
import type { ResolvedSchedule } from './schedule.ts';
import type { DataSource, DatasetPart, DatasetReference } from './source.ts';
import type { TaskName } from './tasks.ts';
import type { CleaningStep } from './textSection.ts';
import type { MetricName } from './trainingSection.ts';
import { DEFAULT_EPOCHS } from './trainingSection.ts';

/** `labelPart` is absent for a language model. */
export type ResolvedFile = DataSource & Required<Pick<DataSource, 'format' | 'encoding'>>;
export type ResolvedReference = DatasetReference & Required<Pick<DatasetReference, 'part'>>;
export type ResolvedSource = ResolvedFile | ResolvedReference;
export type ResolvedValidation = { split: number } | ResolvedSource;

/** Cut by one regular expression. */
export type WordTokenizerType = 'word' | 'whitespace' | 'character';
/** Learned pieces of words. */
export type SubwordType = 'bpe' | 'wordpiece' | 'unigram';

export interface LearnedTokenizer {
  type: WordTokenizerType | SubwordType;
  /** Only of words. */
  segmenter?: 'jieba';
  lowercase: boolean;
  minFrequency: number;
  maxVocabulary: number;
}

/** A learned vocabulary, or a file that is there already. */
export type ResolvedTokenizer = LearnedTokenizer | { file: string };

const SUBWORDS: readonly string[] = ['bpe', 'wordpiece', 'unigram'] satisfies SubwordType[];
export const isSubword = (type: LearnedTokenizer['type']): type is SubwordType => SUBWORDS.includes(type);

export type EmbeddingInit = { uniform: number } | { normal: number };

export type ResolvedEncoder = { hiddenSize: number; layers: number; bidirectional: boolean; dropout: number } & (
  | { type: 'lstm'; forgetBias: number }
  | { type: 'gru' }
  | { type: 'rnn'; nonlinearity: 'tanh' | 'relu' }
);

/** A learned table, or one-hot vectors. */
export type ResolvedEmbedding =
  | { size: number; dropout: number; init: EmbeddingInit; vectors?: ResolvedVectors }
  | { type: 'oneHot' };

export interface ResolvedVectors {
  path: string;
  tokens?: string;
  format: 'auto' | 'text' | 'binary';
}

export type PoolingName = 'last' | 'mean' | 'max' | 'attention';

export interface ResolvedModel {
  embedding: ResolvedEmbedding;
  encoder: ResolvedEncoder;
  /** Absent where the task predicts at every token. */
  pooling?: PoolingName;
  head: { dropout: number };
}

export type ResolvedOptimizer =
  | {
      type: 'adam' | 'adamw';
      learningRate: number;
      betas: [number, number];
      epsilon: number;
      lazy: boolean;
      weightDecay: number;
    }
  | { type: 'sgd'; learningRate: number; momentum: number; nesterov: boolean; weightDecay: number }
  | {
      type: 'rmsprop';
      learningRate: number;
      alpha: number;
      epsilon: number;
      momentum: number;
      centered: boolean;
      weightDecay: number;
    }
  | {
      type: 'adagrad';
      learningRate: number;
      learningRateDecay: number;
      initialAccumulatorValue: number;
      epsilon: number;
      weightDecay: number;
    };

export interface ResolvedLoss {
  labelSmoothing: number;
  classWeights: 'none' | 'balanced' | Record<string, number>;
}

export interface ResolvedTraining {
  epochs: number;
  batchSize: number;
  /** Absent for a language model, which reads in the order of the text. */
  batching?: 'shuffled' | 'bucketed';
  /** Tokens a stream and update; of a language model only. */
  sequenceLength?: number;
  seed: number;
  optimizer: ResolvedOptimizer;
  schedule: ResolvedSchedule;
  clip?: { norm?: number; value?: number };
  /** Absent for a language model, where every token counts the same. */
  loss?: ResolvedLoss;
  best: { metric: MetricName };
  earlyStopping?: { metric: MetricName; patience: number; minDelta: number };
  validateEverySteps?: number;
  checkpoints: ResolvedCheckpoints;
}

export interface ResolvedExperiment {
  name: string;
  description?: string;
  task: TaskName;
  data: { train: ResolvedSource; validation: ResolvedValidation; test?: ResolvedSource; maxBadRowShare: number };
  /** `maxLength` is absent for a language model. */
  text: { cleaning: CleaningStep[]; tokenizer: ResolvedTokenizer; maxLength?: number };
  model: ResolvedModel;
  training: ResolvedTraining;
  /** Absent where there are none. */
  probes?: string[];
  /** Absent where all weights start fresh and all are trained at one rate. */
  fineTune?: ResolvedFineTune;
  engine: { backend: Backend; threads: 'auto' | number };
}

/** Tokens a stream and update of a language model. */
export const DEFAULT_SEQUENCE_LENGTH = 64;

/**
 * Fills in every default. `experiment` must be valid (see config/); it is not changed.
 * `defaultName` names an experiment that has no name of its own. Paths stay as they are written.
 */
export function resolveExperiment(experiment: Experiment, defaultName: string): ResolvedExperiment {
  const { $schema: _schema, ...own } = structuredCloneJson(experiment);
  const withSections = { text: {}, training: {}, engine: {}, ...own, name: own.name ?? defaultName } as Record<
    string,
    unknown
  >;
  const sections = withSections as {
    text: Record<string, unknown>;
    model: Record<string, unknown>;
    training: Record<string, unknown>;
  };
  sections.text.tokenizer ??= {};
  sections.model.embedding ??= {};
  sections.model.head ??= {};
  sections.training.loss ??= {};
  sections.training.best ??= {};
  sections.training.checkpoints ??= {};
  writeOutRecipe(withSections as unknown as Experiment);
  const { name, description, task, data, text, model, training, probes, fineTune, engine } = fillDefaults(
    ExperimentSchema,
    withSections,
  ) as ResolvedExperiment;
  const head = { name, ...(description === undefined ? {} : { description }), task };
  nameParts(data);
  sizeVocabulary(text.tokenizer);
  const optional = { ...(probes && { probes }), ...(fineTune && { fineTune }) };
  return withTaskDefaults({ ...head, data, text, model, training, ...optional, engine });
}

/** The keys of `fineTune.recipe`, where the user did not write them. */
function writeOutRecipe({ model, training = {}, fineTune }: Experiment): void {
  if (!fineTune?.recipe) return;
  const recipe = recipeOf(fineTune.recipe, model, training.epochs ?? DEFAULT_EPOCHS);
  Object.assign(fineTune, { ...recipe.fineTune, ...fineTune });
  if (recipe.schedule) training.schedule ??= recipe.schedule;
}

/** What goes without saying for a task, and without what the task has no use for: the result is a valid config itself. */
function withTaskDefaults(experiment: ResolvedExperiment): ResolvedExperiment {
  const { task, data, text, model, training } = experiment;
  if (task === 'classification') {
    training.best.metric ??= 'validation.accuracy';
    return experiment;
  }
  training.best.metric ??= 'validation.loss';
  training.sequenceLength ??= DEFAULT_SEQUENCE_LENGTH;
  delete text.maxLength;
  delete model.pooling;
  delete training.batching;
  delete training.loss;
  const { train, validation, test } = data;
  for (const source of [train, validation, test]) {
    if (!source || !('path' in source)) continue;
    source.format = 'text';
    delete source.labelPart;
  }
  return experiment;
}

/** Subwords are few, and pairs of them that were seen once say nothing. */
function sizeVocabulary(tokenizer: ResolvedTokenizer): void {
  if ('file' in tokenizer) return;
  const [minFrequency, maxVocabulary] = isSubword(tokenizer.type) ? [2, 8000] : [1, 100_000];
  tokenizer.minFrequency ??= minFrequency;
  tokenizer.maxVocabulary ??= maxVocabulary;
}

/** A reference to a dataset means the part that its key is called by. */
function nameParts(data: ResolvedExperiment['data']): void {
  const keys: readonly DatasetPart[] = ['train', 'validation', 'test'];
  for (const key of keys) {
    const source = data[key];
    if (source && 'dataset' in source) source.part ??= key;
  }
}

/** The file, folder or manifest that a source names, as it is written. */
export function namedPath(source: ResolvedSource | DataSource | DatasetReference): string {
  return 'dataset' in source ? source.dataset : source.path;
}

function structuredCloneJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
