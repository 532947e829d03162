// Remedies: they change the manifest, never the data. Comments and order of the manifest stay.
import { readFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { withExcluded, withSplits } from '../config/editManifest.ts';
import { toLineEntries } from '../data/dataset/excludedRows.ts';
import type { PlacedDataset } from '../data/dataset/openDataset.ts';
import type { DatasetReport, FoundRow, Remedy } from '../protocol/datasetReport.ts';
import type { Excluded, Splits } from '../schema/dataset.ts';
import { writeFileAtomic } from '../store/atomicWrite.ts';

export interface ExcludedByRemedy {
  /** Rows that are left out now and were not before. */
  rows: number;
  /** Of the manifest that leaves them out; it is not written. */
  text: string;
}

/** Leaves out the rows of all findings that the remedies are for. The report lists all of their rows. */
export async function excludeFound(
  dataset: PlacedDataset,
  report: DatasetReport,
  remedies: readonly Remedy[],
): Promise<ExcludedByRemedy> {
  const before = await readFile(dataset.path, 'utf8');
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
  if (added.length === 0) return { rows, text: before };
  return { rows, text: withExcluded(before, merged([...(dataset.manifest.exclude ?? []), ...added])) };
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
export const includeAll = (path: string): Promise<void> => change(path, (text) => withExcluded(text, []));

export const setSplits = (path: string, splits: Splits | undefined): Promise<void> =>
  change(path, (text) => withSplits(text, splits));

async function change(path: string, changed: (text: string) => string): Promise<void> {
  await writeFileAtomic(path, changed(await readFile(path, 'utf8')));
}
