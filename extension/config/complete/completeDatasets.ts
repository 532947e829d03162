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

export interface DatasetWish {
  /** The reference itself is offered, `{ "dataset": … }`, where a source has not begun yet. */
  isWhole: boolean;
  /** Running text for a language model; others come last. */
  isText: boolean;
}

export async function completeDatasets(probe: FileProbe, { isWhole, isText }: DatasetWish): Promise<Completion[]> {
  const datasets = await nearDatasets(probe);
  const offers = await Promise.all(
    datasets.map(async ({ name, path }, index) => {
      const about = index < MAX_READ ? await describe(path, probe) : undefined;
      const text = isWhole ? `{ "dataset": ${quoted(name)} }` : quoted(name);
      const item: Completion = {
        kind: 'dataset',
        label: name,
        text,
        detail: about?.detail,
        documentation: about?.words ?? path,
      };
      return { item, fits: about === undefined || about.isText === isText };
    }),
  );
  return [...offers.filter(({ fits }) => fits), ...offers.filter(({ fits }) => !fits)].map(({ item }) => item);
}

interface AboutDataset {
  detail: string;
  words: string;
  isText: boolean;
}

async function describe(path: string, probe: FileProbe): Promise<AboutDataset | undefined> {
  // A manifest that went away, or is not readable, is found to be so where the config is checked.
  const text = await probe.readText(probe.resolve(path)).catch(() => undefined);
  const { dataset } = text === undefined ? {} : validateDataset(text);
  if (!dataset) return undefined;
  const isText = dataset.kind === 'text';
  const detail = [isText ? 'running text' : 'labelled', ...partsOf(dataset)].join(', ');
  return { detail, isText, words: [dataset.name, dataset.description, path].filter(Boolean).join('\n\n') };
}
