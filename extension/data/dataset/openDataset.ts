// One part of a dataset as a stream of examples: its files one after the other, without the rows that the manifest leaves out,
// and of files that are split only the rows of the part.
import type { Dataset, DatasetFile } from '../../schema/dataset.ts';
import type { ResolvedFile } from '../../schema/resolved.ts';
import type { DatasetPart } from '../../schema/source.ts';
import { DataError } from '../dataError.ts';
import { openSource } from '../examples.ts';
import { isBadRow, type OpenedSource, type ReadItem, type SourceRequest } from '../readItem.ts';
import type { Example, FileSource } from '../types.ts';
import { assignParts, PART_NUMBERS, type Parts } from './assignParts.ts';
import { ExcludedRows } from './excludedRows.ts';
import { GrowingNumbers } from './growingNumbers.ts';

/** A valid manifest, and where it lies. */
export interface PlacedDataset {
  manifest: Dataset;
  /** Absolute path of the manifest. */
  path: string;
  /** Absolute path of the manifest's folder. */
  folder: string;
}

export interface DatasetRequest {
  dataset: PlacedDataset;
  part: DatasetPart;
  /** 1-based. */
  fold?: number;
  /** Absolute path of the manifest. */
  path: string;
  /** Where the reference stands in the config. */
  configPath: readonly (string | number)[];
}

/** The files that a part is read from. */
export function filesOf({ manifest }: PlacedDataset, part: DatasetPart): DatasetFile[] {
  const named = manifest.files.filter((file) => (file.part ?? 'train') === part);
  return named.length === 0 && isCut(manifest, part)
    ? manifest.files.filter((file) => (file.part ?? 'train') === 'train')
    : named;
}

/** Whether the part is cut from the training rows. */
export function isCut({ files, splits }: Dataset, part: DatasetPart): boolean {
  if (!splits || files.some((file) => file.part === part && part !== 'train')) return false;
  if (part === 'train') return true;
  return part === 'validation' ? (splits.validation ?? splits.folds) !== undefined : splits.test !== undefined;
}

/** Each file has one path: those of rows and of rows that are left out are compared as texts. */
export function absoluteIn(folder: string, path: string): string {
  const inside = path.replace(/^(?:\.\/)+/, '');
  return inside === '' || inside === '.' ? folder : `${folder}/${inside}`;
}

/** Throws DataError `dataset.noPart`, `dataset.noFold`, and what its files throw. */
export async function openDataset(request: DatasetRequest, files: FileSource): Promise<OpenedSource> {
  const { dataset, part } = request;
  const ofPart = filesOf(dataset, part);
  if (ofPart.length === 0) throw noPart(request);
  checkFold(request);
  const opened: OpenedSource[] = [];
  for (const file of ofPart) opened.push(await openSource(fileRequest(file, request), files));
  const rows = () => usableRows(dataset, opened);
  const how = [`${opened.length === 1 ? 'File' : 'Files'} of ${dataset.path}, part ${part}.`];
  return {
    how: [...how, ...opened.flatMap((source) => source.how)],
    read: isCut(dataset.manifest, part) ? () => rowsOfPart(request, rows) : rows,
  };
}

/** How one file of a dataset is asked for. */
export function fileRequest(file: DatasetFile, request: Omit<DatasetRequest, 'part'>): SourceRequest {
  const { manifest, folder } = request.dataset;
  const { part: _part, bytes: _bytes, ...source } = file;
  const resolved: ResolvedFile = { format: 'auto', labelPart: 'whole', encoding: 'auto', ...source };
  return {
    source: resolved,
    path: absoluteIn(folder, file.path),
    configPath: request.configPath,
    isUnlabelled: manifest.kind === 'text',
    groupColumn: manifest.splits?.groupColumn,
  };
}

/** Rows of files without those that are left out. */
export async function* usableRows(dataset: PlacedDataset, opened: readonly OpenedSource[]): AsyncGenerator<ReadItem[]> {
  const { manifest, folder } = dataset;
  const excluded = new ExcludedRows(manifest.exclude ?? [], (path) => absoluteIn(folder, path));
  const isText = manifest.kind === 'text';
  for (const source of opened) {
    for await (const items of source.read()) {
      const kept = items.filter(({ path, line }) => !excluded.has(path, line));
      for (const item of kept) {
        if (isBadRow(item)) continue;
        item.label = labelName(item.label, manifest);
        // Running text keeps its lines apart; a text of a column is a line.
        if (isText && source.isColumn) item.text = `${item.text}\n`;
      }
      yield kept;
    }
  }
}

/** The name of a label that stands as a number in the file. */
export function labelName(label: string, { labels }: Dataset): string {
  return labels && /^\d+$/.test(label) ? (labels[Number(label)] ?? label) : label;
}

/** What a row belongs to is known when all were counted, so the first of the parts reads twice. Rows that cannot be used are told of with the training part. */
async function* rowsOfPart(
  { dataset, part, fold = 1 }: DatasetRequest,
  rows: () => AsyncGenerator<ReadItem[]>,
): AsyncGenerator<ReadItem[]> {
  const splits = dataset.manifest.splits ?? {};
  const parts = await knownParts(dataset, rows);
  const isMine = (assigned: number): boolean => {
    if (splits.folds !== undefined) return (assigned === fold - 1) === (part === 'validation');
    return assigned === PART_NUMBERS[part];
  };
  let row = 0;
  for await (const items of rows()) {
    yield items.filter((item) => (isBadRow(item) ? part === 'train' : isMine(parts[row++])));
  }
}

/** Of a dataset that was opened once, whatever parts of it are read. */
const PARTS_OF = new WeakMap<PlacedDataset, Promise<Parts>>();

function knownParts(dataset: PlacedDataset, rows: () => AsyncGenerator<ReadItem[]>): Promise<Parts> {
  const known = PARTS_OF.get(dataset) ?? partsOfRows(rows(), dataset);
  PARTS_OF.set(dataset, known);
  return known;
}

async function partsOfRows(batches: AsyncIterable<ReadItem[]>, { manifest }: PlacedDataset): Promise<Parts> {
  const splits = manifest.splits ?? {};
  const labels = new GrowingNumbers();
  const groups = new GrowingNumbers();
  const use = ({ label, group }: Example): void => {
    labels.addName(label);
    if (group !== undefined) groups.addName(group);
  };
  for await (const items of batches) for (const item of items) if (!isBadRow(item)) use(item);
  const isGrouped = splits.groupColumn !== undefined;
  return assignParts({ labels: labels.view(), groups: isGrouped ? groups.view() : undefined }, splits);
}

function noPart({ dataset, part, configPath }: DatasetRequest): DataError {
  return new DataError({
    code: 'dataset.noPart',
    message: `The dataset ${dataset.path} has no ${part} part.`,
    remedy: 'Give one of its files "part", or set "splits" in the manifest.',
    configPath,
  });
}

function checkFold({ dataset, fold, configPath }: DatasetRequest): void {
  const { folds } = dataset.manifest.splits ?? {};
  if (fold === undefined || (folds !== undefined && fold <= folds)) return;
  throw new DataError({
    code: 'dataset.noFold',
    message: folds === undefined ? `${dataset.path} has no folds.` : `${dataset.path} has ${folds} folds, not ${fold}.`,
    remedy:
      folds === undefined ? 'Remove "fold", or set "splits.folds" in the manifest.' : 'Give a fold that is there.',
    configPath: [...configPath, 'fold'],
  });
}
