// The rows of a dataset as a grid. Only rows in view are in the document. <gs-dataset-rows>
// Invariant: the grid itself keeps the focus; which row is chosen is said by aria-activedescendant, so that scrolling it away loses nothing.
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { TableRow } from '../../extension/protocol/datasetTable.ts';
import { groupThousands } from '../shared/format.ts';
import { LightElement } from '../shared/lightElement.ts';
import { styled } from '../shared/styled.ts';
import { findingName, PART_NAMES } from './names.ts';
import './rows.css';
import { maxOffset, offsetOf, offsetToShow, type RowScrollSize, scrollHeight, scrollTopOf } from './rowScroll.ts';

const ROW_HEIGHT = 24;
const FIRST_HEIGHT = 360;
const MIN_HEIGHT = 120;
const COLUMNS = ['Row', 'Place', 'Text', 'Label', 'Characters', 'Tokens', 'Part', 'Problems'] as const;

export interface RowLookup {
  at(index: number): TableRow | undefined;
  want(start: number, end: number): void;
}

export class DatasetRows extends LightElement {
  static override properties = {
    count: { attribute: false },
    total: { attribute: false },
    active: { attribute: false },
    revision: { attribute: false },
    offset: { state: true },
    viewHeight: { state: true },
  };
  declare count: number;
  /** Rows without a filter: they say how high the table is, so that a filter moves nothing on the page. */
  declare total: number;
  /** The chosen row, by its number in this table. */
  declare active: number | undefined;
  /** Another one: rows may be other ones. */
  declare revision: unknown;
  declare rows: RowLookup;
  /** Name of a file as the table shows it. */
  declare fileName: (path: string) => string;
  /** Pixels of rows above the window. */
  declare offset: number;
  declare viewHeight: number;
  #resizing: ResizeObserver | undefined;
  /** Where this put the scroll bar itself: that must not be taken for the user's doing. */
  #setTop = -1;

  override connectedCallback(): void {
    super.connectedCallback();
    this.offset = 0;
    this.viewHeight = FIRST_HEIGHT;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resizing?.disconnect();
  }

  get #size(): RowScrollSize {
    return { count: this.count, rowHeight: ROW_HEIGHT, viewHeight: this.viewHeight };
  }

  get #grid(): HTMLElement {
    return this.querySelector<HTMLElement>('.row-grid')!;
  }

  protected override firstUpdated(): void {
    this.#resizing = new ResizeObserver(() => this.#measure());
    this.#resizing.observe(this.#grid);
    if (this.active !== undefined) this.#reveal(this.active);
  }

  #measure(): void {
    const { clientHeight } = this.#grid;
    const head = this.querySelector<HTMLElement>('.row-head')?.offsetHeight ?? ROW_HEIGHT;
    if (clientHeight > head) this.viewHeight = clientHeight - head;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('count')) this.offset = Math.min(this.offset, maxOffset(this.#size));
  }

  protected override updated(): void {
    const { first, end } = this.#window;
    if (this.count > 0) this.rows.want(first, end);
    const top = Math.round(scrollTopOf(this.offset, this.#size));
    if (Math.abs(this.#grid.scrollTop - top) >= 1) {
      this.#grid.scrollTop = top;
      this.#setTop = this.#grid.scrollTop;
    }
  }

  get #window(): { first: number; end: number } {
    const first = Math.floor(this.offset / ROW_HEIGHT);
    return { first, end: Math.min(this.count, first + Math.ceil(this.viewHeight / ROW_HEIGHT) + 1) };
  }

  protected override render(): TemplateResult {
    const { first, end } = this.#window;
    const isDrawn = this.active !== undefined && this.active >= first && this.active < end;
    const indices = Array.from({ length: Math.max(0, end - first) }, (_, at) => first + at);
    return html`<div
      class="row-grid"
      role="grid"
      tabindex="0"
      aria-label="Rows"
      aria-rowcount=${this.count + 1}
      aria-colcount=${COLUMNS.length}
      aria-activedescendant=${isDrawn ? `row-${this.active}` : nothing}
      ${styled({ 'max-block-size': `${Math.max(MIN_HEIGHT, (this.total + 1) * ROW_HEIGHT + 2)}px` })}
      @scroll=${this.#onScroll}
      @wheel=${{ handleEvent: this.#onWheel, passive: false }}
      @keydown=${this.#onKey}
    >
      <div class="row-head" role="row" aria-rowindex="1">
        ${COLUMNS.map((name) => html`<span role="columnheader" class="cell cell-${name.toLowerCase()}">${name}</span>`)}
      </div>
      <div class="row-space" role="presentation" ${styled({ 'block-size': `${scrollHeight(this.#size)}px` })}>
        <div
          class="row-view"
          role="rowgroup"
          ${styled({ 'block-size': `${this.viewHeight}px`, 'inset-block-start': `${ROW_HEIGHT}px` })}
        >
          ${indices.map((index) => this.#renderRow(index))}
        </div>
      </div>
    </div>`;
  }

  #renderRow(index: number): TemplateResult {
    const row = this.rows.at(index);
    const isActive = index === this.active;
    const isOff = row?.part === 'leftOut' || row?.part === 'unusable';
    return html`<div
      id="row-${index}"
      class="row ${isActive ? 'is-active' : ''} ${isOff ? 'is-off' : ''}"
      role="row"
      aria-rowindex=${index + 2}
      aria-selected=${isActive ? 'true' : 'false'}
      aria-busy=${row ? nothing : 'true'}
      ${styled({ 'inset-block-start': `${index * ROW_HEIGHT - this.offset}px` })}
      @click=${() => this.#choose(index)}
      @dblclick=${() => this.tell('open', index)}
    >
      ${row ? this.#renderCells(row) : html`<span role="gridcell" class="cell cell-row">…</span>`}
    </div>`;
  }

  #renderCells(row: TableRow): TemplateResult {
    const place = `${this.fileName(row.path)}:${row.line}`;
    const isUnusable = row.part === 'unusable';
    const problems = row.problems.map(findingName).join(', ');
    return html`<span role="gridcell" class="cell cell-row">${groupThousands(row.row + 1)}</span>
      <span role="gridcell" class="cell cell-place" title=${place}><bdi>${place}</bdi></span>
      <span role="gridcell" class="cell cell-text ${isUnusable ? 'muted' : ''}" dir="auto">${row.text}</span>
      <span role="gridcell" class="cell cell-label" title=${row.label}><bdi>${row.label}</bdi></span>
      <span role="gridcell" class="cell cell-characters">${isUnusable ? '' : groupThousands(row.characters)}</span>
      <span role="gridcell" class="cell cell-tokens">${isUnusable ? '' : groupThousands(row.tokens)}</span>
      <span role="gridcell" class="cell cell-part">${PART_NAMES[row.part] ?? row.part}</span>
      <span role="gridcell" class="cell cell-problems" title=${problems}>${problems}</span>`;
  }

  #choose(index: number): void {
    if (this.count === 0) return;
    const at = Math.max(0, Math.min(this.count - 1, index));
    this.#reveal(at);
    this.tell('choose', at);
  }

  #reveal(index: number): void {
    this.offset = Math.max(0, Math.min(maxOffset(this.#size), offsetToShow(index, this.offset, this.#size)));
  }

  #onScroll(): void {
    const { scrollTop } = this.#grid;
    if (scrollTop === this.#setTop) return;
    this.#setTop = -1;
    this.offset = offsetOf(scrollTop, this.#size);
  }

  /** Where the scroll bar stands for more rows than it has pixels, the wheel still moves by rows. */
  readonly #onWheel = (event: WheelEvent): void => {
    const size = this.#size;
    const isScaled = scrollHeight(size) < this.count * ROW_HEIGHT;
    if (!isScaled || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? ROW_HEIGHT : 1;
    this.offset = Math.max(0, Math.min(maxOffset(size), this.offset + event.deltaY * unit));
  };

  #onKey(event: KeyboardEvent): void {
    const at = this.active ?? -1;
    const page = Math.max(1, Math.floor(this.viewHeight / ROW_HEIGHT) - 1);
    const moves: Record<string, number> = {
      ArrowUp: at - 1,
      ArrowDown: at + 1,
      PageUp: at - page,
      PageDown: at + page,
      Home: 0,
      End: this.count - 1,
    };
    if (event.key in moves && !event.altKey) this.#choose(moves[event.key]);
    else if (event.key === 'Enter' && this.active !== undefined) this.tell('open', this.active);
    else return;
    event.preventDefault();
  }
}

customElements.define('gs-dataset-rows', DatasetRows);
