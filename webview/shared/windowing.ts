// Which rows of a long list are in view. Pure: rows have one height, and what lies outside is two spacers.

export interface RowWindow {
  /** First row that is drawn, and one past the last. */
  start: number;
  end: number;
  /** Height of what is left out, in pixels. */
  before: number;
  after: number;
}

export interface Scroll {
  top: number;
  height: number;
}

const OVERSCAN = 8;

export function rowWindow(count: number, rowHeight: number, scroll: Scroll): RowWindow {
  const top = Math.min(scroll.top, Math.max(0, count * rowHeight - scroll.height));
  const start = Math.max(0, Math.floor(top / rowHeight) - OVERSCAN);
  const end = Math.min(count, Math.ceil((top + scroll.height) / rowHeight) + OVERSCAN);
  return { start, end, before: start * rowHeight, after: (count - end) * rowHeight };
}

/** The scroll position that shows row `index`, moving as little as possible. */
export function scrollToRow(index: number, rowHeight: number, scroll: Scroll): number {
  const top = index * rowHeight;
  if (top < scroll.top) return top;
  if (top + rowHeight > scroll.top + scroll.height) return top + rowHeight - scroll.height;
  return scroll.top;
}
