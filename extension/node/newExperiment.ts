// A config for a dataset, as the advisor has it, written beside its manifest or where it is asked for.
import { writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { locateDataset } from '../config/locateDataset.ts';
import { DATASET_SUFFIX } from '../schema/dataset.ts';
import { UserError } from '../util/userError.ts';
import { adviseOn } from './advise/adviseOn.ts';
import { experimentText } from './advise/experimentText.ts';
import type { LoadOptions } from './dataReader.ts';
import { readDataset } from './datasets.ts';
import { createFileProbe } from './fileProbe.ts';

const CONFIG_SUFFIX = '.gatescope.json';

/** Writes a config; its absolute path. `out` is absolute. Throws UserError `config.exists`. */
export async function writeExperiment(
  manifestPath: string,
  out: string | undefined,
  options: LoadOptions,
): Promise<string> {
  const path = out ?? `${manifestPath.slice(0, -DATASET_SUFFIX.length)}${CONFIG_SUFFIX}`;
  const probe = createFileProbe(path);
  if ((await probe.kind(path)) !== undefined) throw exists(path);
  const dataset = await readDataset(manifestPath);
  const { advice } = await adviseOn(dataset, options);
  const reference = await referenceTo(manifestPath, path);
  await writeFile(path, experimentText({ reference, manifest: dataset.manifest }, advice), { flag: 'wx' });
  return path;
}

/** The name where it leads to this manifest, else its path. */
async function referenceTo(manifestPath: string, configPath: string): Promise<string> {
  const folder = dirname(configPath);
  const path = relative(folder, manifestPath).split(sep).join('/');
  const name = path.slice(path.lastIndexOf('/') + 1, -DATASET_SUFFIX.length);
  const found = await locateDataset(name, createFileProbe(configPath));
  return found !== undefined && join(folder, found) === manifestPath ? name : path;
}

function exists(path: string): UserError {
  return new UserError({
    code: 'config.exists',
    message: `${path} is already there.`,
    remedy: 'Give another name.',
  });
}
