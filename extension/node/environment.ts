// environment.json: what a run was made with and from.
import { createHash } from 'node:crypto';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import type { BackendChoice, RunEnvironment } from '../schema/run.ts';
import type { LoadedData } from './loadData.ts';

export interface EnvironmentFacts {
  experiment: ResolvedExperiment;
  /** What computes. */
  backend: BackendChoice;
  /** Version of Gatescope. */
  version: string;
  data: LoadedData;
  /** The text of tokenizer.json. */
  tokenizer: string;
  /** Count of all trainable numbers. */
  parameters: number;
  /** SHA-256, hex, of the weights and the word vectors that it starts from. */
  hashes?: { start?: string; vectors?: string };
}

export function describeEnvironment({
  experiment,
  backend: { threads, ...backend },
  version,
  data,
  tokenizer,
  parameters,
  hashes,
}: EnvironmentFacts): RunEnvironment {
  return {
    schemaVersion: 1,
    gatescope: version,
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    backend,
    threads,
    seed: experiment.training.seed,
    hashes: { config: sha256(JSON.stringify(experiment)), ...data.hashes, tokenizer: sha256(tokenizer), ...hashes },
    data: {
      train: data.train.count,
      validation: data.validation.count,
      test: data.test?.count,
      vocabulary: data.tokenizer.vocabularySize,
      skippedRows: data.rows.skipped,
      parameters,
    },
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
