// A config for a dataset that trains as it is: sizes that suit what is known of its texts, and reasons as comments.
import type { DatasetReport } from '../protocol/datasetReport.ts';
import type { Dataset } from '../schema/dataset.ts';
import { partsOf } from './checkReferences.ts';

export interface KnownDataset {
  /** As the config will name it. */
  reference: string;
  manifest: Dataset;
  report: Pick<DatasetReport, 'parts' | 'findings'>;
}

const MIN_LENGTH = 16;
const MAX_LENGTH = 512;
/** Texts with fewer characters are names or codes: what is in them are letters, not words. */
const SHORT_CHARACTERS = 20;
/** Rows from which a large model does not learn them by heart at once. */
const FEW_ROWS = 2000;

export function experimentFor(dataset: KnownDataset): string {
  return dataset.manifest.kind === 'text' ? languageModel(dataset) : classifier(dataset);
}

function dataLines({ reference, manifest }: KnownDataset): string {
  const parts = partsOf(manifest);
  const named = `{ "dataset": ${JSON.stringify(reference)} }`;
  const lines = [
    `    "train": ${named}`,
    `    "validation": ${parts.includes('validation') ? named : '{ "split": 0.1 }'}`,
    ...(parts.includes('test') ? [`    "test": ${named}`] : []),
  ];
  return lines.join(',\n');
}

const has = ({ report }: KnownDataset, code: string): boolean => report.findings.some((found) => found.code === code);

function classifier(dataset: KnownDataset): string {
  const { manifest, report, reference } = dataset;
  const training = report.parts.find(({ part }) => part === 'train');
  const isShort = (training?.characters.p95 ?? 0) < SHORT_CHARACTERS;
  const lengths = isShort ? training?.characters : training?.tokens;
  const maxLength = Math.min(MAX_LENGTH, Math.max(MIN_LENGTH, Math.ceil((lengths?.p99 ?? 64) / 8) * 8));
  const isSmall = (training?.rows ?? 0) < FEW_ROWS;
  const tokenizer = isShort ? 'character' : has(dataset, 'dataset.tokenised') ? 'whitespace' : 'word';
  const weights = has(dataset, 'dataset.imbalance') ? '\n    "loss": { "classWeights": "balanced" },' : '';
  return `{
  "name": ${JSON.stringify(manifest.name ?? reference)},
  "data": {
${dataLines(dataset)}
  },
  "text": {
    "tokenizer": { "type": "${tokenizer}", "lowercase": ${!isShort} },
    // 99 % of the training texts have up to ${lengths?.p99 ?? 'so many'} ${isShort ? 'characters' : 'tokens'}.
    "maxLength": ${maxLength}
  },
  "model": {
    "embedding": { "size": ${isShort ? 32 : isSmall ? 50 : 100}, "dropout": 0.2 },
    "encoder": { "type": "lstm", "hiddenSize": ${isSmall ? 50 : 100}, "bidirectional": true },
    "pooling": "max",
    "head": { "dropout": 0.5 }
  },
  "training": {
    "epochs": 10,
    "batchSize": ${isSmall ? 16 : 50},
    "seed": 1,${weights}
    "optimizer": { "type": "adam", "learningRate": 0.001 },
    "clip": { "norm": 5 }
  }
}
`;
}

function languageModel(dataset: KnownDataset): string {
  const { manifest, reference } = dataset;
  const hasWords = has(dataset, 'dataset.placeholder') || has(dataset, 'dataset.tokenised');
  return `{
  "name": ${JSON.stringify(manifest.name ?? reference)},
  "task": "languageModel",
  "data": {
${dataLines(dataset)}
  },
  "text": { "tokenizer": { "type": "${hasWords ? 'whitespace' : 'character'}" } },
  "model": {
    "embedding": ${hasWords ? '{ "size": 200 }' : '{ "type": "oneHot" }'},
    "encoder": { "type": "lstm", "hiddenSize": ${hasWords ? 200 : 128} }
  },
  "training": {
    "epochs": 5,
    "batchSize": 32,
    "sequenceLength": ${hasWords ? 20 : 64},
    "seed": 1,
    "optimizer": { "type": "adam", "learningRate": 0.002 },
    "clip": { "norm": 5 }
  }
}
`;
}
