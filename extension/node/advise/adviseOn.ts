// Advice on a dataset on disk: its rows are read twice, once for what they are, once for their tokens under the tokenizer that fits.
import { totalmem } from 'node:os';
import type { PlacedDataset } from '../../data/dataset/openDataset.ts';
import type { Advice, DatasetAdvice } from '../../protocol/advice.ts';
import type { DatasetReport } from '../../protocol/datasetReport.ts';
import type { LoadOptions } from '../dataReader.ts';
import type { MachineRates } from '../estimate/machineRates.ts';
import { surveyDataset } from '../surveyDataset.ts';
import { advise, draftOf } from './advise.ts';
import { countTokens } from './countTokens.ts';
import { estimateDraft } from './sizes.ts';
import { type DatasetStatistics, textFacts } from './statistics.ts';
import { textFor } from './textFor.ts';

export interface Advised {
  advice: Advice;
  facts: DatasetStatistics;
}

/** `report`, where the rows were looked at before. Throws CancelledError, and DataError for files that cannot be read. */
export async function adviseOn(
  dataset: PlacedDataset,
  options: LoadOptions,
  report?: Pick<DatasetReport, 'parts' | 'scripts' | 'findings'>,
): Promise<Advised> {
  const known = report ?? (await surveyDataset(dataset, { maxLength: 1, keptRows: 0 }, options));
  const text = textFacts(dataset.manifest, known);
  const facts = { ...text, tokens: await countTokens(dataset, textFor(text), options) };
  return { advice: advise(facts, { memoryBytes: totalmem() }), facts };
}

export function withEstimate({ advice, facts }: Advised, rates: MachineRates): DatasetAdvice {
  return { ...advice, estimate: estimateDraft(draftOf(advice), facts, rates) };
}
