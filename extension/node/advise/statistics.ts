// What of a dataset decides which encoder fits. Counts and lengths alone: rules read nothing else.

import { partsOf } from '../../config/checkReferences.ts';
import type { DatasetReport, Percentiles } from '../../protocol/datasetReport.ts';
import type { Dataset } from '../../schema/dataset.ts';
import type { TaskName } from '../../schema/tasks.ts';

/** Of the training part, before anything is cut into tokens. */
export interface TextFacts {
  task: TaskName;
  /** Whether the dataset has a part to validate on. */
  hasValidation: boolean;
  rows: number;
  /** Rows of the validation part; 0 where there is none. */
  validationRows: number;
  /** The most frequent first. */
  classes: readonly { label: string; count: number }[];
  characters: Percentiles;
  /** Of all letters, 0 to 1. */
  chineseShare: number;
  /** Whether punctuation stands apart from words already. */
  isTokenised: boolean;
  isLowerCase: boolean;
  /** Whether rare words were replaced by a sign. */
  hasPlaceholders: boolean;
  /** Of the texts of all parts, 0 to 1. */
  markupShare: number;
}

/** Of the training part, under the tokenizer that fits. */
export interface TokenFacts {
  /** Tokens of each text, ascending; of running text those of each line. */
  lengths: Uint32Array;
  total: number;
  /** Different tokens. */
  types: number;
  /** Different tokens that occur once. */
  once: number;
}

export interface DatasetStatistics extends TextFacts {
  tokens: TokenFacts;
}

export function textFacts(manifest: Dataset, report: Pick<DatasetReport, 'parts' | 'scripts' | 'findings'>): TextFacts {
  const part = (name: string) => report.parts.find((facts) => facts.part === name);
  const training = part('train');
  const found = (code: string): number => report.findings.find((finding) => finding.code === code)?.count ?? 0;
  const rows = report.parts.reduce((sum, facts) => sum + facts.rows, 0);
  return {
    task: manifest.kind === 'text' ? 'languageModel' : 'classification',
    hasValidation: partsOf(manifest).includes('validation'),
    rows: training?.rows ?? 0,
    validationRows: part('validation')?.rows ?? 0,
    classes: (training?.labels ?? []).toSorted((a, b) => b.count - a.count),
    characters: training?.characters ?? { min: 0, median: 0, p90: 0, p95: 0, p99: 0, max: 0 },
    chineseShare: report.scripts.find(({ script }) => script === 'Han')?.share ?? 0,
    isTokenised: found('dataset.tokenised') > 0,
    isLowerCase: found('dataset.lowercase') > 0,
    hasPlaceholders: found('dataset.placeholder') > 0,
    markupShare: found('dataset.markup') / Math.max(1, rows),
  };
}

/** The smallest length that at least this share of the texts do not pass. */
export function percentile({ lengths }: TokenFacts, share: number): number {
  return lengths[Math.max(0, Math.ceil(share * lengths.length) - 1)] ?? 0;
}
