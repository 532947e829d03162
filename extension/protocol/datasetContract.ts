// What the extension host offers the dataset page. Datasets are named by the path of their manifest, of those that the host knows;
// parameters come from a page, so the host checks them at run time. Nothing is read in Restricted Mode.
import type { Splits } from '../schema/dataset.ts';
import type { DatasetAdvice } from './advice.ts';
import type { DatasetReport, Remedy } from './datasetReport.ts';
import type {
  FilterProgress,
  OpenedTable,
  RowFilter,
  RowsRequest,
  SplitPreview,
  TableRow,
  TableState,
  TokenPreview,
} from './datasetTable.ts';

export interface DatasetName {
  /** Absolute path of the manifest. */
  path: string;
  title: string;
  /** Its folder, as the workspace calls it. */
  folder: string;
}

/** Which dataset to show. */
export interface DatasetFocus {
  path: string;
  /** What to show of it first. */
  section?: 'advice';
}

/** A config that trains on a dataset. */
export interface ConfigUse {
  /** Absolute. */
  path: string;
  title: string;
  /** Tokens that it cuts texts at; absent where it does not. */
  maxLength?: number;
}

interface OfDataset {
  path: string;
}

export interface DatasetContract {
  calls: {
    /** The first call of a page. Also says what to show first; `whyNot`: why nothing can be read. */
    datasets(params: Record<string, never>): { datasets: DatasetName[]; focus?: DatasetFocus; whyNot?: string };
    openTable(params: OfDataset): OpenedTable;
    rows(params: RowsRequest): TableRow[];
    /** One row with its whole text. */
    row(params: OfDataset & { row: number }): TableRow;
    filter(params: OfDataset & { filter: RowFilter }): { found: number };
    describe(params: OfDataset): DatasetReport;
    /** Configs of the workspace that train on it. */
    configs(params: OfDataset): ConfigUse[];
    /** Leaves rows of findings out, by an entry in the manifest; how many. */
    leaveOut(params: OfDataset & { remedy: Remedy }): { rows: number };
    /** Takes back what was left out for a reason, or all. */
    putBack(params: OfDataset & { reason?: string }): void;
    /** A text under the tokenizer of a config, one of `configs`, or of a new experiment's. */
    previewTokens(params: OfDataset & { text: string; config?: string }): TokenPreview;
    /** Which encoder and settings fit it, and what training so takes. */
    advise(params: OfDataset): DatasetAdvice;
    /** What splits would make of the rows; nothing is written. */
    previewSplits(params: OfDataset & { splits: Splits }): SplitPreview;
    /** Writes how parts are cut into the manifest; without splits nothing is cut. */
    writeSplits(params: OfDataset & { splits?: Splits }): void;
    /** Opens the file that a row stands in, at its line. */
    openRow(params: OfDataset & { row: number }): void;
    openManifest(params: OfDataset): void;
    newExperiment(params: OfDataset): void;
  };
  events: {
    focus: DatasetFocus;
    /** A dataset came or went. */
    datasetsChanged: DatasetName[];
    /** What a manifest says is another. */
    manifestChanged: OfDataset;
    counting: OfDataset & { state: TableState };
    filtering: OfDataset & FilterProgress;
    /** How far the rows are looked at for the report, 0 to 1. */
    looking: { fraction: number };
  };
}
