// What a heatmap shows: a table of numbers, its rows in some order, and the range its colours span. Pure.
import type { MapKind } from './colorMap.ts';

/** One value a row and column, column by column: that of (row, column) is `values[column * rows + row]`. */
export interface Matrix {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** Fixed for a signal, so that pictures of different texts compare. Values outside take the end's colour. */
export interface ValueRange {
  readonly kind: MapKind;
  readonly min: number;
  readonly max: number;
}

/** A place in the matrix; the row is its index in the matrix, whatever the order on the screen. */
export interface CellPlace {
  readonly row: number;
  readonly column: number;
}

/** What is said of a heatmap. */
export interface HeatmapLabels {
  /** Of the whole picture, in a sentence. */
  summary: string;
  /** Read out for one cell. */
  describe(place: CellPlace, value: number): string;
}

export const valueAt = ({ values, rows }: Matrix, { row, column }: CellPlace): number => values[column * rows + row];

export const shareOf = (value: number, { min, max }: ValueRange): number => (value - min) / (max - min);

/** How many values lie outside the range, and so show the colour of its end. */
export function countClipped({ values }: Matrix, { min, max }: ValueRange): number {
  let count = 0;
  for (const value of values) if (value < min || value > max) count++;
  return count;
}

/** 0, 1, 2 … */
export const naturalOrder = (rows: number): Uint32Array => Uint32Array.from({ length: rows }, (_, row) => row);

/** Count from the top of each row that stands in `order`. */
export function placesOf(order: Uint32Array): Uint32Array<ArrayBuffer> {
  const places = new Uint32Array(order.length);
  for (let place = 0; place < order.length; place++) places[order[place]] = place;
  return places;
}
