// Datasets that a config can name: those whose manifest is found by its name (locateDataset), nearest first.
import { DATASET_SUFFIX } from '../../schema/dataset.ts';
import { validateDataset } from '../checkDataset.ts';
import type { FileProbe } from '../checkFiles.ts';
import { partsOf } from '../checkReferences.ts';
import { DATASET_FOLDERS, MAX_FOLDERS_UP } from '../locateDataset.ts';
import { type Completion, quoted } from './completion.ts';

/** More manifests than this are named without what is in them. */
const MAX_READ = 30;

export interface NearDataset {
  name: string;
  /** Relative path of its manifest. */
  path: string;
}

/** Each name once: the manifest that a config means by it. */
export async function nearDatasets(probe: FileProbe): Promise<NearDataset[]> {
  const found = new Map<string, NearDataset>();
  for (let up = 0; up <= MAX_FOLDERS_UP; up++) {
    for (const folder of DATASET_FOLDERS) {
      const at = '../'.repeat(up) + folder;
      for (const file of await probe.list(probe.resolve(at || '.'))) {
        const name = file.slice(0, -DATASET_SUFFIX.length);
        if (file.endsWith(DATASET_SUFFIX) && name !== '' && !found.has(name))
          found.set(name, { name, path: at + file });
      }
    }
  }
  return [...found.values()];
}

/** `isWhole`: the reference itself is offered, `{ "dataset": … }`, where a source has not begun yet. */
export async function completeDatasets(probe: FileProbe, { isWhole }: { isWhole: boolean }): Promise<Completion[]> {
  const datasets = await nearDatasets(probe);
  return Promise.all(
    datasets.map(async ({ name, path }, index): Promise<Completion> => {
      const about = index < MAX_READ ? await describe(path, probe) : undefined;
      const text = isWhole ? `{ "dataset": ${quoted(name)} }` : quoted(name);
      return { kind: 'dataset', label: name, text, detail: about?.detail, documentation: about?.words ?? path };
    }),
  );
}

async function describe(path: string, probe: FileProbe): Promise<{ detail: string; words: string } | undefined> {
  // A manifest that went away, or is not readable, is found to be so where the config is checked.
  const text = await probe.readText(probe.resolve(path)).catch(() => undefined);
  const { dataset } = text === undefined ? {} : validateDataset(text);
  if (!dataset) return undefined;
  const detail = [dataset.kind === 'text' ? 'running text' : 'labelled', ...partsOf(dataset)].join(', ');
  return { detail, words: [dataset.name, dataset.description, path].filter(Boolean).join('\n\n') };
}
