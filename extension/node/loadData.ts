// All data of an experiment, encoded: one pass over each source.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openData } from '../data/openData.ts';
import { isBadRow } from '../data/readItem.ts';
import { TrainingSetBuilder } from '../data/trainingSet.ts';
import type { BadRow, EncodedSet, EncodedText } from '../data/types.ts';
import type { ResolvedExperiment, ResolvedSource } from '../schema/resolved.ts';
import type { Tokenizer } from '../text/types.ts';
import { assertNever } from '../util/assertNever.ts';
import { CancelledError } from '../util/userError.ts';
import { DataReader, type EncodedPart, type KnownSets, type LoadOptions } from './dataReader.ts';
import { createRequest } from './datasets.ts';
import { loadTexts } from './loadText.ts';
import { learningTurn, settleText } from './settledTokenizer.ts';

/** What every task has beside its sets. */
export interface LoadedFacts {
  /** Empty where the task has no classes. */
  labels: string[];
  tokenizer: Tokenizer;
  rows: { read: number; skipped: number };
  /** The first 1,000 of each source. */
  badRows: BadRow[];
  /** Texts that also stand in the training part. */
  duplicates: { validation: number; test: number };
  /** SHA-256, hex, of the bytes of each source. */
  hashes: { train: string; validation?: string; test?: string };
}

export interface LabelledSets {
  task: 'classification';
  train: EncodedSet;
  validation: EncodedSet;
  test?: EncodedSet;
}

export interface TextSets {
  task: 'languageModel';
  train: EncodedText;
  validation: EncodedText;
  test?: EncodedText;
}

export type LoadedData = LoadedFacts & (LabelledSets | TextSets);

/** Reads, splits and encodes everything. Throws DataError for data that cannot be used, CancelledError. */
export function loadData(experiment: ResolvedExperiment, configDir: string, options: LoadOptions): Promise<LoadedData> {
  switch (experiment.task) {
    case 'classification':
      return loadLabelled(experiment, configDir, options);
    case 'languageModel':
      return loadTexts(experiment, configDir, options);
    default:
      return assertNever(experiment.task);
  }
}

export async function loadLabelled(
  experiment: ResolvedExperiment,
  configDir: string,
  options: LoadOptions,
): Promise<LoadedFacts & LabelledSets> {
  const { data } = experiment;
  const reader = await DataReader.open(sourcesOf(experiment), { configDir, ...data }, options);
  const builder = new TrainingSetBuilder(experiment, await settleText(experiment, configDir, options));
  const train = await reader.read(data.train, ['data', 'train'], (example) => builder.add(example));
  const {
    labels,
    tokenizer,
    hasText,
    heldOutDuplicates,
    train: trainSet,
    heldOut,
  } = await builder.finish(learningTurn(options));
  const known: KnownSets = { experiment, labels, tokenizer, hasText };
  const validation =
    'split' in data.validation ? undefined : await reader.readEncoded(data.validation, ['data', 'validation'], known);
  const test = data.test && (await reader.readEncoded(data.test, ['data', 'test'], known));
  const parts = [train, validation, test].filter((part) => part !== undefined);
  const loaded: LoadedFacts & LabelledSets = {
    task: 'classification',
    labels,
    tokenizer,
    train: trainSet,
    validation: validation?.set ?? (heldOut as EncodedSet),
    test: test?.set,
    rows: {
      read: parts.reduce((sum, { rows }) => sum + rows.read, 0),
      skipped: parts.reduce((sum, { rows }) => sum + rows.skipped, 0),
    },
    badRows: parts.flatMap(({ rows }) => rows.bad),
    duplicates: { validation: validation?.duplicates ?? heldOutDuplicates, test: test?.duplicates ?? 0 },
    hashes: { train: train.hash, validation: validation?.hash, test: test?.hash },
  };
  sayDuplicates(loaded, options);
  return loaded;
}

export function sourcesOf({ data }: ResolvedExperiment): ResolvedSource[] {
  const { train, validation, test } = data;
  return [train, ...('split' in validation ? [] : [validation]), ...(test ? [test] : [])];
}

function sayDuplicates({ duplicates, validation, test }: LoadedFacts & LabelledSets, { onLog }: LoadOptions): void {
  const say = (name: string, count: number, of: number): void => {
    if (count > 0) onLog('warning', `${count} of ${of} ${name} texts also stand in the training data.`);
  };
  say('validation', duplicates.validation, validation.count);
  say('test', duplicates.test, test?.count ?? 0);
}

/** One more set, with a run's own labels and tokenizer. */
export async function loadSet(
  source: ResolvedSource,
  configDir: string,
  known: KnownSets,
  options: LoadOptions,
): Promise<EncodedPart> {
  const reader = await DataReader.open([source], { configDir, ...known.experiment.data }, options);
  return reader.readEncoded(source, ['data', 'test'], known);
}

/** Raw texts of examples of a set, read again from their source, in the order of `indices`. */
export async function readTexts(
  source: ResolvedSource,
  configDir: string,
  { set, indices }: { set: EncodedSet; indices: readonly number[] },
  { files, signal }: Pick<LoadOptions, 'files' | 'signal'>,
): Promise<string[]> {
  const slots = new Map<string, number[]>();
  for (const [slot, index] of indices.entries()) {
    const { path, line } = set.place(index);
    slots.set(`${line}:${path}`, [...(slots.get(`${line}:${path}`) ?? []), slot]);
  }
  const texts = new Array<string>(indices.length).fill('');
  if (slots.size === 0) return texts;
  const opened = await openData(await createRequest(source, configDir, []), files);
  for await (const items of opened.read()) {
    for (const item of items) {
      if (isBadRow(item)) continue;
      for (const slot of slots.get(`${item.line}:${item.path}`) ?? []) texts[slot] = item.text;
    }
    if (signal.aborted) throw new CancelledError();
    await nextTurn();
  }
  return texts;
}
