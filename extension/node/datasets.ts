// Datasets on disk: manifests are found, read and checked here; what comes out of them is read by data/.
import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { validateDataset } from '../config/checkDataset.ts';
import { invalidConfig } from '../config/loadExperiment.ts';
import { locateDataset } from '../config/locateDataset.ts';
import type { PlacedDataset } from '../data/dataset/openDataset.ts';
import type { DataRequest } from '../data/openData.ts';
import { namedPath, type ResolvedExperiment, type ResolvedSource } from '../schema/resolved.ts';
import { UserError } from '../util/userError.ts';
import { createFileProbe } from './fileProbe.ts';

/** Excluded lines of very large datasets are long lists; more than this is no manifest. */
const MAX_MANIFEST_BYTES = 64 << 20;

/** Absolute path of the file, folder or manifest that a source names. */
export function absolutePath(source: ResolvedSource, configDir: string): string {
  const path = namedPath(source);
  return isAbsolute(path) ? path : join(configDir, path);
}

/** How a source of a config is asked for. Throws UserError `dataset.notFound`, `dataset.invalid`. */
export async function createRequest(
  source: ResolvedSource,
  configDir: string,
  configPath: readonly (string | number)[],
): Promise<DataRequest> {
  const path = absolutePath(source, configDir);
  if (!('dataset' in source)) return { source, path, configPath };
  return { dataset: await readDataset(path), part: source.part, fold: source.fold, path, configPath };
}

/** The same experiment with the paths of manifests in the place of names of datasets. Throws UserError `dataset.notFound`. */
export async function locateDatasets(experiment: ResolvedExperiment, configPath: string): Promise<ResolvedExperiment> {
  const probe = createFileProbe(configPath);
  const locate = async <T extends object | undefined>(source: T): Promise<T> => {
    if (!source || !('dataset' in source)) return source;
    const name = String(source.dataset);
    const dataset = await locateDataset(name, probe);
    if (dataset === undefined) throw notFound(name);
    return { ...source, dataset };
  };
  const { train, validation, test, ...data } = experiment.data;
  const located = { train: await locate(train), validation: await locate(validation), test: await locate(test) };
  return { ...experiment, data: { ...located, ...data } };
}

/** Absolute path of a manifest that a person names by path or name, as seen from a folder. Throws UserError `dataset.notFound`. */
export async function findDataset(name: string, folder: string): Promise<string> {
  const probe = createFileProbe(join(folder, 'config'));
  const kind = name.endsWith('.json') ? await probe.kind(probe.resolve(name)) : undefined;
  const path = kind === 'file' ? name : await locateDataset(name, probe);
  if (path === undefined) throw notFound(name);
  return probe.resolve(path);
}

/** Throws UserError `dataset.notFound`, `dataset.tooLarge`, `config.invalid`. */
export async function readDataset(path: string): Promise<PlacedDataset> {
  const text = await readManifestText(path);
  const { dataset, problems } = validateDataset(text);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw invalidConfig(path, text, errors);
  if (!dataset) {
    throw new UserError({ code: 'dataset.empty', message: `${path} is empty.`, remedy: 'Import the data again.' });
  }
  return { manifest: dataset, path, folder: dirname(path) };
}

export async function readManifestText(path: string): Promise<string> {
  const stats = await stat(path).catch(() => undefined);
  if (!stats?.isFile()) throw notFound(path);
  if (stats.size <= MAX_MANIFEST_BYTES) return readFile(path, 'utf8');
  throw new UserError({
    code: 'dataset.tooLarge',
    message: `${path} is larger than ${MAX_MANIFEST_BYTES >> 20} MB, which no manifest is.`,
    remedy: 'Name a *.dataset.json file.',
  });
}

function notFound(name: string): UserError {
  return new UserError({
    code: 'dataset.notFound',
    message: `There is no dataset "${name}".`,
    remedy:
      'Give the path of a *.dataset.json, or its name where it lies in this folder, in "data" or "datasets" here, or above; "gatescope dataset import" makes one.',
  });
}
