// The rows of a dataset by number, read from its files when they are asked for. Numbers run over all files in the manifest's order and
// count every row, also those that are left out or unusable, so that they stay when the manifest changes what it leaves out.
// Invariant: memory is a byte a row and an entry every few hundred rows; while splits are worked out, four to eight bytes a row more.
import type { RowPart, TableState } from '../../protocol/datasetTable.ts';
import { UserError } from '../../util/userError.ts';
import { assignParts, type Parts } from '../dataset/assignParts.ts';
import { ExcludedRows } from '../dataset/excludedRows.ts';
import { GrowingNumbers } from '../dataset/growingNumbers.ts';
import { absoluteIn, fileRequest, labelName, type PlacedDataset } from '../dataset/openDataset.ts';
import { openSource } from '../examples.ts';
import { isBadRow, type OpenedSource, type ReadItem } from '../readItem.ts';
import type { Example, FileSource } from '../types.ts';
import { type Checkpoint, Checkpoints, ROWS_APART } from './checkpoints.ts';
import { RowParts } from './rowParts.ts';
import { WatchedFiles } from './watchedFiles.ts';

export interface NumberedItem {
  row: number;
  item: ReadItem;
}

export interface TableContext {
  signal: AbortSignal;
  /** Lets others have a turn; called after every batch of rows. */
  pause(): Promise<void>;
  onProgress(state: TableState): void;
}

/** Labels and groups of rows that splits are drawn from. */
interface DrawnRows {
  labels: GrowingNumbers;
  groups: GrowingNumbers;
}

export class DatasetTable {
  readonly dataset: PlacedDataset;
  readonly #files: FileSource;
  readonly #opened: readonly OpenedSource[];
  readonly #checkpoints = new Checkpoints();
  readonly #parts = new RowParts();
  readonly #excluded: ExcludedRows;
  #state: TableState = { rows: 0, fraction: 0, isComplete: false };

  private constructor(dataset: PlacedDataset, files: FileSource, opened: readonly OpenedSource[]) {
    const { manifest, folder } = dataset;
    this.dataset = dataset;
    this.#files = files;
    this.#opened = opened;
    this.#excluded = new ExcludedRows(manifest.exclude ?? [], (path) => absoluteIn(folder, path));
  }

  /** Looks at the start of each file. Throws DataError where one cannot be read. */
  static async open(dataset: PlacedDataset, files: FileSource): Promise<DatasetTable> {
    const opened: OpenedSource[] = [];
    for (const file of dataset.manifest.files) opened.push(await openSource(requestOf(file, dataset), files));
    return new DatasetTable(dataset, files, opened);
  }

  get state(): TableState {
    return this.#state;
  }

  /** Columns of the training files: what rows may be grouped by. */
  get columns(): (string | number)[] {
    const { files } = this.dataset.manifest;
    const training = this.#opened.filter((_, at) => (files[at].part ?? 'train') === 'train');
    return [...new Set(training.flatMap(({ columns = [] }) => columns))];
  }

  partOf(row: number): RowPart {
    return this.#parts.at(row);
  }

  /** Counts the rows, once. What ends it early stands in `state.error`, and is thrown where it is not the data's fault; rows before can be read. */
  async count(totalBytes: number, context: TableContext): Promise<void> {
    const watched = new WatchedFiles(this.#files);
    const drawn: DrawnRows = { labels: new GrowingNumbers(), groups: new GrowingNumbers() };
    const tell = (changes: Partial<TableState>): void => {
      const fraction = Math.min(1, watched.bytesRead / Math.max(1, totalBytes));
      this.#state = { rows: this.#parts.count, fraction, isComplete: false, ...changes };
      context.onProgress(this.#state);
    };
    try {
      for (const file of this.dataset.manifest.files.keys()) {
        for await (const _batch of this.#countFile(file, watched, drawn)) {
          tell({});
          await context.pause();
          if (context.signal.aborted) return;
        }
      }
      this.#settle(drawn);
      tell({ fraction: 1, isComplete: true });
    } catch (error) {
      tell({ error: wordsOf(error) });
      if (!UserError.is(error)) throw error;
    }
  }

  async *#countFile(at: number, watched: WatchedFiles, drawn: DrawnRows): AsyncGenerator<void> {
    const { manifest } = this.dataset;
    const file = manifest.files[at];
    const source = await openSource(requestOf(file, this.dataset), watched);
    const part = (file.part ?? 'train') === 'train' && manifest.splits ? 'pending' : (file.part ?? 'train');
    watched.watch(file.encoding ?? 'auto');
    let last: Checkpoint = { file: at, row: this.#parts.count };
    let before: ReadItem | undefined;
    this.#checkpoints.add(last);
    for await (const items of source.read()) {
      for (const item of items) {
        const row = this.#parts.count;
        const beginsLine = item.line !== before?.line || item.path !== before.path;
        if (source.seeksBy && beginsLine && row - last.row >= ROWS_APART) {
          const byte = source.seeksBy === 'number' ? 0 : watched.byteOf(item.line);
          if (byte !== undefined) {
            last = { file: at, row, start: { path: item.path, line: item.line, byte } };
            this.#checkpoints.add(last);
          }
        }
        this.#addRow(item, part, drawn);
        before = item;
      }
      yield;
    }
    watched.unwatch();
  }

  #addRow(item: ReadItem, part: RowPart, drawn: DrawnRows): void {
    if (this.#excluded.has(item.path, item.line)) this.#parts.add('leftOut');
    else if (isBadRow(item)) this.#parts.add('unusable');
    else {
      this.#parts.add(part);
      if (part === 'pending') addDrawn(item, this.dataset, drawn);
    }
  }

  #settle(drawn: DrawnRows): void {
    const { splits } = this.dataset.manifest;
    if (!splits) return;
    const hasGroups = splits.groupColumn !== undefined;
    const keys = { labels: drawn.labels.view(), groups: hasGroups ? drawn.groups.view() : undefined };
    const parts = assignParts(keys, splits);
    this.#parts.settle((pending) => this.#partName(parts, pending));
  }

  /** A share that goes to a part with files of its own is in no part. */
  #partName(parts: Parts, at: number): RowPart {
    const { splits, files } = this.dataset.manifest;
    if (splits?.folds !== undefined) return `fold ${parts[at] + 1}`;
    const part = (['train', 'validation', 'test'] as const)[parts[at]];
    return part !== 'train' && files.some((file) => file.part === part) ? 'none' : part;
  }

  /** The known ones of these rows; numbers ascend. */
  async read(rows: readonly number[]): Promise<NumberedItem[]> {
    const found: NumberedItem[] = [];
    const wanted = rows.filter((row) => row < this.#state.rows);
    while (found.length < wanted.length) {
      const before = found.length;
      for await (const numbered of this.#from(wanted[before])) {
        if (numbered.row !== wanted[found.length]) continue;
        found.push(numbered);
        // Far rows are reached faster from another place.
        if (found.length === wanted.length || this.#checkpoints.before(wanted[found.length]).row > numbered.row) break;
      }
      if (found.length === before) break;
    }
    return found;
  }

  /** All rows that are known when it begins, batch by batch. Stops where `signal` says so. */
  async scan(use: (numbered: NumberedItem) => void, { signal, pause }: Pick<TableContext, 'signal' | 'pause'>) {
    let count = 0;
    for await (const numbered of this.#from(0)) {
      use(numbered);
      if (++count % ROWS_APART !== 0) continue;
      await pause();
      if (signal.aborted) return;
    }
  }

  /** Rows from the last place before `row` that reading can begin at. */
  async *#from(row: number): AsyncGenerator<NumberedItem> {
    const end = this.#state.rows;
    if (end === 0) return;
    const { file: first, row: firstRow, start } = this.#checkpoints.before(row);
    let at = firstRow;
    for (let file = first; file < this.#opened.length; file++) {
      for await (const items of this.#opened[file].read(file === first ? start : undefined)) {
        for (const item of items) {
          if (at === end) return;
          if (!isBadRow(item)) item.label = labelName(item.label, this.dataset.manifest);
          yield { row: at++, item };
        }
      }
    }
  }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return UserError.is(error) && error.remedy ? `${error.message} ${error.remedy}` : error.message;
}

function addDrawn({ label, group }: Example, { manifest }: PlacedDataset, { labels, groups }: DrawnRows): void {
  labels.addName(labelName(label, manifest));
  if (group !== undefined) groups.addName(group);
}

const requestOf = (file: PlacedDataset['manifest']['files'][number], dataset: PlacedDataset) =>
  fileRequest(file, { dataset, path: dataset.path, configPath: ['files'] });
