// Draws where the cursors are, on a canvas of its own, so that moving one redraws nothing else.
// Lines lie beside the row, the column and the cell, never over them: a colour must be seen as it is.
import type { ScreenPlace } from './layout.ts';
import type { Frame } from './painter.ts';

/** Lines of a hue would read as values. */
const BAND_ALPHA = 0.45;

export interface Cursors {
  chosen: ScreenPlace | undefined;
  hovered: ScreenPlace | undefined;
}

export function paintCursors(context: CanvasRenderingContext2D, frame: Frame, { chosen, hovered }: Cursors): void {
  const { size, margin, ratio } = frame;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  const line = Math.max(1, Math.round(ratio));
  context.save();
  context.beginPath();
  context.rect(margin.width - 3 * line, margin.height - 3 * line, size.width, size.height);
  context.clip();
  const main = hovered ?? chosen;
  if (main) paintBands(context, frame, main);
  if (chosen) paintRing(context, frame, chosen);
  if (hovered) paintRing(context, frame, hovered);
  context.restore();
}

function boxOf({ margin, cell, scroll }: Frame, { place, column }: ScreenPlace) {
  const left = margin.width + column * cell.width - scroll.x;
  const top = margin.height + place * cell.height - scroll.y;
  return { left, top, width: cell.width, height: cell.height };
}

/** Lines along both sides of the row and of the column. */
function paintBands(context: CanvasRenderingContext2D, frame: Frame, at: ScreenPlace): void {
  const { size, margin, cell, scroll, theme, ratio, matrix } = frame;
  const { left, top, width, height } = boxOf(frame, at);
  const line = Math.max(1, Math.round(ratio));
  const bottom = Math.min(size.height, margin.height + matrix.rows * cell.height - scroll.y);
  const right = Math.min(size.width, margin.width + matrix.columns * cell.width - scroll.x);
  context.fillStyle = theme.foreground;
  context.globalAlpha = BAND_ALPHA;
  context.fillRect(margin.width, top - line, right - margin.width, line);
  context.fillRect(margin.width, top + height, right - margin.width, line);
  context.fillRect(left - line, margin.height, line, bottom - margin.height);
  context.fillRect(left + width, margin.height, line, bottom - margin.height);
  context.globalAlpha = 1;
}

/** Lines of text colour between lines of ground, so that one of them stands out on every colour of a map. */
function paintRing(context: CanvasRenderingContext2D, frame: Frame, at: ScreenPlace): void {
  const { theme, ratio } = frame;
  const { left, top, width, height } = boxOf(frame, at);
  const line = Math.max(1, Math.round(ratio));
  context.lineWidth = line;
  for (const [distance, color] of [
    [0, theme.background],
    [1, theme.foreground],
    [2, theme.background],
  ] as const) {
    const grow = (distance + 0.5) * line;
    context.strokeStyle = color;
    context.strokeRect(left - grow, top - grow, width + 2 * grow, height + 2 * grow);
  }
}

/** Properties of a heatmap that change nothing but the cursors. */
const CURSOR_PROPERTIES = new Set<PropertyKey>(['at', 'hovered', 'labels']);

export const isCursorOnly = (changed: ReadonlyMap<PropertyKey, unknown>): boolean =>
  changed.size > 0 && [...changed.keys()].every((name) => CURSOR_PROPERTIES.has(name));
