// Scores of a finished run: on another file, or again on the data of its own config.
import { DATASET_SUFFIX } from '../schema/dataset.ts';
import type { ResolvedSource } from '../schema/resolved.ts';
import type { Evaluation, SplitEvaluation } from '../schema/run.ts';
import { configDirOf } from '../store/runFolder.ts';
import { readRun } from '../store/runStore.ts';
import { type EvaluateOptions, evaluateSet, evaluateSplits, evaluateText } from './evaluateSplits.ts';
import { createFileSource } from './fileSource.ts';
import { loadSet } from './loadData.ts';
import { loadText } from './loadText.ts';
import { loadRunData, requireOwnData } from './runData.ts';
import { loadRunModel, type RunModel } from './runModel.ts';

export interface EvaluateRunOptions {
  signal: AbortSignal;
  onLog(level: 'info' | 'warning', text: string): void;
}

/** Scores on `dataPath` (absolute), which lies as the run's test data does, or else its training data. */
export async function evaluateOnFile(
  runDir: string,
  dataPath: string,
  options: EvaluateRunOptions,
): Promise<{ labels: string[]; data: SplitEvaluation }> {
  const run = await loadRunModel(runDir);
  const { test, train } = run.experiment.data;
  const source = sourceLike(test ?? train, dataPath);
  const configDir = configDirOf(runDir);
  const loading = { ...reading(options), files: createFileSource() };
  const { labels, model, tokenizer } = run;
  if (run.experiment.task === 'languageModel') {
    const { set: text } = await loadText(source, configDir, run, loading);
    return { labels, data: await evaluateText(model, { tokenizer, text }, evaluating(run, options)) };
  }
  const { set } = await loadSet(source, configDir, run, loading);
  return { labels, data: await evaluateSet(model, { labels, set, source }, evaluating(run, options)) };
}

/** Scores on the run's own validation and test data. Throws UserError `run.dataChanged` where they are no longer the same. */
export async function evaluateAgain(runDir: string, options: EvaluateRunOptions): Promise<Evaluation> {
  const { manifest } = await readRun(runDir);
  requireOwnData(manifest);
  const run = await loadRunModel(runDir);
  const data = await loadRunData(run, { ...reading(options), files: createFileSource() });
  const splits = await evaluateSplits(run.model, data, evaluating(run, options));
  return { schemaVersion: 1, labels: run.labels, epoch: manifest.best?.epoch ?? manifest.epochs.done, ...splits };
}

/** A file that lies as the run's data does; beside a dataset it is a file of whatever kind, or another dataset. */
function sourceLike(known: ResolvedSource, path: string): ResolvedSource {
  if (path.endsWith(DATASET_SUFFIX)) return { dataset: path, part: 'test' };
  if ('dataset' in known) return { path, format: 'auto', labelPart: 'whole', encoding: 'auto' };
  return { ...known, path };
}

function reading(options: EvaluateRunOptions) {
  return { ...options, onProgress: () => undefined };
}

function evaluating({ runDir, experiment }: RunModel, { signal }: EvaluateRunOptions): EvaluateOptions {
  return { experiment, configDir: configDirOf(runDir), signal, betweenBatches: () => new Promise(setImmediate) };
}
