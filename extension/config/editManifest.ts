// Changes of a manifest's text: one key each. Comments, order and layout of all else stay. Pure.
import { findNodeAtLocation } from 'jsonc-parser';
import type { Excluded, Splits } from '../schema/dataset.ts';
import { applyEdits, ConfigText } from './configText.ts';
import { editConfig } from './editConfig.ts';

export const withExcluded = (text: string, excluded: readonly Excluded[]): string =>
  withKey(text, 'exclude', excluded.length > 0 ? excluded : undefined);

export const withSplits = (text: string, splits: Splits | undefined): string => withKey(text, 'splits', splits);

/** Lists of lines on one line: nobody reads ten thousand of them one below the other. Where comments stand in one, it stays as it is. */
export function flattenLines(text: string): string {
  const entries = new ConfigText(text).find(['exclude'])?.children ?? [];
  const lists = entries.flatMap((entry) => findNodeAtLocation(entry, ['lines']) ?? []);
  return lists.reduceRight((changed, { offset, length }) => {
    const list = text.slice(offset, offset + length);
    if (/[^\d\s[\],]/.test(list)) return changed;
    const flat = list.replace(/\s+/g, ' ').replaceAll('[ ', '[').replaceAll(' ]', ']');
    return changed.slice(0, offset) + flat + changed.slice(offset + length);
  }, text);
}

function withKey(text: string, key: string, value: unknown): string {
  return flattenLines(applyEdits(text, editConfig(text, [key], value)));
}
