// Looks at the rows of a dataset on disk, with progress, turns for others, and cancellation.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { partsOf } from '../config/checkReferences.ts';
import { absoluteIn, filesOf, isCut, type PlacedDataset } from '../data/dataset/openDataset.ts';
import { openData } from '../data/openData.ts';
import { isBadRow } from '../data/readItem.ts';
import { DatasetSurvey, SURVEY_ORDER } from '../data/survey/datasetSurvey.ts';
import { findingsOf } from '../data/survey/findings.ts';
import type { FileSource } from '../data/types.ts';
import type { DatasetFinding, DatasetReport } from '../protocol/datasetReport.ts';
import type { WordTokenizerType } from '../schema/resolved.ts';
import { createSplitter } from '../text/splitters.ts';
import { CancelledError } from '../util/userError.ts';
import type { LoadOptions } from './dataReader.ts';
import { totalSize } from './hashingFiles.ts';

export interface SurveySettings {
  /** How texts are cut into tokens; absent: tokens and almost equal texts are not looked at. */
  tokenizer?: WordTokenizerType;
  /** Tokens; longer texts are told of. */
  maxLength: number;
  /** Rows that each finding lists. */
  keptRows: number;
}

export const DEFAULT_MAX_LENGTH = 128;
const YIELD_AFTER_MS = 30;

/** Throws CancelledError, and DataError for files that cannot be read at all. */
export async function surveyDataset(
  dataset: PlacedDataset,
  settings: SurveySettings,
  options: LoadOptions,
): Promise<DatasetReport> {
  const { tokenizer, maxLength, keptRows } = settings;
  const splitter = tokenizer && createSplitter({ type: tokenizer, lowercase: false });
  const isRunningText = dataset.manifest.files.some(({ format }) => format === 'text');
  const survey = new DatasetSurvey({
    keptRows,
    isRunningText,
    ...(splitter ? { split: (text) => splitter.split(text) } : {}),
  });
  const parts = SURVEY_ORDER.filter((part) => partsOf(dataset.manifest).includes(part));
  const counted = await countingFiles(dataset, options);
  for (const part of parts) {
    const request = { dataset, part, path: dataset.path, configPath: ['files'] };
    const opened = await openData(request, counted);
    let yieldedAtMs = performance.now();
    for await (const items of opened.read()) {
      for (const item of items) {
        if (isBadRow(item)) survey.addBad(item, part);
        else survey.add(item, part);
      }
      if (options.signal.aborted) throw new CancelledError();
      if (performance.now() - yieldedAtMs < YIELD_AFTER_MS) continue;
      await nextTurn();
      yieldedAtMs = performance.now();
    }
  }
  const changed = await changedFiles(dataset, options.files);
  return { ...survey.facts(), findings: [...changed, ...findingsOf(survey, dataset.manifest, maxLength)] };
}

/** Files whose excluded lines may be others than those that were meant. */
async function changedFiles({ manifest, folder }: PlacedDataset, files: FileSource): Promise<DatasetFinding[]> {
  const changed: string[] = [];
  for (const { path, bytes } of manifest.files) {
    if (bytes !== undefined && (await files.size(absoluteIn(folder, path))) !== bytes) changed.push(path);
  }
  if (changed.length === 0) return [];
  return [
    {
      code: 'dataset.fileChanged',
      severity: 'warning',
      count: changed.length,
      message: `${changed.join(', ')} changed since the manifest was written: excluded lines may be others.`,
      remedy: 'Import the data again, or correct "bytes" in the manifest.',
      rows: [],
    },
  ];
}

/** The same files, which tell how much of what will be read was read. */
async function countingFiles(dataset: PlacedDataset, { files, onProgress }: LoadOptions): Promise<FileSource> {
  const { manifest, folder } = dataset;
  let total = 0;
  for (const part of partsOf(manifest)) {
    for (const file of filesOf(dataset, part)) {
      const reads = (file.encoding ? 1 : 2) + (isCut(manifest, part) && part === 'train' ? 1 : 0);
      total += reads * (await totalSize(files, absoluteIn(folder, file.path)));
    }
  }
  let done = 0;
  const count = (bytes: number): void => {
    done += bytes;
    onProgress(Math.min(1, done / Math.max(1, total)));
  };
  return {
    ...files,
    async *read(path, start) {
      for await (const bytes of files.read(path, start)) {
        count(bytes.length);
        yield bytes;
      }
    },
    async slice(path, start, end) {
      count(end - start);
      return files.slice(path, start, end);
    },
  };
}
