// A bar above each column's name: one number a column, in the same columns as the cells below. Device pixels, as everything painted.
import type { Frame } from './painter.ts';
import type { Span } from './viewport.ts';

/** Rest on a line above the names; all zero where the numbers are not here yet, so that nothing moves when they come. */
export interface ColumnBars {
  /** What they measure, in a word: it stands before a bar's number where one is told. */
  readonly name: string;
  /** One a column, 0 or more. */
  readonly values: Float32Array;
  /** What a full bar stands for. */
  readonly full: number;
}

/** CSS pixels that the bars and the line under them take. */
export const BARS_HEIGHT = 38;
const LINE_GAP = 4;
/** Columns at least so wide leave room between bars. CSS pixels. */
const GAP_FROM = 5;
/** A bar that is not zero can be seen. */
const LEAST = 1;

export function paintColumnBars(context: CanvasRenderingContext2D, frame: Frame, columns: Span): void {
  const { bars, cell, margin, scroll, ratio, theme, size } = frame;
  if (!bars) return;
  const base = Math.round((BARS_HEIGHT - LINE_GAP) * ratio);
  const gap = cell.width >= GAP_FROM * ratio ? Math.max(1, Math.round(cell.width * 0.15)) : 0;
  context.save();
  context.beginPath();
  context.rect(margin.width, 0, size.width - margin.width, base + ratio);
  context.clip();
  context.fillStyle = theme.accent;
  for (let column = columns.start; column < columns.end; column++) {
    const share = Math.min(1, bars.values[column] / bars.full);
    if (!(share > 0)) continue;
    const height = Math.max(LEAST * ratio, Math.round(share * base));
    const left = margin.width + column * cell.width - scroll.x;
    context.fillRect(left + gap, base - height, Math.max(1, cell.width - 2 * gap), height);
  }
  context.fillStyle = theme.grid;
  const right = margin.width + columns.end * cell.width - scroll.x;
  context.fillRect(margin.width, base, right - margin.width, Math.max(1, Math.floor(ratio)));
  context.restore();
}
