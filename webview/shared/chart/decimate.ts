// From any number of points to a line of at most four per pixel column (first, lowest, highest, last: M4, Jugel et al., 2014). Pure.
// Invariant: the line that is drawn covers the same pixels; no peak is lost.

/** Points of a line; a NaN in `y` breaks it. */
export interface Polyline {
  x: Float64Array;
  y: Float64Array;
}

export interface DecimateView {
  /** Visible range in units of the axis. */
  min: number;
  max: number;
  /** Pixel columns of the plot. */
  columns: number;
  /** Axis units per unit of `x`: 1 / steps per epoch on an epoch axis. */
  factor: number;
}

/** Index of the first element of ascending `xs` that is at least `x`. */
export function lowerBound(xs: Float64Array, x: number): number {
  let low = 0;
  let high = xs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (xs[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the element of ascending `xs` that is nearest to `x`; -1 when there is none. */
export function nearestIndex(xs: Float64Array, x: number): number {
  if (xs.length === 0) return -1;
  const at = lowerBound(xs, x);
  if (at === 0) return 0;
  if (at === xs.length) return xs.length - 1;
  return x - xs[at - 1] <= xs[at] - x ? at - 1 : at;
}

/** The visible part of (xs, ys), with one point more on each side, so that lines run to the edge. `xs` is ascending. */
export function visibleRange(xs: Float64Array, view: DecimateView): { from: number; to: number } {
  const from = Math.max(0, lowerBound(xs, view.min / view.factor) - 1);
  let to = lowerBound(xs, view.max / view.factor);
  while (to < xs.length && xs[to] * view.factor <= view.max) to++;
  return { from, to: Math.min(xs.length, to + 1) };
}

export function decimate(xs: Float64Array, ys: Float64Array, view: DecimateView): Polyline {
  const { from, to } = visibleRange(xs, view);
  if (to - from <= view.columns * 4) {
    return { x: xs.slice(from, to).map((x) => x * view.factor), y: ys.slice(from, to) };
  }
  return columnExtremes(xs, ys, { ...view, from, to });
}

/** Keeps first, lowest, highest and last of each pixel column, by their row numbers. */
function columnExtremes(
  xs: Float64Array,
  ys: Float64Array,
  view: DecimateView & { from: number; to: number },
): Polyline {
  const rows = new Int32Array((view.columns + 3) * 5);
  let count = 0;
  let [first, low, high, last] = [-1, -1, -1, -1];
  let gapAt = -1;
  let current = Number.NaN;
  const scale = (view.columns * view.factor) / (view.max - view.min);
  const start = view.min / view.factor;

  const flush = (): void => {
    if (first >= 0) {
      for (const row of [first, Math.min(low, high), Math.max(low, high), last]) {
        if (count === 0 || rows[count - 1] !== row) rows[count++] = row;
      }
    }
    if (gapAt >= 0) rows[count++] = gapAt;
    gapAt = -1;
  };

  for (let row = view.from; row < view.to; row++) {
    const y = ys[row];
    if (!Number.isFinite(y)) {
      gapAt = row;
      continue;
    }
    const column = Math.max(-1, Math.min(view.columns, Math.floor((xs[row] - start) * scale)));
    if (column !== current) {
      flush();
      current = column;
      first = low = high = row;
    } else if (y < ys[low]) low = row;
    else if (y > ys[high]) high = row;
    last = row;
  }
  flush();
  return {
    x: Float64Array.from(rows.subarray(0, count), (row) => xs[row] * view.factor),
    y: Float64Array.from(rows.subarray(0, count), (row) => ys[row]),
  };
}
