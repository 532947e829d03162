// What is known of the files that a config names: there or missing, and from the latest run, how many rows and labels, or tokens.
import { stat } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import type { Experiment } from '../../schema/experiment.ts';
import type { ResolvedExperiment } from '../../schema/resolved.ts';
import type { RunEnvironment } from '../../schema/run.ts';
import { readEnvironment, readRunConfig } from '../../store/runStore.ts';
import type { ListedRun } from './runList.ts';
import type { DataPart, DatasetNode } from './treeItems.ts';

export interface DatasetFacts extends DatasetNode {
  isThere: boolean;
  /** Usable rows, from the latest run that read this file. */
  rows?: number;
  labels?: number;
  /** In the place of both for running text. */
  tokens?: number;
}

type Sources = Pick<Experiment, 'data'> | Pick<ResolvedExperiment, 'data'>;

/** Files and folders that a config names. `folder` is the config's. */
export function namedSources({ data }: Sources, folder: string): { part: DataPart; path: string }[] {
  const { train, validation, test } = data;
  const sources: [DataPart, object | undefined][] = [
    ['train', train],
    ['validation', validation],
    ['test', test],
  ];
  return sources.flatMap(([part, source]) =>
    source && 'path' in source ? [{ part, path: resolve(folder, String(source.path)) }] : [],
  );
}

/** `runs`: of this config, newest first. */
export async function datasetFacts(
  configPath: string,
  experiment: Experiment,
  runs: readonly ListedRun[],
): Promise<DatasetFacts[]> {
  const sources = namedSources(experiment, dirname(configPath));
  const known = await rowsOfLatestRun(dirname(configPath), runs);
  return Promise.all(
    sources.map(async ({ part, path }) => ({
      kind: 'dataset' as const,
      configPath,
      part,
      path,
      isThere: await stat(path).then(
        () => true,
        () => false,
      ),
      ...known.get(`${part}:${path}`),
    })),
  );
}

type Known = Map<string, Pick<DatasetFacts, 'rows' | 'labels' | 'tokens'>>;

async function rowsOfLatestRun(folder: string, runs: readonly ListedRun[]): Promise<Known> {
  const run = runs.find(({ manifest }) => manifest.labels.length > 0 || manifest.task === 'languageModel');
  const [environment, config] = run
    ? await Promise.all([readEnvironment(run.dir), readRunConfig(run.dir)]).catch(() => [undefined, undefined] as const)
    : [undefined, undefined];
  if (!run || !environment || !config) return new Map();
  const labels = run.manifest.labels.length;
  return new Map(
    namedSources(config, folder).map(({ part, path }) => {
      const count = countIn(part, config, environment);
      return [`${part}:${path}`, config.task === 'languageModel' ? { tokens: count } : { rows: count, labels }];
    }),
  );
}

/** Examples or tokens that the source holds. */
function countIn(part: DataPart, config: ResolvedExperiment, { data }: RunEnvironment): number | undefined {
  if (part !== 'train') return data[part];
  return 'split' in config.data.validation ? data.train + data.validation : data.train;
}

/** How a data file is called in lists: relative to the folder of its config where it lies in it. */
export function datasetName({ path, configPath }: DatasetNode): string {
  const fromConfig = relative(dirname(configPath), path);
  return fromConfig.startsWith('..') ? path : fromConfig;
}
