// Where the manifest of a dataset lies that a config names: a path, or a name that is looked for near the config and above it.
import { DATASET_SUFFIX } from '../schema/dataset.ts';
import type { FileProbe } from './checkFiles.ts';

/** Folders beside a config that are looked into. */
export const DATASET_FOLDERS = ['', 'data/', 'datasets/'];
/** Folders above a config that are looked into as well. */
export const MAX_FOLDERS_UP = 8;

/** The path of the manifest as a config would give it; undefined where there is none. */
export async function locateDataset(
  name: string,
  probe: Pick<FileProbe, 'resolve' | 'kind'>,
): Promise<string | undefined> {
  const isThere = async (path: string): Promise<boolean> => (await probe.kind(probe.resolve(path))) === 'file';
  if (name.endsWith(DATASET_SUFFIX)) return (await isThere(name)) ? name : undefined;
  for (let up = 0; up <= MAX_FOLDERS_UP; up++) {
    for (const folder of DATASET_FOLDERS) {
      const path = `${'../'.repeat(up)}${folder}${name}${DATASET_SUFFIX}`;
      if (await isThere(path)) return path;
    }
  }
  return undefined;
}
