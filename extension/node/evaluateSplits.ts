// Scores of a model on the validation and test sets of an experiment; of a classifier with the wrong predictions and their texts.
import { relative } from 'node:path';
import type { EncodedSet, EncodedText } from '../data/types.ts';
import type { Model } from '../engine/model.ts';
import { scoreText } from '../engine/tasks/languageModel.ts';
import { computeSplitEvaluation } from '../engine/tasks/metrics.ts';
import { predictSet } from '../engine/tasks/predictSet.ts';
import type { ScoringOptions } from '../engine/tasks/task.ts';
import type { SetPredictions } from '../engine/types.ts';
import type { ResolvedExperiment, ResolvedSource } from '../schema/resolved.ts';
import type { Evaluation, Misclassified, SplitEvaluation } from '../schema/run.ts';
import type { Tokenizer } from '../text/types.ts';
import { assertNever } from '../util/assertNever.ts';
import { CancelledError } from '../util/userError.ts';
import { createFileSource } from './fileSource.ts';
import { type LoadedData, readTexts } from './loadData.ts';

const MAX_MISCLASSIFIED = 1000;

export interface EvaluateOptions {
  experiment: ResolvedExperiment;
  /** The folder that the config's paths are relative to. */
  configDir: string;
  signal: AbortSignal;
  /** Awaited between batches. */
  betweenBatches(): Promise<void>;
}

export function evaluateSplits(model: Model, data: LoadedData, options: EvaluateOptions): Promise<Splits> {
  switch (data.task) {
    case 'classification':
      return evaluateEach(data, options, (set, source) =>
        evaluateSet(model, { labels: data.labels, set, source }, options),
      );
    case 'languageModel':
      return evaluateEach(data, options, (text) => evaluateText(model, { tokenizer: data.tokenizer, text }, options));
    default:
      return assertNever(data);
  }
}

type Splits = Pick<Evaluation, 'validation' | 'test'>;

async function evaluateEach<S>(
  sets: { validation: S; test?: S },
  { experiment: { data } }: EvaluateOptions,
  evaluate: (set: S, source: ResolvedSource) => Promise<SplitEvaluation>,
): Promise<Splits> {
  const validation = await evaluate(sets.validation, 'split' in data.validation ? data.train : data.validation);
  if (!sets.test || !data.test) return { validation };
  return { validation, test: await evaluate(sets.test, data.test) };
}

/** Scores of a language model on one text. */
export async function evaluateText(
  model: Model,
  { tokenizer, text }: { tokenizer: Tokenizer; text: EncodedText },
  options: EvaluateOptions,
): Promise<SplitEvaluation> {
  const { isCharacters } = tokenizer;
  return { ...(await scoreText(model, text, { ...scoring(options), isCharacters })), examples: text.count - 1 };
}

function scoring({ experiment, signal, betweenBatches }: EvaluateOptions): ScoringOptions {
  return {
    batchSize: experiment.training.batchSize,
    async betweenBatches() {
      if (signal.aborted) throw new CancelledError();
      await betweenBatches();
    },
  };
}

/** Scores on one set that was read from `source`. */
export async function evaluateSet(
  model: Model,
  { labels, set, source }: { labels: string[]; set: EncodedSet; source: ResolvedSource },
  options: EvaluateOptions,
): Promise<SplitEvaluation> {
  const predictions = await predictSet(model, set, scoring(options));
  const indices = mostConfidentlyWrong(set, predictions, labels.length);
  const reading = { files: createFileSource(), signal: options.signal };
  const texts = await readTexts(source, options.configDir, { set, indices }, reading);
  const misclassified = indices.map((index, at): Misclassified => {
    const { path, line } = set.place(index);
    const predicted = predictions.predicted[index];
    return {
      path: relative(options.configDir, path),
      line,
      text: texts[at],
      label: labels[set.labels[index]],
      predicted: labels[predicted],
      probability: predictions.probabilities[index * labels.length + predicted],
    };
  });
  return { ...computeSplitEvaluation(predictions, labels), misclassified };
}

function mostConfidentlyWrong(
  set: EncodedSet,
  { predicted, probabilities }: SetPredictions,
  classCount: number,
): number[] {
  const confidence = (index: number): number => probabilities[index * classCount + predicted[index]];
  return Array.from(predicted.keys())
    .filter((index) => predicted[index] !== set.labels[index])
    .sort((a, b) => confidence(b) - confidence(a) || a - b)
    .slice(0, MAX_MISCLASSIFIED);
}
