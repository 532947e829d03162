// What both doors ask of datasets: a look before import, a description, remedies.
import type { DatasetReport, Remedy } from '../protocol/datasetReport.ts';
import type { DatasetProposal } from '../protocol/engineContract.ts';
import type { LoadOptions } from './dataReader.ts';
import { readDataset } from './datasets.ts';
import { excludeFound } from './editDataset.ts';
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

export async function describeDataset(path: string, options: LoadOptions): Promise<DatasetReport> {
  const settings = { tokenizer: 'word', maxLength: DEFAULT_MAX_LENGTH, keptRows: LISTED_ROWS } as const;
  return surveyDataset(await readDataset(path), settings, options);
}

/** Leaves out all rows that the remedies are for; how many. */
export async function fixDataset(path: string, remedies: readonly Remedy[], options: LoadOptions): Promise<number> {
  const dataset = await readDataset(path);
  const tokenizer = remedies.includes('nearDuplicates') ? 'word' : undefined;
  const settings = { tokenizer, maxLength: DEFAULT_MAX_LENGTH, keptRows: Number.POSITIVE_INFINITY } as const;
  const report = await surveyDataset(dataset, settings, options);
  return (await excludeFound(dataset, report, remedies)).rows;
}
