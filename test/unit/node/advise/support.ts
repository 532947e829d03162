// Statistics of a made-up dataset that nothing is wrong with: English questions in words, two classes of the same size.
import { advise } from '../../../../extension/node/advise/advise.ts';
import type { DatasetStatistics } from '../../../../extension/node/advise/statistics.ts';
import type { AdviceEntry } from '../../../../extension/protocol/advice.ts';

const characters = { min: 10, median: 50, p90: 80, p95: 90, p99: 110, max: 200 };
/** 1 to 100 tokens, as many texts of each. */
const lengths = Uint32Array.from({ length: 5000 }, (_, at) => 1 + Math.floor(at / 50));

export const FACTS: DatasetStatistics = {
  task: 'classification',
  hasValidation: true,
  rows: 5000,
  validationRows: 500,
  classes: [
    { label: 'warm', count: 2500 },
    { label: 'cold', count: 2500 },
  ],
  characters,
  chineseShare: 0,
  isTokenised: false,
  isLowerCase: false,
  hasPlaceholders: false,
  markupShare: 0,
  tokens: { lengths, total: 252_500, types: 8000, once: 4000 },
};

export const MACHINE = { memoryBytes: 8e9 };

/** What is advised for a key; undefined where no rule speaks. */
export function advised(
  key: string,
  changes: Partial<DatasetStatistics> = {},
  machine = MACHINE,
): AdviceEntry | undefined {
  return advise({ ...FACTS, ...changes }, machine).entries.find((entry) => entry.key === key);
}
