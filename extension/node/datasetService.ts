// What both doors ask of datasets: a look before import, remedies.
import type { Remedy } from '../protocol/datasetReport.ts';
import type { DatasetProposal } from '../protocol/engineContract.ts';
import { writeFileAtomic } from '../store/atomicWrite.ts';
import type { LoadOptions } from './dataReader.ts';
import { readDataset } from './datasets.ts';
import { type ExcludedByRemedy, excludeFound } from './editDataset.ts';
import { type ImportWishes, proposeImport } from './importDataset.ts';
import { DEFAULT_MAX_LENGTH, surveyDataset } from './surveyDataset.ts';

/** Rows that a finding lists. */
const LISTED_ROWS = 100;

/** Looks at all rows once, without splits, tokens and almost equal texts: that is what import has to know. */
export async function proposeWithReport(
  { path, ...wishes }: ImportWishes & { path: string },
  options: LoadOptions,
): Promise<DatasetProposal> {
  const { dataset, reasons } = await proposeImport(path, wishes);
  const { splits: _splits, ...manifest } = dataset.manifest;
  const settings = { maxLength: DEFAULT_MAX_LENGTH, keptRows: LISTED_ROWS };
  const report = await surveyDataset({ ...dataset, manifest }, settings, options);
  return { path: dataset.path, manifest: dataset.manifest, reasons, report };
}

/** The manifest without all rows that the remedies are for. */
export async function fixedDataset(
  path: string,
  remedies: readonly Remedy[],
  options: LoadOptions,
): Promise<ExcludedByRemedy> {
  const dataset = await readDataset(path);
  const tokenizer = remedies.includes('nearDuplicates') ? 'word' : undefined;
  const settings = { tokenizer, maxLength: DEFAULT_MAX_LENGTH, keptRows: Number.POSITIVE_INFINITY } as const;
  const report = await surveyDataset(dataset, settings, options);
  return excludeFound(dataset, report, remedies);
}

/** Writes that manifest; how many rows are left out now and were not before. */
export async function fixDataset(path: string, remedies: readonly Remedy[], options: LoadOptions): Promise<number> {
  const { rows, text } = await fixedDataset(path, remedies, options);
  await writeFileAtomic(path, text);
  return rows;
}
