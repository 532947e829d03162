// Folders as the Hugging Face library `datasets` saves them (save_to_disk), and what it notes of columns.
import type { DatasetPart } from '../../schema/source.ts';
import { decodeFile } from '../decode.ts';
import { parseObject } from '../records.ts';
import type { FileSource } from '../types.ts';
import { partOfName } from './partNames.ts';

const MAX_INFO_CHARACTERS = 1 << 20;

/** Names of the classes of a column, from `features`; undefined where there are none. */
export function classNames(features: unknown, column: string | number | undefined): string[] | undefined {
  if (typeof features !== 'object' || features === null || typeof column !== 'string') return undefined;
  const feature = (features as Record<string, unknown>)[column] as { names?: unknown } | undefined;
  const names = feature?.names;
  return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : undefined;
}

export interface SavedSplit {
  part: DatasetPart;
  folder: string;
  /** Absolute paths. */
  paths: string[];
}

/** The parts of a saved dataset; none where the folder is not one. */
export async function savedSplits(folder: string, files: FileSource): Promise<SavedSplit[]> {
  if ((await files.kind(`${folder}/state.json`)) === 'file') return [await savedSplit(folder, 'train', files)];
  if ((await files.kind(`${folder}/dataset_dict.json`)) !== 'file') return [];
  const splits: SavedSplit[] = [];
  for (const name of await files.list(folder)) {
    const part = partOfName(name)?.part;
    if (part && (await files.kind(`${folder}/${name}/state.json`)) === 'file') {
      splits.push(await savedSplit(`${folder}/${name}`, part, files));
    }
  }
  return splits;
}

async function savedSplit(folder: string, part: DatasetPart, files: FileSource): Promise<SavedSplit> {
  const names = (await files.list(folder)).filter((name) => name.endsWith('.arrow'));
  return { part, folder, paths: names.map((name) => `${folder}/${name}`) };
}

/** What dataset_info.json says: features, licence and where the data is from. */
export async function readInfo(folder: string, files: FileSource): Promise<Record<string, unknown>> {
  const path = `${folder}/dataset_info.json`;
  if ((await files.kind(path)) !== 'file') return {};
  let text = '';
  for await (const piece of decodeFile(files, path, 'utf-8')) {
    text += piece;
    if (text.length > MAX_INFO_CHARACTERS) return {};
  }
  return parseObject(text) ?? {};
}
