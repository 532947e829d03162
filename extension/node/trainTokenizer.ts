// A tokenizer learned from a file or a dataset alone, without a model: what both doors ask for.
import { resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createPreparation } from '../data/cleaning.ts';
import type { PlacedDataset } from '../data/dataset/openDataset.ts';
import { createLearner } from '../data/learnedText.ts';
import { type DataRequest, openData } from '../data/openData.ts';
import { ProvisionalIds } from '../data/provisionalIds.ts';
import { isBadRow } from '../data/readItem.ts';
import { createPieceCleaner } from '../data/runningText.ts';
import { DATASET_SUFFIX } from '../schema/dataset.ts';
import type { LearnedTokenizer } from '../schema/resolved.ts';
import { writeFileAtomic } from '../store/atomicWrite.ts';
import type { Tokenizer } from '../text/types.ts';
import { CancelledError, UserError } from '../util/userError.ts';
import type { LoadOptions } from './dataReader.ts';
import { findDataset, readDataset } from './datasets.ts';
import { createFileSource } from './fileSource.ts';
import { proposeImport } from './importDataset.ts';
import { loadSegmenter } from './segmenter.ts';
import { learningTurn } from './settledTokenizer.ts';

export interface TokenizerTraining {
  /** A file, a folder, or a dataset by name or manifest, as seen from `folder`. */
  source: string;
  folder: string;
  settings: LearnedTokenizer;
  /** Where tokenizer.json is written, absolute. */
  out: string;
  /** Whether a file that is there may go. */
  mayReplace: boolean;
}

export interface TrainedTokenizer {
  tokenizer: Tokenizer;
  texts: number;
}

/** Reads the training part, learns, and writes the file. Throws CancelledError, DataError, UserError `tokenizer.exists`, `tokenizer.noText`. */
export async function trainTokenizer(
  { source, folder, settings, out, mayReplace }: TokenizerTraining,
  options: LoadOptions,
): Promise<TrainedTokenizer> {
  if (!mayReplace && (await createFileSource().kind(out)) !== undefined) throw isThere(out);
  await loadSegmenter(settings);
  const named = await namedDataset(source, folder);
  const { splits: _splits, ...unsplit } = named.dataset.manifest;
  // Of a file that no manifest names, nothing is held out.
  const dataset = named.isProposed ? { ...named.dataset, manifest: unsplit } : named.dataset;
  const keepsLineBreaks = dataset.manifest.files.some(({ format }) => format === 'text');
  const learner = createLearner(settings, { keepsLineBreaks });
  const text = { cleaning: [], tokenizer: settings };
  const prepare = keepsLineBreaks ? createPieceCleaner(text) : createPreparation(text);
  const ids = new ProvisionalIds();
  const counts: number[] = [];
  let texts = 0;
  for await (const one of trainingTexts(dataset, options)) {
    texts++;
    for (const piece of learner.cut(prepare(one))) {
      const id = ids.idOf(piece);
      counts[id] = (counts[id] ?? 0) + 1;
    }
  }
  if (ids.size === 0) throw noText(source);
  const turn = learningTurn(options);
  const { tokenizer } = await learner.learn(ids, Uint32Array.from(counts), (completed) => {
    options.onProgress(completed);
    return turn(completed);
  });
  await writeFileAtomic(out, tokenizer.toJson());
  return { tokenizer, texts };
}

/**
 * A dataset by name or manifest; a file or folder is looked at as import would, which proposes one.
 * A folder, and a file without an ending, have the name of their dataset: then the manifest counts, as it says what is left out.
 */
export async function namedDataset(
  reference: string,
  folder: string,
): Promise<{ dataset: PlacedDataset; isProposed: boolean }> {
  // As a shell completes the name of a folder.
  const name = reference.replace(/[/\\]+$/, '');
  const path = resolve(folder, name);
  const files = createFileSource();
  const isDataset = name.endsWith(DATASET_SUFFIX) || (await files.kind(`${path}${DATASET_SUFFIX}`)) !== undefined;
  const isProposed = !isDataset && (await files.kind(path)) !== undefined;
  const dataset = isProposed ? (await proposeImport(path)).dataset : await readDataset(await findDataset(name, folder));
  return { dataset, isProposed };
}

/** Throws CancelledError, and DataError for files that cannot be read. */
export async function* trainingTexts(dataset: PlacedDataset, { files, signal }: LoadOptions): AsyncGenerator<string> {
  const request: DataRequest = { dataset, part: 'train', path: dataset.path, configPath: ['files'] };
  const opened = await openData(request, files);
  for await (const items of opened.read()) {
    for (const item of items) if (!isBadRow(item)) yield item.text;
    if (signal.aborted) throw new CancelledError();
    await nextTurn();
  }
}

function isThere(path: string): UserError {
  return new UserError({
    code: 'tokenizer.exists',
    message: `${path} is already there.`,
    remedy: 'Give another --out, or --force to replace it: configs that name the file would get other ids.',
  });
}

function noText(source: string): UserError {
  return new UserError({
    code: 'tokenizer.noText',
    message: `${source} has no text to learn from.`,
    remedy: 'Give a file or a dataset with texts; gatescope dataset describe shows how it is read.',
  });
}
