// Datasets that a config names: whether they are there, are valid, and have the part that is asked for.
import type { Dataset } from '../schema/dataset.ts';
import { DATASET_SUFFIX } from '../schema/dataset.ts';
import type { Experiment } from '../schema/experiment.ts';
import { DATASET_PARTS, type DatasetPart, type DatasetReference } from '../schema/source.ts';
import type { TaskName } from '../schema/tasks.ts';
import { nearestName } from '../util/editDistance.ts';
import { validateDataset } from './checkDataset.ts';
import type { FileProbe } from './checkFiles.ts';
import { type ConfigText, replaceNode } from './configText.ts';
import { DATASET_FOLDERS, locateDataset } from './locateDataset.ts';
import { toLineColumn } from './place.ts';
import type { ConfigProblem, ProblemFix } from './problem.ts';
import { type Placed, referencesOf } from './sources.ts';

export async function checkReferences(
  config: ConfigText,
  experiment: Experiment,
  probe: FileProbe,
): Promise<ConfigProblem[]> {
  const found: ConfigProblem[] = [];
  for (const placed of referencesOf(experiment)) {
    const problem = await problemOf(placed, experiment, probe);
    const key = problem?.key ?? 'dataset';
    const node = config.find([...placed.path, key]);
    if (!problem || !node) continue;
    const { offered = [], code, message, more = [] } = problem;
    const fixes: ProblemFix[] = offered.map((value) => {
      const text = JSON.stringify(value);
      return replaceNode(`Change to ${text}`, node, text);
    });
    if (problem.task) fixes.push(config.fixByValue(`Set "task": "${problem.task}"`, ['task'], problem.task));
    fixes.push(...more);
    found.push({ code, message, severity: 'error', start: node.offset, end: node.offset + node.length, fixes });
  }
  return found;
}

interface Found {
  code: string;
  message: string;
  key?: keyof DatasetReference;
  /** Values for that key that would do. */
  offered?: readonly (string | number)[];
  /** The task that would do. */
  task?: TaskName;
  more?: readonly ProblemFix[];
}

async function problemOf(
  { source, path }: Placed<DatasetReference>,
  experiment: Experiment,
  probe: FileProbe,
): Promise<Found | undefined> {
  const manifest = await locateDataset(source.dataset, probe);
  if (manifest === undefined) return notFound(source.dataset, probe);
  const text = await probe.readText(probe.resolve(manifest));
  const { dataset, problems } = validateDataset(text);
  const error = problems.find(({ severity }) => severity === 'error');
  if (error || !dataset) {
    const { line, column } = toLineColumn(text, error?.start ?? 0);
    const message = `${manifest}:${line}:${column}: ${error?.message ?? 'The manifest is empty.'}`;
    const action = { kind: 'open', path: manifest, line, column } as const;
    return { code: 'dataset.invalid', message, more: [{ title: `Open ${manifest}`, edits: [], action }] };
  }
  return mismatch(source, dataset, { key: String(path[1]), task: experiment.task ?? 'classification' });
}

function mismatch(
  source: DatasetReference,
  dataset: Dataset,
  { key, task }: { key: string; task: string },
): Found | undefined {
  const part = source.part ?? DATASET_PARTS.find((name) => name === key) ?? 'train';
  if (!partsOf(dataset).includes(part)) {
    const message = `"${source.dataset}" has no ${part} part; it has ${partsOf(dataset).join(', ')}.`;
    if (source.part === undefined) return { code: 'dataset.noPart', message };
    return { code: 'dataset.noPart', message, key: 'part', offered: partsOf(dataset) };
  }
  const { folds } = dataset.splits ?? {};
  if (source.fold !== undefined && source.fold > (folds ?? 0)) {
    const message = folds === undefined ? `"${source.dataset}" has no folds.` : `There are ${folds} folds.`;
    return { code: 'dataset.noFold', message, key: 'fold', offered: folds === undefined ? [] : [folds] };
  }
  const isText = dataset.kind === 'text';
  if (isText === (task === 'languageModel')) return undefined;
  const message = isText
    ? `"${source.dataset}" holds texts without labels, which are for a language model.`
    : `"${source.dataset}" holds texts with labels; a language model reads a dataset of kind "text".`;
  return { code: 'dataset.kind', message, task: isText ? 'languageModel' : 'classification' };
}

/** The parts that a dataset has, by its files or cut from its training rows. */
export function partsOf({ files, splits }: Dataset): DatasetPart[] {
  const cut: Record<DatasetPart, boolean> = {
    train: false,
    validation: (splits?.validation ?? splits?.folds) !== undefined,
    test: splits?.test !== undefined,
  };
  return DATASET_PARTS.filter((part) => cut[part] || files.some((file) => (file.part ?? 'train') === part));
}

async function notFound(name: string, probe: FileProbe): Promise<Found> {
  const listed = await Promise.all(
    DATASET_FOLDERS.map(async (folder) => {
      const files = await probe.list(probe.resolve(folder || '.'));
      return files.map((file) => ({ file, path: folder + file }));
    }),
  );
  const names = listed
    .flatMap((files) => files.map(({ file }) => file))
    .filter((file) => file.endsWith(DATASET_SUFFIX));
  const nearest = nearestName(
    name,
    names.map((file) => file.slice(0, -DATASET_SUFFIX.length)),
  );
  const remedy = nearest
    ? `Did you mean "${nearest}"?`
    : `Make ${name.endsWith(DATASET_SUFFIX) ? name : `${name}${DATASET_SUFFIX}`} with "gatescope dataset import".`;
  const message = `There is no dataset "${name}". ${remedy}`;
  // Its manifest would be called what the config says already.
  const data = listed.flat().filter(({ file }) => DATA_FILE.exec(file)?.[1] === name);
  const more: ProblemFix[] = [
    ...data.map(({ path }) => importFix(`Import ${path} as a dataset`, path)),
    importFix('Import a dataset…'),
  ];
  return { code: 'dataset.notFound', message, offered: nearest ? [nearest] : [], more };
}

const DATA_FILE = /^(.+)\.(?:csv|tsv|tab|jsonl|ndjson|json|parquet|arrow|txt)$/i;

function importFix(title: string, path?: string): ProblemFix {
  return { title, edits: [], action: { kind: 'importDataset', ...(path !== undefined && { path }) } };
}
