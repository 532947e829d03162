// What splits would make of the training rows, before anything is written: by the same drawing as when they are read.
import type { RowPart, SplitPreview } from '../../protocol/datasetTable.ts';
import type { Splits } from '../../schema/dataset.ts';
import { DATASET_PARTS } from '../../schema/source.ts';
import { CancelledError } from '../../util/userError.ts';
import { openSource } from '../examples.ts';
import { sortLabels } from '../labels.ts';
import { isBadRow, type OpenedSource } from '../readItem.ts';
import type { FileSource } from '../types.ts';
import { assignParts } from './assignParts.ts';
import { GrowingNumbers } from './growingNumbers.ts';
import { fileRequest, type PlacedDataset, usableRows } from './openDataset.ts';

export interface PreviewContext {
  files: FileSource;
  signal: AbortSignal;
  /** Lets others have a turn. */
  pause(): Promise<void>;
}

/** Throws CancelledError, and DataError where a file or the group column is not there. */
export async function previewSplits(
  dataset: PlacedDataset,
  splits: Splits,
  { files, signal, pause }: PreviewContext,
): Promise<SplitPreview> {
  const planned = { ...dataset, manifest: { ...dataset.manifest, splits } };
  const opened: OpenedSource[] = [];
  for (const file of planned.manifest.files) {
    if ((file.part ?? 'train') !== 'train') continue;
    opened.push(await openSource(fileRequest(file, { dataset: planned, path: dataset.path, configPath: [] }), files));
  }
  const labels = new GrowingNumbers();
  const groups = new GrowingNumbers();
  for await (const items of usableRows(planned, opened)) {
    for (const item of items) {
      if (isBadRow(item)) continue;
      labels.addName(item.label);
      if (item.group !== undefined) groups.addName(item.group);
    }
    await pause();
    if (signal.aborted) throw new CancelledError();
  }
  const hasGroups = splits.groupColumn !== undefined;
  const parts = assignParts({ labels: labels.view(), groups: hasGroups ? groups.view() : undefined }, splits);
  const counts = countedParts(parts, labels, splits);
  return { parts: counts, ...(hasGroups ? { groups: groups.names.length } : {}) };
}

function countedParts(parts: Uint8Array, labels: GrowingNumbers, splits: Splits): SplitPreview['parts'] {
  const { names } = labels;
  const counts = partNames(splits).map(() => new Float64Array(names.length));
  for (let row = 0; row < parts.length; row++) counts[parts[row]][labels.at(row)]++;
  const numberOf = new Map(names.map((name, at) => [name, at]));
  const sorted = sortLabels(names);
  return partNames(splits).flatMap((part, at) => {
    const rows = counts[at].reduce((sum, count) => sum + count, 0);
    const isAsked = splits.folds !== undefined || at === 0 || splits[DATASET_PARTS[at] as 'validation' | 'test'];
    if (!isAsked) return [];
    return [{ part, rows, labels: sorted.map((label) => ({ label, rows: counts[at][numberOf.get(label) ?? 0] })) }];
  });
}

const partNames = ({ folds }: Splits): RowPart[] =>
  folds === undefined ? [...DATASET_PARTS] : Array.from({ length: folds }, (_, at): RowPart => `fold ${at + 1}`);
