// A row as the table shows it: the start of its text, its lengths, its part, and what was found about it.
import type { TableRow } from '../../protocol/datasetTable.ts';
import { ExcludedRows } from '../dataset/excludedRows.ts';
import { absoluteIn } from '../dataset/openDataset.ts';
import { isBadRow } from '../readItem.ts';
import { badRowCode } from '../survey/datasetSurvey.ts';
import type { DatasetTable, NumberedItem } from './datasetTable.ts';
import type { FoundLines } from './foundLines.ts';

/** What fits a line of the widest table. */
const SHOWN_CHARACTERS = 500;
/** What a page gets of one text. */
const WHOLE_CHARACTERS = 200_000;

export interface RowReading {
  found: FoundLines | undefined;
  split(text: string): string[];
  /** Whether the whole text is wanted. */
  isWhole?: boolean;
}

export function createRowReader(
  table: DatasetTable,
  { found, split, isWhole = false }: RowReading,
): (numbered: NumberedItem) => TableRow {
  const { manifest, folder } = table.dataset;
  const excluded = manifest.exclude ?? [];
  const reasons = [...new Set(excluded.map(({ reason }) => reason ?? ''))].map((reason) => {
    const entries = excluded.filter((entry) => (entry.reason ?? '') === reason);
    return { reason, rows: new ExcludedRows(entries, (path) => absoluteIn(folder, path)) };
  });
  return ({ row, item }) => {
    const { path, line } = item;
    const part = table.partOf(row);
    const isLeftOut = part === 'leftOut';
    const why = isLeftOut ? reasons.filter(({ rows }) => rows.has(path, line)).map(({ reason }) => reason) : [];
    const place = { row, path, line, part };
    if (isBadRow(item)) {
      const problems = isLeftOut ? why : [badRowCode(item)];
      return { ...place, text: item.detail, label: '', characters: 0, tokens: 0, problems };
    }
    const { text, label } = item;
    return {
      ...place,
      text: start(text, isWhole ? WHOLE_CHARACTERS : SHOWN_CHARACTERS),
      label,
      characters: text.length,
      tokens: split(text).length,
      problems: isLeftOut ? why : (found?.codesAt(path, line) ?? []),
    };
  };
}

/** At most so many code units, without half a pair at the end. */
function start(text: string, most: number): string {
  return text.length <= most
    ? text
    : text
        .slice(0, most)
        .toWellFormed()
        .replace(/\ufffd$/, '');
}
