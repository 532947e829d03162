// The tables of datasets that pages look at. A table stays until its manifest or the size of a file changes, or others take its place.
// Invariant: rows are read when they are asked for; kept are their number, where some of them begin, and what a filter found.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { GrowingNumbers } from '../data/dataset/growingNumbers.ts';
import { absoluteIn } from '../data/dataset/openDataset.ts';
import { previewSplits } from '../data/dataset/previewSplits.ts';
import { DatasetTable } from '../data/table/datasetTable.ts';
import { FoundLines } from '../data/table/foundLines.ts';
import { createRowFilter, type RowKnowledge } from '../data/table/rowFilter.ts';
import { createRowReader } from '../data/table/tableRow.ts';
import type { FileSource } from '../data/types.ts';
import type { DatasetReport } from '../protocol/datasetReport.ts';
import type {
  FilterProgress,
  OpenedTable,
  RowFilter,
  RowPart,
  RowsRequest,
  SplitPreview,
  TableRow,
  TableState,
  TokenPreview,
} from '../protocol/datasetTable.ts';
import type { Splits } from '../schema/dataset.ts';
import { createSplitter } from '../text/splitters.ts';
import { CancelledError, UserError } from '../util/userError.ts';
import { type Advised, adviseOn } from './advise/adviseOn.ts';
import type { LoadOptions } from './dataReader.ts';
import { readDataset } from './datasets.ts';
import { totalSize } from './hashingFiles.ts';
import { DEFAULT_MAX_LENGTH, surveyDataset } from './surveyDataset.ts';
import { TokenPreviews } from './tokenPreview.ts';

/** Rows that a finding lists, and those that a table marks. */
const LISTED_ROWS = 100;
const MARKED_ROWS = 50_000;
const MAX_TABLES = 4;
const MAX_ROWS_AT_ONCE = 1000;
const TELL_AFTER_MS = 100;
const YIELD_AFTER_MS = 30;

interface LiveTable {
  /** Another one means another table. */
  key: string;
  table: DatasetTable;
  totalBytes: number;
  closing: AbortController;
  /** Settles when the rows are counted; absent until somebody wants that. */
  counted?: Promise<void>;
  report?: DatasetReport;
  advised?: Advised;
  found?: FoundLines;
  matches?: { filter: string; rows: GrowingNumbers };
}

export interface TableEvents {
  counting(path: string, state: TableState): void;
  filtering(path: string, progress: FilterProgress): void;
}

const { split } = createSplitter({ type: 'word', lowercase: false });

export class DatasetTables {
  readonly #files: FileSource;
  readonly #events: TableEvents;
  readonly #live = new Map<string, LiveTable>();
  readonly #tokens = new TokenPreviews();

  constructor(files: FileSource, events: TableEvents) {
    this.#files = files;
    this.#events = events;
  }

  /** Begins to count, where nobody did. Throws what the manifest and its files throw. */
  async open(path: string): Promise<OpenedTable> {
    const live = await this.#get(path);
    void this.#count(path, live);
    const { exclude = [], ...manifest } = live.table.dataset.manifest;
    const leftOut = new Map<string, number>();
    for (const { reason = '', lines } of exclude) {
      const rows = lines.reduce<number>((sum, line) => sum + (typeof line === 'number' ? 1 : line[1] - line[0] + 1), 0);
      leftOut.set(reason, (leftOut.get(reason) ?? 0) + rows);
    }
    const entries = [...leftOut].map(([reason, rows]) => ({ reason, rows }));
    return { ...live.table.state, manifest, leftOut: entries, columns: live.table.columns };
  }

  async rows({ path, start, count, filter }: RowsRequest): Promise<TableRow[]> {
    const live = await this.#known(path);
    const end = start + Math.min(count, MAX_ROWS_AT_ONCE);
    const wanted: number[] = [];
    if (!filter) for (let row = start; row < end; row++) wanted.push(row);
    else if (live.matches?.filter === JSON.stringify(filter)) {
      const { rows } = live.matches;
      for (let at = start; at < Math.min(end, rows.count); at++) wanted.push(rows.at(at));
    }
    const read = createRowReader(live.table, { found: live.found, split });
    return (await live.table.read(wanted)).map((numbered) => read(numbered));
  }

  /** Throws UserError `dataset.noRow`. */
  async row(path: string, row: number): Promise<TableRow> {
    const { table, found } = await this.#known(path);
    const [numbered] = await table.read([row]);
    if (numbered) return createRowReader(table, { found, split, isWhole: true })(numbered);
    throw new UserError({
      code: 'dataset.noRow',
      message: `There is no row ${row + 1}.`,
      remedy: 'The file may have changed: open the dataset again.',
    });
  }

  /** Throws CancelledError. Another filter takes the place of this one. */
  async filter(path: string, filter: RowFilter, signal: AbortSignal): Promise<{ found: number }> {
    const live = await this.#known(path);
    const rows = new GrowingNumbers();
    live.matches = { filter: JSON.stringify(filter), rows };
    await this.#count(path, live);
    const { table } = live;
    const passes = createRowFilter(filter, knowledgeOf(live));
    const total = Math.max(1, table.state.rows);
    const tell = throttled((fraction: number) => this.#events.filtering(path, { found: rows.count, fraction }));
    await table.scan(
      (numbered) => {
        if (passes(numbered)) rows.add(numbered.row);
        tell(numbered.row / total);
      },
      { signal, pause: createPause() },
    );
    if (signal.aborted) throw new CancelledError();
    return { found: rows.count };
  }

  /** What splits would make of the rows; nothing is written. */
  async previewSplits(path: string, splits: Splits, signal: AbortSignal): Promise<SplitPreview> {
    const { table } = await this.#known(path);
    return previewSplits(table.dataset, splits, { files: this.#files, signal, pause: createPause() });
  }

  /** A text under the tokenizer of a config, or of the config that a new experiment would have. */
  async previewTokens(
    { path, text, config }: { path: string; text: string; config?: string },
    options: LoadOptions,
  ): Promise<TokenPreview> {
    if (config !== undefined) return this.#tokens.ofConfig(config, text, options);
    const { advice } = await this.advise(path, options);
    const { table } = await this.#known(path);
    return this.#tokens.ofDataset(table.dataset, { advice, text }, options);
  }

  /** What is in a dataset; rows of its findings are marked in its table from then on. */
  async describe(path: string, options: LoadOptions): Promise<DatasetReport> {
    const live = await this.#get(path);
    if (live.report) return live.report;
    const settings = { tokenizer: 'word', maxLength: DEFAULT_MAX_LENGTH, keptRows: MARKED_ROWS } as const;
    const report = await surveyDataset(live.table.dataset, settings, options);
    live.found = new FoundLines(report.findings);
    const findings = report.findings.map((finding) => ({ ...finding, rows: finding.rows.slice(0, LISTED_ROWS) }));
    live.report = { ...report, findings };
    return live.report;
  }

  /** Which encoder and settings fit it; the rows are read for that once. */
  async advise(path: string, options: LoadOptions): Promise<Advised> {
    const live = await this.#get(path);
    live.advised ??= await adviseOn(live.table.dataset, options, live.report);
    return live.advised;
  }

  /** The table as it was opened, whatever became of its files since. */
  async #known(path: string): Promise<LiveTable> {
    return this.#live.get(path) ?? this.#get(path);
  }

  /** A new one where the manifest or its data changed. */
  async #get(path: string): Promise<LiveTable> {
    const dataset = await readDataset(path);
    let totalBytes = 0;
    for (const file of dataset.manifest.files) {
      totalBytes += await totalSize(this.#files, absoluteIn(dataset.folder, file.path));
    }
    const key = `${totalBytes} ${JSON.stringify(dataset.manifest)}`;
    const known = this.#live.get(path);
    if (known?.key === key) return known;
    known?.closing.abort();
    this.#tokens.forget();
    const table = await DatasetTable.open(dataset, this.#files);
    // Somebody else may have opened it in the meantime.
    const newer = this.#live.get(path);
    if (newer?.key === key) return newer;
    const live: LiveTable = { key, table, totalBytes, closing: new AbortController() };
    this.#live.delete(path);
    this.#live.set(path, live);
    const [oldest] = this.#live;
    if (this.#live.size > MAX_TABLES) {
      oldest[1].closing.abort();
      this.#live.delete(oldest[0]);
    }
    return live;
  }

  #count(path: string, live: LiveTable): Promise<void> {
    const tell = throttled((state: TableState) => this.#events.counting(path, state));
    if (live.counted) return live.counted;
    live.counted = live.table.count(live.totalBytes, {
      signal: live.closing.signal,
      pause: createPause(),
      onProgress: (state) => tell(state, state.isComplete || state.error !== undefined),
    });
    // Its state says so, and who waits for it hears it. That nobody does must not end the worker, where runs train.
    live.counted.catch(() => undefined);
    return live.counted;
  }
}

function knowledgeOf({ table, found, report }: LiveTable): RowKnowledge {
  const longest = new Map<RowPart, number>(report?.parts.map(({ part, characters }) => [part, characters.max]));
  return { partOf: (row) => table.partOf(row), found, split, maxLength: DEFAULT_MAX_LENGTH, longest };
}

/** Passes a value on at most ten times a second; one that must be told always. */
function throttled<T>(tell: (value: T) => void): (value: T, isDue?: boolean) => void {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return (value, isDue = false) => {
    const nowMs = performance.now();
    if (!isDue && nowMs - toldAtMs < TELL_AFTER_MS) return;
    toldAtMs = nowMs;
    tell(value);
  };
}

/** Gives others a turn where none was given for a while. */
function createPause(): () => Promise<void> {
  let pausedAtMs = performance.now();
  return async () => {
    if (performance.now() - pausedAtMs < YIELD_AFTER_MS) return;
    await nextTurn();
    pausedAtMs = performance.now();
  };
}
