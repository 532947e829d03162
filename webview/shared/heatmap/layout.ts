// How a heatmap is laid out for the room it has: cell size, margins for names, size of everything; and which cell lies where. Pure.
// Lengths are device pixels, except where CSS pixels are named.
import type { NameRoom } from './margins.ts';
import { type NameStyle, nameStyle } from './painter.ts';
import {
  cellSize,
  cellUnder,
  maxZoom,
  type Offset,
  revealOffset,
  type Size,
  type Span,
  visibleSpan,
} from './viewport.ts';

export interface LayoutRequest {
  /** Columns by rows. */
  grid: Size;
  /** What the picture may take, CSS pixels. */
  available: Size;
  zoom: number;
  ratio: number;
  names: NameRoom;
  /** What bars above the names of columns take, CSS pixels. */
  barsHeight?: number;
}

/** A place on the screen: the row as its count from the top. Fractions lie inside cells. */
export interface ScreenPlace {
  place: number;
  column: number;
}

const SCROLLBAR = 12;

export class HeatmapLayout {
  readonly ratio: number;
  readonly cell: Size;
  readonly nameStyle: NameStyle;
  /** Left of and above the cells. */
  readonly margin: Size;
  /** Margins and all cells. */
  readonly content: Size;
  /** Zoom from which on cells grow no more. */
  readonly maxZoom: number;
  /** Rows that fit, at least one. */
  readonly page: number;
  /** CSS pixels the element takes. */
  readonly height: number;
  readonly grid: Size;

  constructor({ grid, available, zoom, ratio, names, barsHeight = 0 }: LayoutRequest) {
    this.ratio = ratio;
    this.grid = grid;
    const left = Math.round(names.rowNames(grid.height) * ratio);
    const room = (top: number, right = 0): Size => ({
      width: Math.max(1, Math.floor((available.width - right) * ratio) - left),
      height: Math.max(1, Math.floor(available.height * ratio) - top),
    });
    // Slanted names take more height than others, and the height decides nothing about their slant: so two passes are enough.
    const cellFor = (top: number, right = 0): Size => cellSize(grid, room(top, right), { zoom, ratio });
    const style = nameStyle(cellFor(0).width, ratio, names.longest);
    this.nameStyle = style;
    const top = Math.round(names.columnNames(style) * ratio) + Math.round(barsHeight * ratio);
    this.margin = { width: left, height: top };
    // The last name begins in the middle of its column; it takes room from the cells as long as that leaves them most of it.
    const half = cellFor(top).width / ratio / 2;
    const beyond = style === 'slanted' ? Math.max(0, Math.min(names.overhang - half, available.width / 4)) : 0;
    this.cell = cellFor(top, beyond);
    this.maxZoom = maxZoom(grid, room(top, beyond), ratio);
    this.page = Math.max(1, Math.floor(room(top).height / this.cell.height) - 1);
    const width = left + grid.width * this.cell.width;
    const isTooWide = width > available.width * ratio;
    this.content = {
      width: width + (isTooWide ? Math.round(beyond * ratio) : 0),
      height: top + grid.height * this.cell.height,
    };
    this.height = Math.min(available.height, Math.ceil(this.content.height / ratio) + (isTooWide ? SCROLLBAR : 0));
  }

  /** What lies at `point` of the canvas, in cells; also outside of the grid. */
  screenPlace(point: Offset, scroll: Offset): ScreenPlace {
    return {
      column: (point.x - this.margin.width + scroll.x) / this.cell.width,
      place: (point.y - this.margin.height + scroll.y) / this.cell.height,
    };
  }

  /** Columns that show, at least in part, on a canvas of `size`. */
  columnsInView(size: Size, scroll: Offset): Span {
    const room = size.width - this.margin.width;
    return visibleSpan(this.grid.width, this.cell.width, { offset: scroll.x, room });
  }

  /** The cell at `point` of the canvas; undefined on the names and beside the grid. */
  cellAt(point: Offset, scroll: Offset): ScreenPlace | undefined {
    if (point.x < this.margin.width || point.y < this.margin.height) return undefined;
    const exact = this.screenPlace(point, scroll);
    const column = cellUnder(this.grid.width, 1, exact.column);
    const place = cellUnder(this.grid.height, 1, exact.place);
    return column === undefined || place === undefined ? undefined : { place, column };
  }

  /** Scroll offset at which `anchor` lies at `point` of the canvas. */
  scrollFor(anchor: ScreenPlace, point: Offset): Offset {
    return {
      x: anchor.column * this.cell.width - (point.x - this.margin.width),
      y: anchor.place * this.cell.height - (point.y - this.margin.height),
    };
  }

  /** Scroll offset that shows a cell on a canvas of `size`, moving as little as possible. */
  reveal({ place, column }: ScreenPlace, size: Size, scroll: Offset): Offset {
    const width = size.width - this.margin.width;
    const height = size.height - this.margin.height;
    return {
      x: revealOffset(column, this.cell.width, { offset: scroll.x, room: width }),
      y: revealOffset(place, this.cell.height, { offset: scroll.y, room: height }),
    };
  }

  /** Middle of a cell on the canvas. */
  middleOf({ place, column }: ScreenPlace, scroll: Offset): Offset {
    return {
      x: this.margin.width + (column + 0.5) * this.cell.width - scroll.x,
      y: this.margin.height + (place + 0.5) * this.cell.height - scroll.y,
    };
  }
}
