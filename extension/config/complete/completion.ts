// What completion offers in a config or a manifest, and what it asks of the world. Pure: everything else comes through CompletionSources.
import type { OfferedColumn } from '../../protocol/columns.ts';
import type { FileProbe } from '../checkFiles.ts';

export type CompletionKind = 'dataset' | 'file' | 'folder' | 'column' | 'run' | 'group' | 'parameter' | 'label';

export interface Completion {
  kind: CompletionKind;
  /** Shown in the list. */
  label: string;
  /** Beside the label. */
  detail?: string;
  /** Below the list, in plain words. */
  documentation?: string;
  /** JSON that takes the place of the range. */
  text: string;
  /** What of `text` is selected after it stands there, so that it can be typed over; offsets in `text`. */
  selected?: { start: number; end: number };
  /** What was typed is compared with this too, beside the label. */
  also?: string;
  /** Whether there is more to complete once it stands there, as in a folder. */
  goesOn?: boolean;
}

/** In the order in which they are to be shown. Offsets in the text that was completed. */
export interface Completions {
  start: number;
  end: number;
  items: readonly Completion[];
}

export interface OfferedRun {
  id: string;
  name: string;
  /** Path relative to the config; undefined of a run beside it, which its id names. */
  path?: string;
  /** Score and age, in words. */
  detail: string;
}

export interface OfferedLabel {
  label: string;
  /** Examples of it in the training data, where that is known. */
  count?: number;
}

/** Paths and ids are as the completed file would write them. Each settles with nothing where nothing can be known. */
export interface CompletionSources {
  probe: FileProbe;
  /** Runs with weights, newest first. */
  runs(): Promise<readonly OfferedRun[]>;
  /** Columns of a file as `source`, whose `path` is relative, says that it is read. */
  columns(source: ColumnSource): Promise<readonly OfferedColumn[]>;
  /** Labels of the training data. */
  labels(): Promise<readonly OfferedLabel[]>;
}

/** What of a source decides its columns; taken from a text that may be incomplete. */
export interface ColumnSource {
  path: string;
  format?: string;
  delimiter?: string;
  header?: boolean;
}

export const quoted = (value: string): string => JSON.stringify(value);
