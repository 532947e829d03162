// Scores of a model on the validation and test sets of an experiment, with the wrong predictions and their texts.
import { relative } from 'node:path';
import type { EncodedSet } from '../data/types.ts';
import type { Model } from '../engine/model.ts';
import { computeSplitEvaluation } from '../engine/tasks/metrics.ts';
import { predictSet } from '../engine/train/predictSet.ts';
import type { SetPredictions } from '../engine/types.ts';
import type { ResolvedExperiment, ResolvedSource } from '../schema/resolved.ts';
import type { Evaluation, Misclassified, SplitEvaluation } from '../schema/run.ts';
import { CancelledError } from '../util/userError.ts';
import { createFileSource } from './fileSource.ts';
import { readTexts } from './loadData.ts';

const MAX_MISCLASSIFIED = 1000;

export interface EvaluateOptions {
  experiment: ResolvedExperiment;
  /** The folder that the config's paths are relative to. */
  configDir: string;
  signal: AbortSignal;
  /** Awaited between batches. */
  betweenBatches(): Promise<void>;
}

export interface EvaluatedSets {
  labels: string[];
  validation: EncodedSet;
  test?: EncodedSet;
}

export async function evaluateSplits(
  model: Model,
  sets: EvaluatedSets,
  options: EvaluateOptions,
): Promise<Pick<Evaluation, 'validation' | 'test'>> {
  const { data } = options.experiment;
  const validationSource = 'split' in data.validation ? data.train : data.validation;
  const validation = await evaluateSet(model, { ...sets, set: sets.validation, source: validationSource }, options);
  if (!sets.test || !data.test) return { validation };
  return { validation, test: await evaluateSet(model, { ...sets, set: sets.test, source: data.test }, options) };
}

/** Scores on one set that was read from `source`. */
export async function evaluateSet(
  model: Model,
  { labels, set, source }: { labels: string[]; set: EncodedSet; source: ResolvedSource },
  options: EvaluateOptions,
): Promise<SplitEvaluation> {
  const { betweenBatches } = options;
  const predictions = await predictSet(model, set, {
    batchSize: options.experiment.training.batchSize,
    async betweenBatches() {
      if (options.signal.aborted) throw new CancelledError();
      await betweenBatches();
    },
  });
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
