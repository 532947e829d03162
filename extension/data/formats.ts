// How rows lie in a file: as the config says, or found by name and by a look at the first lines.
import type { DataFormat } from '../schema/source.ts';
import { DataError } from './dataError.ts';
import type { FileSource } from './types.ts';

export type KnownFormat = Exclude<DataFormat, 'auto'>;

export interface FoundFormat {
  format: KnownFormat;
  reason: string;
}

const BY_EXTENSION: Readonly<Record<string, KnownFormat>> = {
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'json',
  parquet: 'parquet',
  arrow: 'arrow',
};
/** Share of the first lines that must agree. */
const AGREEMENT = 0.95;
const MAX_LABEL_CHARACTERS = 40;

/** By extension; undefined where the content must tell. */
export function formatByName(path: string): FoundFormat | undefined {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1].toLowerCase() ?? '';
  const format = BY_EXTENSION[extension];
  return format && { format, reason: `by its name (.${extension})` };
}

/** A folder of folders, or of files. */
export async function formatOfFolder(files: FileSource, path: string): Promise<FoundFormat> {
  for (const name of await files.list(path)) {
    if (!name.startsWith('.') && (await files.kind(`${path}/${name}`)) === 'folder') {
      return { format: 'folderPerClass', reason: 'it holds folders' };
    }
  }
  return { format: 'filePerClass', reason: 'it holds files' };
}

/** By the first lines: a label at the end after a tab, or at the start before white space. Throws DataError `data.formatUnknown`. */
export function formatByContent(head: string, path: string, configPath: readonly (string | number)[]): FoundFormat {
  const lines = head.split('\n').filter((line) => line.trim() !== '');
  if (lines.length > 1 && !head.endsWith('\n')) lines.pop();
  const isLast = areLabels(lines.map((line) => (line.includes('\t') ? line.slice(line.lastIndexOf('\t') + 1) : '')));
  if (isLast) return { format: 'labelLast', reason: 'its lines end in a tab and a label' };
  const hasColumns = lines.filter((line) => line.split('\t').length > 2).length >= lines.length * AGREEMENT;
  if (!hasColumns && areLabels(lines.map((line) => /^(\S+)\s+\S/.exec(line)?.[1] ?? ''))) {
    return { format: 'labelFirst', reason: 'its lines begin with a label' };
  }
  throw new DataError({
    code: 'data.formatUnknown',
    message: `The first lines of ${path} do not tell how its rows lie.`,
    remedy: 'Set format, e.g. "csv", "tsv", "labelFirst" or "labelLast".',
    configPath: [...configPath, 'format'],
  });
}

/** Whether nearly all are short and there are few different ones among them. */
export function areLabels(candidates: readonly string[]): boolean {
  const short = candidates.filter(
    (text) => text !== '' && text.length <= MAX_LABEL_CHARACTERS && !/\s/.test(text.trim()),
  );
  const kinds = new Set(short).size;
  return (
    short.length > 0 && short.length >= candidates.length * AGREEMENT && (kinds <= 2 || kinds <= candidates.length / 4)
  );
}
