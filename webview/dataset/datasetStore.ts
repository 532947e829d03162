// What the dataset page shows: the table of one dataset, what a filter found, its report. No DOM beyond the page host.
// Invariant: an answer counts only while the dataset and the filter that it was asked for are shown.
import type { ConfigUse, DatasetContract, DatasetName } from '../../extension/protocol/datasetContract.ts';
import type { DatasetReport, Remedy } from '../../extension/protocol/datasetReport.ts';
import type { OpenedTable, RowFilter, TableRow, TableState } from '../../extension/protocol/datasetTable.ts';
import type { Client } from '../../extension/protocol/rpc.ts';
import { CancelledError } from '../../extension/util/userError.ts';
import type { PageHost } from '../shared/pageHost.ts';
import { ChosenRow } from './chosenRow.ts';
import { compactFilter, type DatasetState, isEmptyFilter, parseDatasetState } from './datasetState.ts';
import { RowPages } from './rowPages.ts';

/** How far something is that can be cancelled. */
interface Running {
  fraction: number;
  controller: AbortController;
}

export class DatasetStore {
  readonly client: Client<DatasetContract>;
  readonly #host: Pick<PageHost, 'loadState' | 'saveState'>;
  readonly #onChange: () => void;
  readonly pages: RowPages;
  readonly #chosen: ChosenRow;
  state: DatasetState;
  datasets: readonly DatasetName[] = [];
  isLoaded = false;
  /** Why nothing can be read. */
  whyNot: string | undefined;
  table: OpenedTable | undefined;
  report: DatasetReport | undefined;
  /** Configs that train on it. */
  configs: readonly ConfigUse[] = [];
  looking: Running | undefined;
  filtering: Running | undefined;
  /** Rows that the filter found, so far. */
  found = 0;
  /** What a remedy or putting back is doing now. */
  isChanging = false;
  /** What the host asked for last; of the shown dataset. */
  focus: DatasetContract['events']['focus'] | undefined;
  /** What could not be loaded, to be shown with a way to try again. */
  error: unknown;
  /** Why the report is not there. */
  reportError: unknown;

  constructor(client: Client<DatasetContract>, host: Pick<PageHost, 'loadState' | 'saveState'>, onChange: () => void) {
    this.client = client;
    this.#host = host;
    this.#onChange = onChange;
    this.state = parseDatasetState(host.loadState());
    this.pages = new RowPages({
      load: (start, count) => this.#loadRows(start, count),
      onChange: () => this.#onRows(),
      onError: (error) => this.#fail(error),
    });
    this.#chosen = new ChosenRow({
      load: (row) => client.call('row', { path: this.state.path ?? '', row }),
      onChange,
      onError: (error) => this.#fail(error),
    });
    client.on('focus', (focus) => {
      this.focus = focus;
      if (focus.path !== this.state.path) this.show(focus.path);
      else onChange();
    });
    client.on('datasetsChanged', (datasets) => {
      this.datasets = datasets;
      this.#onChange();
    });
    client.on('manifestChanged', ({ path }) => {
      if (path === this.state.path) void this.open();
    });
    client.on('counting', ({ path, state }) => {
      if (path === this.state.path) this.#count(state);
    });
    client.on('filtering', ({ path, found, fraction }) => {
      if (path !== this.state.path || !this.filtering) return;
      this.filtering.fraction = fraction;
      this.#setFound(found);
    });
    client.on('looking', ({ fraction }) => {
      if (!this.looking) return;
      this.looking.fraction = fraction;
      this.#onChange();
    });
  }

  async load(): Promise<void> {
    this.error = undefined;
    try {
      const { datasets, focus, whyNot } = await this.client.call('datasets', {});
      this.whyNot = whyNot;
      this.isLoaded = true;
      this.datasets = datasets;
      const isKnown = datasets.some(({ path }) => path === this.state.path);
      this.focus = focus;
      if (focus && focus.path !== this.state.path) this.#forget(focus.path);
      else if (!isKnown) this.#forget(datasets[0]?.path);
      if (whyNot === undefined && this.state.path !== undefined) await this.open();
    } catch (error) {
      this.error = error;
    }
    this.#onChange();
  }

  show(path: string): void {
    this.#forget(path);
    void this.open();
  }

  /** The chosen row with its whole text. */
  get chosen(): TableRow | undefined {
    return this.#chosen.row;
  }

  /** Rows that the table has: all, or those that the filter found. */
  get count(): number {
    return isEmptyFilter(this.state.filter) ? (this.table?.rows ?? 0) : this.found;
  }

  filter(changes: Partial<RowFilter>): void {
    const filter = compactFilter({ ...this.state.filter, ...changes });
    if (JSON.stringify(filter) === JSON.stringify(this.state.filter)) return;
    this.#remember({ filter, active: undefined });
    this.#chosen.clear();
    void this.#runFilter();
  }

  cancelFilter(): void {
    this.filtering?.controller.abort();
  }

  choose(index: number): void {
    this.#remember({ active: index });
    this.#loadChosen();
    this.#onChange();
  }

  async leaveOut(remedy: Remedy): Promise<void> {
    await this.#change(({ path }) => this.client.call('leaveOut', { path, remedy }));
  }

  async putBack(reason?: string): Promise<void> {
    await this.#change(({ path }) => this.client.call('putBack', { path, reason }));
  }

  /** A failed action is said at the top of the page. */
  do(action: Promise<unknown>): void {
    action.catch((error: unknown) => this.#fail(error));
  }

  async #change(change: (dataset: { path: string }) => Promise<unknown>): Promise<void> {
    const { path } = this.state;
    if (path === undefined || this.isChanging) return;
    this.isChanging = true;
    this.#onChange();
    try {
      await change({ path });
    } catch (error) {
      this.#fail(error);
    }
    this.isChanging = false;
    this.#onChange();
  }

  #forget(path: string | undefined): void {
    this.#stop();
    this.#remember({ path, filter: {}, active: undefined });
    if (this.focus?.path !== path) this.focus = undefined;
    this.table = undefined;
    this.report = undefined;
    this.#chosen.clear();
    this.found = 0;
    this.pages.clear();
  }

  #stop(): void {
    this.filtering?.controller.abort();
    this.looking?.controller.abort();
    this.filtering = undefined;
    this.looking = undefined;
  }

  /** Reads everything again, as files may have changed; report and filter follow when all rows are counted. */
  async open(): Promise<void> {
    const { path } = this.state;
    if (path === undefined) return;
    this.#stop();
    this.error = undefined;
    this.reportError = undefined;
    this.#onChange();
    try {
      const table = await this.client.call('openTable', { path });
      if (path !== this.state.path) return;
      this.table = table;
      this.pages.clear();
      this.#loadChosen();
      if (table.isComplete) this.#onCounted();
    } catch (error) {
      if (path === this.state.path) this.error = error;
    }
    this.#onChange();
  }

  #count(state: TableState): void {
    if (!this.table) return;
    const wasComplete = this.table.isComplete;
    this.table = { ...this.table, ...state };
    this.pages.dropShort(state.rows);
    if (state.isComplete && !wasComplete) {
      // Parts that are drawn are known now.
      this.pages.clear();
      this.#onCounted();
    }
    this.#onChange();
  }

  #onCounted(): void {
    void this.describe();
    void this.#runFilter();
  }

  /** Looks at all rows, which takes a while where there are many; `looking` can be cancelled. */
  async describe(): Promise<void> {
    const { path } = this.state;
    if (path === undefined) return;
    this.looking?.controller.abort();
    const running: Running = { fraction: 0, controller: new AbortController() };
    this.looking = running;
    this.reportError = undefined;
    try {
      const report = await this.client.call('describe', { path }, { signal: running.controller.signal });
      if (this.looking !== running) return;
      this.report = report;
      this.configs = await this.client.call('configs', { path });
      // Rows are marked with what was found.
      this.pages.clear();
      this.#loadChosen();
      if (this.state.filter.finding !== undefined) void this.#runFilter();
    } catch (error) {
      if (this.looking === running && !(error instanceof CancelledError)) this.reportError = error;
    }
    if (this.looking === running) this.looking = undefined;
    this.#onChange();
  }

  async #runFilter(): Promise<void> {
    const { path, filter } = this.state;
    this.filtering?.controller.abort();
    this.filtering = undefined;
    this.found = 0;
    this.pages.clear();
    this.#onChange();
    if (path === undefined || isEmptyFilter(filter)) return;
    const running: Running = { fraction: 0, controller: new AbortController() };
    this.filtering = running;
    try {
      const { found } = await this.client.call('filter', { path, filter }, { signal: running.controller.signal });
      if (this.filtering === running) this.#setFound(found);
    } catch (error) {
      if (this.filtering === running) this.#fail(error);
    }
    if (this.filtering === running) this.filtering = undefined;
    this.#loadChosen();
    this.#onChange();
  }

  #setFound(found: number): void {
    this.found = found;
    this.pages.dropShort(found);
    this.#onChange();
  }

  async #loadRows(start: number, count: number): Promise<TableRow[]> {
    const { path = '', filter } = this.state;
    return this.client.call('rows', { path, start, count, ...(isEmptyFilter(filter) ? {} : { filter }) });
  }

  #onRows(): void {
    this.#loadChosen();
    this.#onChange();
  }

  #loadChosen(): void {
    const { active } = this.state;
    const row = active === undefined ? undefined : this.pages.at(active);
    if (row) this.#chosen.take(row);
  }

  #remember(changes: Partial<DatasetState>): void {
    this.state = { ...this.state, ...changes };
    this.#host.saveState(this.state);
  }

  #fail(error: unknown): void {
    if (!(error instanceof CancelledError)) this.error = error;
    this.#onChange();
  }
}
