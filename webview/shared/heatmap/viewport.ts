// Where cells lie on the canvas: their size for a zoom, what is in view, what is under the pointer. Pure; device pixels throughout.
// Invariant: a cell is a whole number of device pixels wide and high, at least one, so that no cell is ever left out or blurred.

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Offset {
  readonly x: number;
  readonly y: number;
}

/** Cells from `start` to before `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** In CSS pixels: cells grow up to this size to fill the view, and up to twice that by zooming. */
const FULL_CELL: Size = { width: 56, height: 18 };
const MAX_GROWTH = 1.7;

/** The cell size at which all of `grid` (columns by rows) shows in `view`, or the least there is. */
function fitCell(grid: Size, view: Size, ratio: number): Size {
  const fit = (count: number, room: number, full: number): number =>
    Math.max(1, Math.min(Math.round(full * ratio), Math.floor(room / Math.max(1, count))));
  return {
    width: fit(grid.width, view.width, FULL_CELL.width),
    height: fit(grid.height, view.height, FULL_CELL.height),
  };
}

const largestCell = (ratio: number): Size => ({
  width: Math.round(FULL_CELL.width * MAX_GROWTH * ratio),
  height: Math.round(FULL_CELL.height * MAX_GROWTH * ratio),
});

/** Cell size at `zoom`; 1 is everything in view. */
export function cellSize(grid: Size, view: Size, { zoom, ratio }: { zoom: number; ratio: number }): Size {
  const fit = fitCell(grid, view, ratio);
  const largest = largestCell(ratio);
  return {
    width: Math.min(largest.width, Math.max(1, Math.round(fit.width * zoom))),
    height: Math.min(largest.height, Math.max(1, Math.round(fit.height * zoom))),
  };
}

/** Zoom from which on cells grow no more. */
export function maxZoom(grid: Size, view: Size, ratio: number): number {
  const fit = fitCell(grid, view, ratio);
  const largest = largestCell(ratio);
  return Math.max(largest.width / fit.width, largest.height / fit.height);
}

/** Cells that show, at least in part, in `room` pixels from `offset` on. */
export function visibleSpan(count: number, cell: number, { offset, room }: { offset: number; room: number }): Span {
  const start = Math.min(count, Math.max(0, Math.floor(offset / cell)));
  return { start, end: Math.max(start, Math.min(count, Math.ceil((offset + room) / cell))) };
}

/** Index of the cell at `position` from the start of the content; undefined outside. */
export function cellUnder(count: number, cell: number, position: number): number | undefined {
  const at = Math.floor(position / cell);
  return at >= 0 && at < count ? at : undefined;
}

/** The scroll offset that shows the cell `at`, moving as little as possible. */
export function revealOffset(at: number, cell: number, { offset, room }: { offset: number; room: number }): number {
  const start = at * cell;
  if (start < offset) return start;
  return start + cell > offset + room ? start + cell - room : offset;
}
