// What comes out of reading a source: examples and bad rows, and what is asked for.

import type { ResolvedFile } from '../schema/resolved.ts';
import type { KnownFormat } from './formats.ts';
import type { BadRow, BadRowReason, Example } from './types.ts';

/** An example, or why there is none. */
export type ReadItem = Example | BadRow;

export const isBadRow = (item: ReadItem): item is BadRow => 'reason' in item;

export interface SourceRequest {
  source: ResolvedFile;
  /** Absolute path of the file or folder. */
  path: string;
  /** Where the source stands in the config. */
  configPath: readonly (string | number)[];
  /** Texts alone: nothing is asked for a label, and those of examples are empty. */
  isUnlabelled?: boolean;
  /** Column whose value comes along as the group of a row. */
  groupColumn?: string | number;
}

/** A row that reading can begin at. */
export interface RowStart {
  path: string;
  /** 1-based, as rows have it. */
  line: number;
  /** Of the file's bytes, the first of this line; 0 where rows are no lines. */
  byte: number;
}

export interface OpenedSource {
  /** How it is read, and why, in words. */
  how: string[];
  /** Whether texts are fields of rows, and not lines or pieces of running text. */
  isColumn?: boolean;
  /** Names of the fields of its rows, or their numbers; absent where rows have none. */
  columns?: readonly (string | number)[];
  /** What `read` must be told to begin elsewhere: the byte that a row's line begins at, or the number of the row. Absent where it cannot. */
  seeksBy?: 'byte' | 'number';
  /** In order; batches of what one piece of a file held. Begins at the first row, or at a row that begins a line. */
  read(from?: RowStart): AsyncGenerator<ReadItem[]>;
}

/** One file of a source, ready to be read. */
export interface OpenFile {
  format: KnownFormat;
  head: string;
  text(from?: RowStart): AsyncGenerator<string>;
}

/** `rawLabel` is undefined where rows have none. */
export function toItem(
  text: string,
  rawLabel: string | undefined,
  { path, line }: { path: string; line: number },
  group?: string,
): ReadItem {
  const label = rawLabel?.trim();
  if (label === '') return bad(path, line, 'emptyLabel', 'the label is empty');
  if (text.trim() === '') return bad(path, line, 'emptyText', 'the text is empty');
  const example = { text, label: label ?? '', path, line };
  return group === undefined ? example : { ...example, group };
}

export function bad(path: string, line: number, reason: BadRowReason, detail: string): BadRow {
  return { path, line, reason, detail };
}
