// Remedies: they change the manifest, never the data. Comments and order of the manifest stay.
import { readFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { applyEdits, ConfigText } from '../config/configText.ts';
import { toLineEntries } from '../data/dataset/excludedRows.ts';
import type { PlacedDataset } from '../data/dataset/openDataset.ts';
import type { DatasetReport, FoundRow, Remedy } from '../protocol/datasetReport.ts';
import type { Excluded, Splits } from '../schema/dataset.ts';
import { writeFileAtomic } from '../store/atomicWrite.ts';
import { flattenLines } from './importDataset.ts';

export interface ExcludedByRemedy {
  /** Rows that are left out now and were not before. */
  rows: number;
}

/** Leaves out the rows of all findings that the remedies are for. The report lists all of their rows. */
export async function excludeFound(
  dataset: PlacedDataset,
  report: DatasetReport,
  remedies: readonly Remedy[],
): Promise<ExcludedByRemedy> {
  const added: Excluded[] = [];
  let rows = 0;
  for (const { code, fix, rows: found } of report.findings) {
    if (!fix || !remedies.includes(fix)) continue;
    const linesOf = new Map<string, Set<number>>();
    for (const { path, line } of found.flatMap((row) => rowsToLeaveOut(row, fix))) {
      const lines = linesOf.get(path) ?? new Set<number>();
      linesOf.set(path, lines.add(line));
    }
    for (const [path, lines] of linesOf) {
      rows += lines.size;
      const inFolder = relative(dataset.folder, path).split(sep).join('/');
      added.push({ path: inFolder, lines: toLineEntries(lines), reason: code });
    }
  }
  if (added.length > 0) await setKey(dataset.path, 'exclude', merged([...(dataset.manifest.exclude ?? []), ...added]));
  return { rows };
}

/** Of a conflict both rows go, as nobody knows which is right. */
function rowsToLeaveOut(row: FoundRow, remedy: Remedy): { path: string; line: number }[] {
  return remedy === 'conflicts' && row.other ? [row, row.other] : [row];
}

/** One entry a file and reason. */
function merged(excluded: readonly Excluded[]): Excluded[] {
  const byKey = new Map<string, Excluded>();
  for (const entry of excluded) {
    const key = `${entry.reason ?? ''}\n${entry.path}`;
    const known = byKey.get(key);
    byKey.set(key, known ? { ...known, lines: [...known.lines, ...entry.lines] } : entry);
  }
  return [...byKey.values()];
}

/** Takes all excluded rows back. */
export const includeAll = (path: string): Promise<void> => setKey(path, 'exclude', undefined);

export const setSplits = (path: string, splits: Splits | undefined): Promise<void> => setKey(path, 'splits', splits);

async function setKey(path: string, key: string, value: unknown): Promise<void> {
  const text = await readFile(path, 'utf8');
  const { edits } = new ConfigText(text).fixByValue(key, [key], value);
  await writeFileAtomic(path, flattenLines(applyEdits(text, edits)));
}
