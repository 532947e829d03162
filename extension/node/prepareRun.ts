// From a config to what a trainer takes: data, model shape, task and the weights to start from. Training, the plan and the search for a
// learning rate all begin here.
import { createParams } from '../engine/params/paramStore.ts';
import { type StartReport, startWeights } from '../engine/params/startWeights.ts';
import { createTask } from '../engine/tasks/createTask.ts';
import type { NamedTensor, TrainerOptions } from '../engine/types.ts';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import { type Tokenizer, tokensOf } from '../text/types.ts';
import type { LoadOptions } from './dataReader.ts';
import { type LoadedData, loadData } from './loadData.ts';
import { type LoadedStart, loadStart } from './loadStart.ts';
import { fillEmbedding } from './loadVectors.ts';
import { modelShape } from './modelShape.ts';

export interface PreparedRun {
  data: LoadedData;
  options: TrainerOptions;
  /** Of a run that starts from other weights. */
  start?: LoadedStart;
  /** SHA-256, hex, of the file of word vectors. */
  vectorsHash?: string;
}

export interface PrepareOptions extends LoadOptions {
  /** The run's own tokenizer, where it goes on: the vocabulary is settled, and so are the weights. */
  tokenizer?: Tokenizer;
}

/** Throws what reading the data and the weights throws. */
export async function prepareRun(
  experiment: ResolvedExperiment,
  configDir: string,
  options: PrepareOptions,
): Promise<PreparedRun> {
  const { tokenizer, ...loading } = options;
  const start = tokenizer ? undefined : await loadStart(experiment, configDir);
  const data = await loadData(experiment, configDir, {
    ...loading,
    vocabulary: vocabularyOf(experiment, start, tokenizer),
  });
  const { training, fineTune } = experiment;
  const shape = modelShape(experiment, data);
  const trainer: TrainerOptions = { ...shape, training, fineTune, task: createTask(data, training) };
  if (start) trainer.start = mapStart(start, data, trainer, loading);
  const { embedding } = experiment.model;
  const vectors = 'type' in embedding || tokenizer ? undefined : embedding.vectors;
  if (!vectors) return { data, options: trainer, start };
  const fresh = createParams(trainer, training.seed).save();
  const filled = await fillEmbedding(fresh, vectors, data, { ...loading, configDir });
  trainer.start = filled.weights;
  return { data, options: trainer, start, vectorsHash: filled.hash };
}

function vocabularyOf(
  { fineTune }: ResolvedExperiment,
  start: LoadedStart | undefined,
  tokenizer: Tokenizer | undefined,
): LoadOptions['vocabulary'] {
  if (tokenizer) return { tokens: tokensOf(tokenizer), mode: 'source', tokenizer };
  if (!start?.vocabulary || !fineTune) return undefined;
  return { tokens: start.vocabulary, mode: fineTune.vocabulary, tokenizer: start.tokenizer };
}

function mapStart(
  start: LoadedStart,
  { tokenizer, labels }: LoadedData,
  options: TrainerOptions,
  { onLog }: LoadOptions,
): NamedTensor[] {
  const isOneHot = 'type' in options.model.embedding;
  const fresh = createParams(options, options.training.seed).save();
  const { weights, report } = startWeights(start, { fresh, vocabulary: tokensOf(tokenizer), labels, isOneHot });
  for (const line of describeStart(start, report)) onLog('info', line);
  for (const note of start.notes) onLog('info', note);
  for (const part of start.leftOut) onLog('warning', `Left out of ${start.from}, or other than meant: ${part}`);
  sayOtherTokens(start, tokenizer, onLog);
  return weights;
}

function describeStart({ from }: LoadedStart, { taken, fresh, unused, tokens }: StartReport): string[] {
  const list = (names: readonly string[]): string => names.join(', ');
  const lines = [`Weights from ${from}: ${taken.length} of ${taken.length + fresh.length} parameters.`];
  if (fresh.length > 0) lines.push(`They start fresh: ${list(fresh)}.`);
  if (unused.length > 0) lines.push(`Not used: ${list(unused.slice(0, 8))}${unused.length > 8 ? ', …' : ''}.`);
  if (tokens) {
    const { mapped, added, dropped } = tokens;
    lines.push(`Vocabulary: ${mapped} tokens mapped, ${added} new (as the mean of the others), ${dropped} dropped.`);
  }
  return lines;
}

/** Two ways to cut texts share few tokens, which is easily missed. */
function sayOtherTokens({ tokenizer }: LoadedStart, own: Tokenizer, onLog: LoadOptions['onLog']): void {
  if (!tokenizer) return;
  const splitting = (one: Tokenizer): string => {
    const { model: _model, ...rest } = JSON.parse(one.toJson()) as Record<string, unknown>;
    return JSON.stringify(rest);
  };
  if (splitting(tokenizer) !== splitting(own))
    onLog(
      'warning',
      'text.tokenizer cuts texts otherwise than the source of the weights did: few tokens may be the same.',
    );
}
