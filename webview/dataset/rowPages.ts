// Rows that came, in pages; the pages that were looked at last stay. Asks for what is in view and for nothing else: while the scroll bar
// is dragged, what was passed is never asked for.
import type { TableRow } from '../../extension/protocol/datasetTable.ts';
import { CancelledError } from '../../extension/util/userError.ts';

const PAGE_ROWS = 100;
const MAX_PAGES = 60;
/** Answers that are waited for at once. */
const MAX_ASKED = 2;

export interface RowSource {
  load(start: number, count: number): Promise<TableRow[]>;
  onChange(): void;
  onError(error: unknown): void;
}

export class RowPages {
  readonly #source: RowSource;
  readonly #pages = new Map<number, TableRow[]>();
  readonly #asked = new Set<number>();
  #wanted: number[] = [];
  /** Grows when what is asked for is other rows: answers of before are dropped. */
  #age = 0;

  constructor(source: RowSource) {
    this.#source = source;
  }

  /** Forgets all: other rows stand at these numbers now. */
  clear(): void {
    this.#age++;
    this.#pages.clear();
    this.#asked.clear();
    this.#wanted = [];
  }

  /** Forgets pages that ended before their last row, because more rows are known now. */
  dropShort(count: number): void {
    for (const [page, rows] of this.#pages) {
      if (rows.length < Math.min(PAGE_ROWS, count - page * PAGE_ROWS)) this.#pages.delete(page);
    }
  }

  /** Undefined while it has not come. */
  at(index: number): TableRow | undefined {
    return this.#pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS];
  }

  /** Says which rows are in view, from `start` up to `end`. */
  want(start: number, end: number): void {
    const pages: number[] = [];
    for (let page = Math.floor(start / PAGE_ROWS); page * PAGE_ROWS < end; page++) {
      const rows = this.#pages.get(page);
      if (!rows) pages.push(page);
      else {
        this.#pages.delete(page);
        this.#pages.set(page, rows);
      }
    }
    this.#wanted = pages;
    this.#ask();
  }

  #ask(): void {
    for (const page of this.#wanted) {
      if (this.#asked.size >= MAX_ASKED) return;
      if (!this.#asked.has(page) && !this.#pages.has(page)) void this.#load(page);
    }
  }

  async #load(page: number): Promise<void> {
    const age = this.#age;
    this.#asked.add(page);
    try {
      const rows = await this.#source.load(page * PAGE_ROWS, PAGE_ROWS);
      if (age !== this.#age) return;
      this.#pages.set(page, rows);
      const [oldest] = this.#pages.keys();
      if (this.#pages.size > MAX_PAGES) this.#pages.delete(oldest);
    } catch (error) {
      if (age !== this.#age || error instanceof CancelledError) return;
      // An empty page, so that it is not asked for without end.
      this.#pages.set(page, []);
      this.#source.onError(error);
    } finally {
      if (age === this.#age) {
        this.#asked.delete(page);
        this.#ask();
      }
    }
    this.#source.onChange();
  }
}
