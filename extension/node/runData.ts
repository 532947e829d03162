// The data of a run's own config, read again as training read it.
import type { ResolvedSource } from '../schema/resolved.ts';
import type { RunManifest } from '../schema/run.ts';
import { configDirOf } from '../store/runFolder.ts';
import { readEnvironment, readRun } from '../store/runStore.ts';
import { tokensOf } from '../text/types.ts';
import { UserError } from '../util/userError.ts';
import type { LoadOptions } from './dataReader.ts';
import { type LoadedData, loadData } from './loadData.ts';
import type { RunModel } from './runModel.ts';

export type SplitName = 'train' | 'validation' | 'test';

/** Throws UserError `run.noData` for a run of imported weights. */
export function requireOwnData({ status, name }: RunManifest): void {
  if (status !== 'imported') return;
  throw new UserError({
    code: 'run.noData',
    message: `${name} was imported: it has no data of its own.`,
    remedy: 'Give a file with --data.',
  });
}

/** Throws UserError `run.noData`, `run.dataChanged` where labels or vocabulary are no longer those of the run, and those of reading. */
export async function loadRunData(run: RunModel, options: LoadOptions): Promise<LoadedData> {
  const { runDir, experiment, labels, tokenizer } = run;
  const { manifest } = await readRun(runDir);
  requireOwnData(manifest);
  // A vocabulary that began with another model's cannot be counted from the data; subwords need not be learned again.
  const isKnown = experiment.fineTune?.from !== undefined || tokenizer.model !== 'WordLevel';
  const vocabulary = isKnown ? ({ tokens: tokensOf(tokenizer), mode: 'source', tokenizer } as const) : undefined;
  const data = await loadData(experiment, configDirOf(runDir), { ...options, vocabulary });
  const isSame =
    data.tokenizer === tokenizer ? await hasSameHash(runDir, data) : data.tokenizer.toJson() === tokenizer.toJson();
  if (data.labels.join('\n') === labels.join('\n') && isSame) return data;
  throw new UserError({
    code: 'run.dataChanged',
    message: `The training data of ${manifest.name} is no longer what it was trained on.`,
    remedy: 'Give a file with --data, or train again.',
  });
}

/** Whether the training data is the very file that the run read. */
async function hasSameHash(runDir: string, { hashes }: LoadedData): Promise<boolean> {
  const before = await readEnvironment(runDir);
  return before === undefined || before.hashes.train === hashes.train;
}

/** Where a split was read from: what is held out lies in the training data. Throws UserError `run.noTestData`. */
export function sourceOfSplit({ experiment }: RunModel, split: SplitName): ResolvedSource {
  const { train, validation, test } = experiment.data;
  if (split === 'train') return train;
  if (split === 'validation') return 'split' in validation ? train : validation;
  if (test) return test;
  throw new UserError({
    code: 'run.noTestData',
    message: `${experiment.name} has no test data.`,
    remedy: 'Choose the training or the validation data.',
  });
}
