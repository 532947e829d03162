// Where a table of any number of rows is scrolled to. Browsers cannot lay out an element of hundreds of millions of pixels, so the scroll bar
// stands for a shorter one: dragging it moves far, the wheel and keys move by rows as always. Pure.

/** What every browser lays out exactly. */
const MAX_HEIGHT = 8_000_000;

export interface RowScrollSize {
  count: number;
  rowHeight: number;
  /** Of the window onto the rows, in pixels. */
  viewHeight: number;
}

/** Height of the element that is scrolled. */
export function scrollHeight({ count, rowHeight }: RowScrollSize): number {
  return Math.min(MAX_HEIGHT, count * rowHeight);
}

/** Pixels of rows above the window, at most. */
export function maxOffset({ count, rowHeight, viewHeight }: RowScrollSize): number {
  return Math.max(0, count * rowHeight - viewHeight);
}

/** Pixels of rows for one pixel of the scroll bar's way. */
function scale(size: RowScrollSize): number {
  const way = scrollHeight(size) - size.viewHeight;
  return way <= 0 ? 1 : Math.max(1, maxOffset(size) / way);
}

export const offsetOf = (scrollTop: number, size: RowScrollSize): number =>
  Math.min(maxOffset(size), scrollTop * scale(size));

export const scrollTopOf = (offset: number, size: RowScrollSize): number => offset / scale(size);

/** The offset that shows row `index`, moving as little as possible. */
export function offsetToShow(index: number, offset: number, { rowHeight, viewHeight }: RowScrollSize): number {
  const top = index * rowHeight;
  if (top < offset) return top;
  return top + rowHeight > offset + viewHeight ? top + rowHeight - viewHeight : offset;
}
