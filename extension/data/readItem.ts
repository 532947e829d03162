// What comes out of reading a source: examples and bad rows, and what is asked for.

import type { ResolvedSource } from '../schema/resolved.ts';
import type { KnownFormat } from './formats.ts';
import type { BadRow, BadRowReason, Example } from './types.ts';

/** An example, or why there is none. */
export type ReadItem = Example | BadRow;

export const isBadRow = (item: ReadItem): item is BadRow => 'reason' in item;

export interface SourceRequest {
  source: ResolvedSource;
  /** Absolute path of the file or folder. */
  path: string;
  /** Where the source stands in the config. */
  configPath: readonly (string | number)[];
}

export interface OpenedSource {
  /** How it is read, and why, in words. */
  how: string[];
  /** In order; batches of what one piece of a file held. */
  read(): AsyncGenerator<ReadItem[]>;
}

/** One file of a source, ready to be read. */
export interface OpenFile {
  format: KnownFormat;
  head: string;
  text(): AsyncGenerator<string>;
}

export function toItem(text: string, rawLabel: string, { path, line }: { path: string; line: number }): ReadItem {
  const label = rawLabel.trim();
  if (label === '') return bad(path, line, 'emptyLabel', 'the label is empty');
  if (text.trim() === '') return bad(path, line, 'emptyText', 'the text is empty');
  return { text, label, path, line };
}

export function bad(path: string, line: number, reason: BadRowReason, detail: string): BadRow {
  return { path, line, reason, detail };
}
