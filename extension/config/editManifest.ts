// Changes of a manifest's text: one key each. Comments, order and layout of all else stay. Pure.
import type { Excluded, Splits } from '../schema/dataset.ts';
import { applyEdits } from './configText.ts';
import { editConfig } from './editConfig.ts';

export const withExcluded = (text: string, excluded: readonly Excluded[]): string =>
  withKey(text, 'exclude', excluded.length > 0 ? excluded : undefined);

export const withSplits = (text: string, splits: Splits | undefined): string => withKey(text, 'splits', splits);

/** Lists of lines on one line: nobody reads ten thousand of them one below the other. */
export function flattenLines(text: string): string {
  const flat = (list: string): string => list.replace(/\s+/g, ' ').replace(/\[ /g, '[').replace(/ \]/g, ']');
  return text.replace(/\[(?:\s*(?:\d+|\[\s*\d+,\s*\d+\s*\]),?)+\s*\]/g, flat);
}

function withKey(text: string, key: string, value: unknown): string {
  return flattenLines(applyEdits(text, editConfig(text, [key], value)));
}
