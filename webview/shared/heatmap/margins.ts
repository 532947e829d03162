// How much room the names of rows and columns take beside the cells. CSS pixels.
import { visibleBlanks } from '../format.ts';
import { LABEL_PX, type NameStyle, ROW_NAME_ROOM } from './painter.ts';

/** Longer names are cut with an ellipsis; the read-out says all of them. */
const LONGEST_NAME = 96;
const MOST_MEASURED = 300;

export interface NameRoom {
  /** The longest name of a column. */
  longest: number;
  /** How far the last column's name reaches to the right of its place, where it is aslant. */
  overhang: number;
  columnNames(style: NameStyle): number;
  rowNames(rows: number): number;
}

let ruler: CanvasRenderingContext2D | null | undefined;

export interface Names {
  columns: readonly string[];
  /** Absent: their numbers. */
  rows?: readonly string[];
}

export function measureNames({ columns, rows }: Names, fontFamily: string): NameRoom {
  ruler ??= document.createElement('canvas').getContext('2d');
  if (ruler) ruler.font = `${LABEL_PX}px ${fontFamily}`;
  const widthOf = (text: string): number => ruler?.measureText(text).width ?? text.length * 6;
  // Names are written only where there are hundreds of them at most.
  const longestOf = (names: readonly string[]): number =>
    names.slice(0, MOST_MEASURED).reduce((most, name) => {
      return Math.max(most, Math.min(LONGEST_NAME, widthOf(visibleBlanks(name.slice(0, LONGEST_NAME)))));
    }, 0);
  const longest = longestOf(columns);
  return {
    longest,
    overhang: Math.ceil((longestOf(columns.slice(-1)) + LABEL_PX) * Math.SQRT1_2),
    columnNames: (style) => (style === 'slanted' ? Math.ceil((longest + LABEL_PX) * Math.SQRT1_2) + 8 : 20),
    rowNames: (count) =>
      Math.ceil(Math.max(widthOf(String(Math.max(0, count - 1))), longestOf(rows ?? []))) + ROW_NAME_ROOM,
  };
}
