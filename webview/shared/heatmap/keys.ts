// Where the cursor and the zoom of a heatmap go when a key is pressed. Pure.
import type { ScreenPlace } from './layout.ts';
import type { Size } from './viewport.ts';

export interface HeatmapKey {
  key: string;
  /** With Ctrl or ⌘: to the first or last row too. */
  isFar: boolean;
  /** Rows in view. */
  page: number;
}

/** As in every grid (ARIA practices): arrows, Page Up and Down, Home and End of the row, with Ctrl of the whole. Undefined for other keys. */
export function placeAfterKey(
  from: ScreenPlace | undefined,
  { key, isFar, page }: HeatmapKey,
  grid: Size,
): ScreenPlace | undefined {
  const step = stepOf(key, page);
  if (!step || grid.width === 0 || grid.height === 0) return undefined;
  if (!from) return { place: 0, column: 0 };
  const clamp = (value: number, count: number): number => Math.max(0, Math.min(count - 1, value));
  const [rows, columns] = step;
  const isEdge = Math.abs(columns) === Number.POSITIVE_INFINITY;
  const place = isEdge && isFar ? (columns > 0 ? grid.height - 1 : 0) : from.place + rows;
  return { place: clamp(place, grid.height), column: clamp(from.column + columns, grid.width) };
}

function stepOf(key: string, page: number): readonly [rows: number, columns: number] | undefined {
  switch (key) {
    case 'ArrowUp':
      return [-1, 0];
    case 'ArrowDown':
      return [1, 0];
    case 'ArrowLeft':
      return [0, -1];
    case 'ArrowRight':
      return [0, 1];
    case 'PageUp':
      return [-page, 0];
    case 'PageDown':
      return [page, 0];
    case 'Home':
      return [0, Number.NEGATIVE_INFINITY];
    case 'End':
      return [0, Number.POSITIVE_INFINITY];
    default:
      return undefined;
  }
}

/** By how much a key zooms: plus and minus by `step`, 0 to everything; undefined for other keys. */
export function zoomFactor(key: string, step: number): number | undefined {
  if (key === '+' || key === '=') return step;
  if (key === '-') return 1 / step;
  return key === '0' ? 0 : undefined;
}

/** How far a turn of the wheel zooms: a notch as far as a press of a key. */
export function wheelFactor({ deltaY, deltaMode }: WheelEvent, step: number): number {
  return step ** (-deltaY / (deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 60 : 1.5));
}
