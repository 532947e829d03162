// A matrix as a picture one can walk through: scrolling, zoom, a cursor, names of rows and columns. <gs-heatmap>
// Invariant: zoom and cursor belong to whoever shows the heatmap. This element asks for a change by an event and shows what it is given;
// only the scroll position is its own, as it is of every scrolling element.
import { html, type PropertyValues, type TemplateResult } from 'lit';
import type { Disposable } from '../../../extension/util/disposable.ts';
import { LightElement } from '../lightElement.ts';
import { styled } from '../styled.ts';
import { onThemeChange, readTheme, type ThemeColors } from '../theme.ts';
import { cellPixels, contextOf, toBitmap } from './cellBitmap.ts';
import { colorMap } from './colorMap.ts';
import { BARS_HEIGHT, type ColumnBars } from './columnBars.ts';
import { isCursorOnly, paintCursors } from './cursor.ts';
import { placeAfterKey, wheelFactor, zoomFactor } from './keys.ts';
import { HeatmapLayout, type ScreenPlace } from './layout.ts';
import { measureNames } from './margins.ts';
import { type CellPlace, type HeatmapLabels, type Matrix, placesOf, type ValueRange } from './matrix.ts';
import { type Frame, paint } from './painter.ts';
import { ScrollArea } from './scrollArea.ts';
import { renderSpoken } from './spoken.ts';
import type { Offset, Size, Span } from './viewport.ts';

/** One press of a key, or a notch of the wheel. */
const ZOOM_STEP = 1.25;
let nextId = 0;

export class Heatmap extends LightElement {
  static override properties = {
    matrix: { attribute: false },
    numbers: { attribute: false },
    order: { attribute: false },
    range: { attribute: false },
    columnNames: { attribute: false },
    rowNames: { attribute: false },
    bars: { attribute: false },
    marks: { attribute: false },
    at: { attribute: false },
    hovered: { attribute: false },
    zoom: { attribute: false },
    maxHeight: { attribute: false },
    labels: { attribute: false },
  };
  declare matrix: Matrix;
  /** Written in the cells, and read out, where they differ from what is coloured. */
  declare numbers: Matrix | undefined;
  /** Row of the matrix at each place from the top. */
  declare order: Uint32Array;
  declare range: ValueRange;
  declare columnNames: readonly string[];
  /** Absent: the numbers of the rows. */
  declare rowNames: readonly string[] | undefined;
  /** Above the names of the columns. */
  declare bars: ColumnBars | undefined;
  /** Rows with a mark, and its CSS colour. */
  declare marks: ReadonlyMap<number, string>;
  /** The chosen cell, which is kept in view. Keys ask for another by `move`, a click and Enter by `pick`. */
  declare at: CellPlace | undefined;
  /** The cell under the pointer, here or in another heatmap; asked for by `hover`. */
  declare hovered: CellPlace | undefined;
  /** 1: everything in view. Asked for by `zoom`. */
  declare zoom: number;
  /** In CSS pixels; a picture that needs less takes less. */
  declare maxHeight: number;
  declare labels: HeatmapLabels;
  /** Milliseconds that the last frame took to paint: 0 where it took less than the clock's grain. */
  lastPaintMs = 0;
  /** Frames painted so far. */
  paintCount = 0;

  readonly #id = `gs-heatmap-${nextId++}`;
  #theme: ThemeColors | undefined;
  #themeWatch: Disposable | undefined;
  #resizeWatch: ResizeObserver | undefined;
  #bitmap: HTMLCanvasElement | undefined;
  #placeOf = new Uint32Array();
  #layout: HeatmapLayout | undefined;
  #area: ScrollArea | undefined;
  /** What stays where it is while the zoom changes. */
  #anchor: { cell: ScreenPlace; point: Offset } | undefined;
  #columns: Span = { start: 0, end: 0 };
  #frameRequest = 0;
  /** What the pointer was seen over: a click has whole pixels only, and could name the cell beside it. */
  #pointed: CellPlace | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.classList.add('heatmap');
    this.#themeWatch = onThemeChange(() => {
      this.#theme = undefined;
      this.#makeBitmap();
      this.requestUpdate();
    });
    this.#resizeWatch = new ResizeObserver(() => this.requestUpdate());
    this.#resizeWatch.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#themeWatch?.dispose();
    this.#resizeWatch?.disconnect();
    cancelAnimationFrame(this.#frameRequest);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('matrix') || changed.has('order') || changed.has('range')) this.#makeBitmap();
    if (isCursorOnly(changed)) return;
    if (changed.has('zoom')) this.#anchor ??= this.#anchorAt(this.#steadyPoint());
    this.#layout = new HeatmapLayout({
      grid: { width: this.matrix.columns, height: this.matrix.rows },
      available: { width: this.clientWidth, height: this.maxHeight },
      zoom: this.zoom,
      ratio: devicePixelRatio,
      names: measureNames({ columns: this.columnNames, rows: this.rowNames }, this.#colors().fontFamily),
      barsHeight: this.bars ? BARS_HEIGHT : 0,
    });
  }

  protected override firstUpdated(): void {
    this.#area = new ScrollArea(this.querySelector<HTMLElement>('.heatmap-scroll')!);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('zoom') && changed.get('zoom') !== undefined) this.#keepAnchor();
    else if (changed.has('at') || changed.has('order')) this.#reveal();
    this.#anchor = undefined;
    if (isCursorOnly(changed)) this.#paintCursors();
    else this.#paint();
  }

  protected override render(): TemplateResult {
    const { matrix } = this;
    const { content, ratio, height } = this.#layout!;
    const room = { 'inline-size': `${content.width / ratio}px`, 'block-size': `${content.height / ratio}px` };
    return html`<div
      class="heatmap-scroll"
      role="grid"
      tabindex="0"
      aria-label=${this.labels.summary}
      aria-rowcount=${matrix.rows}
      aria-colcount=${matrix.columns}
      aria-activedescendant=${this.#id}
      ${styled({ 'block-size': `${height}px` })}
      @scroll=${this.#requestPaint}
      @wheel=${this.#onWheel}
      @pointermove=${this.#onPointer}
      @pointerdown=${this.#onPointer}
      @pointerleave=${() => this.#onPointer(undefined)}
      @click=${this.#onClick}
      @keydown=${this.#onKey}
    >
      <canvas class="heatmap-picture" aria-hidden="true"></canvas>
      <canvas class="heatmap-cursor" aria-hidden="true"></canvas>
      <div class="heatmap-room" role="presentation" ${styled(room)}></div>
      ${renderSpoken(this, this.#id, this.#placeOf)}
    </div>`;
  }

  /** The cell under a point of the window; undefined where there is none. */
  placeUnder(client: { clientX: number; clientY: number }): CellPlace | undefined {
    const found = this.#area && this.#layout?.cellAt(this.#area.pointOf(client), this.#area.offset);
    return found && { row: this.order[found.place], column: found.column };
  }

  /** Asks for a larger or smaller picture; 0: everything in view. */
  zoomBy(factor: number, point = this.#steadyPoint()): void {
    this.#askForZoom(Math.min(this.zoom, this.#layout!.maxZoom) * factor, point);
  }

  #colors(): ThemeColors {
    this.#theme ??= readTheme();
    return this.#theme;
  }

  #makeBitmap(): void {
    const { matrix, order, range } = this;
    const map = colorMap(range.kind, this.#colors().ground);
    this.#bitmap = toBitmap(cellPixels(matrix, order, { map, range }), matrix.columns);
    this.#placeOf = placesOf(order);
  }

  #onScreen({ row, column }: CellPlace): ScreenPlace {
    return { place: this.#placeOf[row], column };
  }

  #requestPaint(): void {
    cancelAnimationFrame(this.#frameRequest);
    this.#frameRequest = requestAnimationFrame(() => this.#paint());
  }

  #paint(): void {
    const size = this.#area?.size;
    if (!size?.width) return;
    const startedAt = performance.now();
    const frame = this.#frame(size);
    paint(contextOf(this.querySelector('canvas')!, size, devicePixelRatio), frame);
    this.#paintCursors(frame);
    this.lastPaintMs = performance.now() - startedAt;
    this.paintCount++;
    this.#tellColumns(frame);
  }

  /** Tells `columns` with the columns in view when they are others, so that what stands below can follow. */
  #tellColumns({ size, scroll }: Frame): void {
    const columns = this.#layout!.columnsInView(size, scroll);
    if (columns.start === this.#columns.start && columns.end === this.#columns.end) return;
    this.#columns = columns;
    this.tell<Span>('columns', columns);
  }

  #paintCursors(frame?: Frame): void {
    const size = this.#area?.size;
    if (!size?.width) return;
    const context = contextOf(this.querySelector('.heatmap-cursor')!, size, devicePixelRatio);
    paintCursors(context, frame ?? this.#frame(size), {
      chosen: this.at && this.#onScreen(this.at),
      hovered: this.hovered && this.#onScreen(this.hovered),
    });
  }

  #frame(size: Size): Frame {
    const { matrix, numbers, order, range, columnNames, rowNames, bars, marks } = this;
    const { cell, margin, ratio, nameStyle } = this.#layout!;
    const theme = this.#colors();
    const content = { matrix, numbers, order, range, columnNames, rowNames, bars, marks, bitmap: this.#bitmap };
    const geometry = { cell, margin, ratio, nameStyle, size, scroll: this.#area!.offset };
    return { ...content, ...geometry, map: colorMap(range.kind, theme.ground), theme };
  }

  #reveal(): void {
    const area = this.#area;
    if (this.at && area) area.scrollTo(this.#layout!.reveal(this.#onScreen(this.at), area.size, area.offset));
  }

  /** The chosen cell, or the middle of what is in view. */
  #steadyPoint(): Offset {
    const { width, height } = this.#area?.size ?? { width: 0, height: 0 };
    if (!this.at || !this.#layout || !this.#area) return { x: width / 2, y: height / 2 };
    return this.#layout.middleOf(this.#onScreen(this.at), this.#area.offset);
  }

  #anchorAt(point: Offset) {
    return this.#layout && this.#area && { cell: this.#layout.screenPlace(point, this.#area.offset), point };
  }

  #keepAnchor(): void {
    if (this.#anchor) this.#area?.scrollTo(this.#layout!.scrollFor(this.#anchor.cell, this.#anchor.point));
  }

  #askForZoom(zoom: number, point: Offset): void {
    const wanted = Math.min(this.#layout!.maxZoom, Math.max(1, zoom));
    if (wanted === this.zoom) return;
    this.#anchor = this.#anchorAt(point);
    this.tell<number>('zoom', wanted);
  }

  /** As in maps and editors: with Ctrl or ⌘ the wheel zooms, and a pinch arrives as just that. */
  #onWheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.zoomBy(wheelFactor(event, ZOOM_STEP), this.#area!.pointOf(event));
  }

  #onPointer(event: PointerEvent | undefined): void {
    this.#pointed = event && this.placeUnder(event);
    this.tell<CellPlace | null>('hover', this.#pointed ?? null);
  }

  #onClick(event: MouseEvent): void {
    const place = this.#pointed ?? this.placeUnder(event);
    if (place) this.tell<CellPlace>('pick', place);
  }

  #onKey(event: KeyboardEvent): void {
    const { key, ctrlKey, metaKey } = event;
    const from = this.at ?? this.hovered;
    const factor = zoomFactor(key, ZOOM_STEP);
    const pressed = { key, isFar: ctrlKey || metaKey, page: this.#layout!.page };
    const next = placeAfterKey(from && this.#onScreen(from), pressed, this.#layout!.grid);
    const isPick = (key === 'Enter' || key === ' ') && from !== undefined;
    if (factor !== undefined) this.zoomBy(factor);
    else if (next) this.tell<CellPlace>('move', { row: this.order[next.place], column: next.column });
    else if (isPick) this.tell<CellPlace>('pick', from);
    else return;
    event.preventDefault();
  }
}

customElements.define('gs-heatmap', Heatmap);
