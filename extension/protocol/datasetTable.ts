// The rows of a dataset as a table: numbered over all its files in the manifest's order, those that are left out or unusable among them.
import type { Dataset, Splits } from '../schema/dataset.ts';
import type { DatasetPart } from '../schema/source.ts';

/** What becomes of a row. `pending`: not known before all rows were counted; `none`: in no part. */
export type RowPart = DatasetPart | `fold ${number}` | 'leftOut' | 'unusable' | 'pending' | 'none';

export interface TableRow {
  /** From 0. */
  row: number;
  /** Absolute. */
  path: string;
  /** 1-based, of the line that it begins at; in Parquet and Arrow its number. */
  line: number;
  /** The start of it where it is long; of an unusable row why it is. */
  text: string;
  label: string;
  /** Code units of the whole text. */
  characters: number;
  /** Of the default word tokenizer. */
  tokens: number;
  part: RowPart;
  /** Codes of findings that the row belongs to, and why it is left out. */
  problems: string[];
}

/** Which rows to show; what is absent does not matter. Lengths include both ends. */
export interface RowFilter {
  /** Part of the text, whatever its case. */
  text?: string;
  label?: string;
  part?: RowPart;
  /** Code of a finding. */
  finding?: string;
  length?: { unit: 'characters' | 'tokens'; from?: number; to?: number };
}

/** How far the rows of a dataset are counted. */
export interface TableState {
  /** Rows that are known. */
  rows: number;
  /** Completed part, 0 to 1. */
  fraction: number;
  isComplete: boolean;
  /** Why counting ended before the last row. */
  error?: string;
}

/** What a manifest says, and how its rows are counted. */
export interface OpenedTable extends TableState {
  manifest: Omit<Dataset, 'exclude'>;
  /** Rows that are left out, by reason. */
  leftOut: { reason: string; rows: number }[];
  /** Columns that rows may be grouped by, by name or number. */
  columns: (string | number)[];
}

export interface RowsRequest {
  /** Absolute path of the manifest. */
  path: string;
  /** Among the rows that pass the filter; without one among all. */
  start: number;
  count: number;
  filter?: RowFilter;
}

export interface FilterProgress {
  /** Rows found so far. */
  found: number;
  fraction: number;
}

/** What splits would make of the training rows. */
export interface SplitPreview {
  parts: { part: RowPart; rows: number; labels: { label: string; rows: number }[] }[];
  /** Different values of the group column. */
  groups?: number;
}

/** A text as a tokenizer cuts it. */
export interface TokenPreview {
  /** Kind of the tokenizer, as the config has it. */
  tokenizer: string;
  /** Tokens in the vocabulary. */
  vocabulary: number;
  /** Tokens that the model reads; absent where it reads all. */
  maxLength?: number;
  /** Tokens of the text. */
  count: number;
  /** How many of them are not in the vocabulary. */
  unknown: number;
  /** The first ones. */
  tokens: { token: string; id: number; isUnknown: boolean }[];
}

/** What the engine worker offers of tables. `path` is that of the manifest. */
export interface TableCalls {
  /** Begins to count the rows of a dataset; `counting` tells how far that is. `path` is that of the manifest. */
  openTable(params: { path: string }): OpenedTable;
  /** Rows by number; those that are not known yet are missing. With a filter: of what `filterRows` found so far. */
  tableRows(params: RowsRequest): TableRow[];
  /** One row with its whole text. */
  tableRow(params: { path: string; row: number }): TableRow;
  /** Looks for the rows that pass, once all are counted; how many. Tells its progress in `filtering`, and can be cancelled. */
  filterRows(params: { path: string; filter: RowFilter }): { found: number };
  /** A text under the tokenizer of a config, or of the config that a new experiment with the dataset would have. Reads the training data. */
  previewTokens(params: { path: string; text: string; config?: string }): TokenPreview;
  /** What splits would make of a dataset's rows; nothing is written. */
  previewSplits(params: { path: string; splits: Splits }): SplitPreview;
}
