// Paints a heatmap's frame on a canvas: the cells in view, their numbers where there is room, and the names of rows and columns.
// Invariant: everything lies on whole device pixels; a frame costs what is in view.
import { visibleBlanks } from '../format.ts';
import type { ThemeColors } from '../theme.ts';
import { type ColorMap, colorAt } from './colorMap.ts';
import { BARS_HEIGHT, type ColumnBars, paintColumnBars } from './columnBars.ts';
import { type Matrix, shareOf, type ValueRange } from './matrix.ts';
import { type Offset, type Size, type Span, visibleSpan } from './viewport.ts';

/** All a frame is made of. Lengths are device pixels. */
export interface Frame {
  readonly matrix: Matrix;
  /** Written in the cells where they differ from what is coloured, as on a logarithmic scale. */
  readonly numbers?: Matrix;
  /** Row of the matrix at each place from the top. */
  readonly order: Uint32Array;
  readonly range: ValueRange;
  readonly map: ColorMap;
  /** One pixel a cell, rows in order. */
  readonly bitmap: CanvasImageSource | undefined;
  readonly cell: Size;
  readonly scroll: Offset;
  /** Of the whole canvas, and what of it is left and above the cells. */
  readonly size: Size;
  readonly margin: Size;
  readonly columnNames: readonly string[];
  readonly nameStyle: NameStyle;
  /** Of the matrix's rows, where they have other names than their numbers. */
  readonly rowNames?: readonly string[];
  readonly bars?: ColumnBars;
  /** Rows whose names are marked, by row: a CSS colour. */
  readonly marks: ReadonlyMap<number, string>;
  readonly ratio: number;
  readonly theme: ThemeColors;
}

/** Cells at least so large have a gap between them, numbers in them, their names above them (aslant where they do not fit). CSS pixels. */
const GAP_FROM = 7;
const NUMBER_FROM: Size = { width: 34, height: 14 };
const SLANTED_NAME_FROM = 11;
const ROW_NAME_FROM = 11;
/** What a row's name leaves of the margin beside it. CSS pixels. */
export const ROW_NAME_ROOM = 14;

export const LABEL_PX = 11;
const NUMBER_PX = 10;
/** Longer names are cut where cells are wide enough for most others. CSS pixels. */
const LONGEST_FLAT = 60;
const NAME_GAP = 4;
const ELLIPSIS = '…';
/** Characters of a name that can ever be in view. */
const MOST_SHOWN = 200;

export type NameStyle = 'flat' | 'slanted' | 'positions';

/** How names of columns, the longest `longest` CSS pixels, are written over cells of `width` device pixels. */
export function nameStyle(width: number, ratio: number, longest: number): NameStyle {
  if (width >= (Math.min(longest, LONGEST_FLAT) + NAME_GAP) * ratio) return 'flat';
  return width >= SLANTED_NAME_FROM * ratio ? 'slanted' : 'positions';
}

export function paint(context: CanvasRenderingContext2D, frame: Frame): void {
  const { size, margin, cell, scroll, matrix, theme } = frame;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, size.width, size.height);
  const room = { width: size.width - margin.width, height: size.height - margin.height };
  const columns = visibleSpan(matrix.columns, cell.width, { offset: scroll.x, room: room.width });
  const rows = visibleSpan(matrix.rows, cell.height, { offset: scroll.y, room: room.height });
  within(context, [margin.width, margin.height, room.width, room.height], () => {
    paintCells(context, frame, { columns, rows });
    paintGaps(context, frame, { columns, rows });
    paintNumbers(context, frame, { columns, rows });
  });
  paintColumnNames(context, frame, columns);
  paintColumnBars(context, frame, columns);
  const half = (LABEL_PX * frame.ratio) / 2;
  within(context, [0, margin.height - half, margin.width, room.height + half], () =>
    paintRowNames(context, frame, rows),
  );
}

function within(context: CanvasRenderingContext2D, [x, y, width, height]: readonly number[], draw: () => void): void {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  draw();
  context.restore();
}

interface InView {
  readonly columns: Span;
  readonly rows: Span;
}

const leftOf = ({ margin, cell, scroll }: Frame, column: number): number =>
  margin.width + column * cell.width - scroll.x;
const topOf = ({ margin, cell, scroll }: Frame, place: number): number =>
  margin.height + place * cell.height - scroll.y;

function paintCells(context: CanvasRenderingContext2D, frame: Frame, { columns, rows }: InView): void {
  const wide = columns.end - columns.start;
  const high = rows.end - rows.start;
  if (!frame.bitmap || wide <= 0 || high <= 0) return;
  context.imageSmoothingEnabled = false;
  const { cell } = frame;
  const at = [leftOf(frame, columns.start), topOf(frame, rows.start), wide * cell.width, high * cell.height] as const;
  context.drawImage(frame.bitmap, columns.start, rows.start, wide, high, ...at);
}

/** Lines of the ground between cells that are large enough to lose a pixel. */
function paintGaps(context: CanvasRenderingContext2D, frame: Frame, { columns, rows }: InView): void {
  const { cell, ratio, theme } = frame;
  context.fillStyle = theme.background;
  const line = Math.max(1, Math.floor(ratio));
  const bottom = topOf(frame, rows.end);
  const right = leftOf(frame, columns.end);
  if (cell.width >= GAP_FROM * ratio) {
    const top = topOf(frame, rows.start);
    for (let column = columns.start; column < columns.end; column++) {
      context.fillRect(leftOf(frame, column + 1) - line, top, line, bottom - top);
    }
  }
  if (cell.height >= GAP_FROM * ratio) {
    const left = leftOf(frame, columns.start);
    for (let place = rows.start; place < rows.end; place++) {
      context.fillRect(left, topOf(frame, place + 1) - line, right - left, line);
    }
  }
}

function paintNumbers(context: CanvasRenderingContext2D, frame: Frame, { columns, rows }: InView): void {
  const { cell, ratio, matrix, numbers = matrix, order, range, map } = frame;
  if (cell.width < NUMBER_FROM.width * ratio || cell.height < NUMBER_FROM.height * ratio) return;
  context.font = `${NUMBER_PX * ratio}px ${frame.theme.fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (let place = rows.start; place < rows.end; place++) {
    const y = topOf(frame, place) + cell.height / 2;
    for (let column = columns.start; column < columns.end; column++) {
      const at = column * matrix.rows + order[place];
      context.fillStyle = inkOn(map, shareOf(matrix.values[at], range));
      context.fillText(shortNumber(numbers.values[at]), leftOf(frame, column) + cell.width / 2, y);
    }
  }
}

/** Black or white, whichever stands out more against the colour of `share`. */
export function inkOn(map: ColorMap, share: number): string {
  const [red, green, blue] = colorAt(map, share);
  return red * 0.299 + green * 0.587 + blue * 0.114 > 130 ? '#000000' : '#ffffff';
}

/** Two decimals with a real minus sign; three characters less than `-0.00` would take where it is zero. */
export function shortNumber(value: number): string {
  if (Number.isNaN(value)) return '–';
  const text = value.toFixed(2);
  return text === '-0.00' ? '0.00' : text.replace('-', '−');
}

function paintColumnNames(context: CanvasRenderingContext2D, frame: Frame, columns: Span): void {
  const { margin, size, ratio, theme, nameStyle: style } = frame;
  context.font = `${LABEL_PX * ratio}px ${theme.fontFamily}`;
  context.fillStyle = style === 'positions' ? theme.muted : theme.foreground;
  context.textBaseline = 'middle';
  context.textAlign = style === 'slanted' ? 'left' : 'center';
  const height = nameHeight(frame);
  // Names that are cut by their cell end at it; others may reach beyond the cells.
  within(context, [style === 'flat' ? margin.width : 0, margin.height - height, size.width, height], () => {
    if (style === 'positions') paintPositions(context, frame, columns);
    else if (style === 'slanted') paintSlanted(context, frame, columns);
    else paintFlat(context, frame, columns);
  });
}

/** Of the room above the cells what the names have. */
const nameHeight = ({ margin, bars, ratio }: Frame): number =>
  margin.height - (bars ? Math.round(BARS_HEIGHT * ratio) : 0);

function paintFlat(context: CanvasRenderingContext2D, frame: Frame, columns: Span): void {
  const { cell, margin, ratio, columnNames } = frame;
  for (let column = columns.start; column < columns.end; column++) {
    const text = shorten(context, columnNames[column], cell.width - NAME_GAP * ratio);
    context.fillText(text, leftOf(frame, column) + cell.width / 2, margin.height - 9 * ratio);
  }
}

function paintSlanted(context: CanvasRenderingContext2D, frame: Frame, columns: Span): void {
  const { cell, margin, ratio, columnNames } = frame;
  const length = (nameHeight(frame) - 8 * ratio) * Math.SQRT2 - LABEL_PX * ratio;
  for (let column = columns.start; column < columns.end; column++) {
    const x = leftOf(frame, column) + cell.width / 2;
    if (x < margin.width) continue;
    context.save();
    context.translate(x, margin.height - 5 * ratio);
    context.rotate(-Math.PI / 4);
    context.fillText(shorten(context, columnNames[column], length), 0, 0);
    context.restore();
  }
}

/** Counts from 0, at steps that leave room. */
function paintPositions(context: CanvasRenderingContext2D, frame: Frame, columns: Span): void {
  const { cell, margin, ratio, size } = frame;
  const step = niceStep((44 * ratio) / cell.width);
  for (let at = Math.ceil(columns.start / step) * step; at < columns.end; at += step) {
    const x = Math.round(leftOf(frame, at) + cell.width / 2);
    if (x < margin.width) continue;
    context.fillRect(x, margin.height - 5 * ratio, Math.max(1, Math.floor(ratio)), 3 * ratio);
    const text = String(at);
    const half = context.measureText(text).width / 2;
    context.fillText(text, Math.min(x, size.width - half), margin.height - 12 * ratio);
  }
}

function paintRowNames(context: CanvasRenderingContext2D, frame: Frame, rows: Span): void {
  const { cell, margin, ratio, theme, order, marks, rowNames } = frame;
  context.font = `${LABEL_PX * ratio}px ${theme.fontFamily}`;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  const isNamed = rowIsNamed(frame);
  const names = cell.height >= ROW_NAME_FROM * ratio ? rowNames : undefined;
  const widest = margin.width - ROW_NAME_ROOM * ratio;
  for (let place = rows.start; place < rows.end; place++) {
    const row = order[place];
    const y = topOf(frame, place) + cell.height / 2;
    const mark = marks.get(row);
    if (mark !== undefined) paintMark(context, frame, { y, color: mark });
    if (!isNamed(place, row)) continue;
    context.fillStyle = theme.muted;
    const name = names ? shorten(context, names[row], widest) : String(row);
    context.fillText(name, margin.width - 10 * ratio, y);
  }
}

/** Every row where there is room; else every so many, while the rows stand in the order of their numbers. */
function rowIsNamed({ cell, ratio, order }: Frame): (place: number, row: number) => boolean {
  if (cell.height >= ROW_NAME_FROM * ratio) return () => true;
  const step = niceStep((20 * ratio) / cell.height);
  const isInOrder = order.every((row, place) => row === place);
  return isInOrder ? (_place, row) => row % step === 0 : () => false;
}

/** A triangle that points at a marked row. */
function paintMark(context: CanvasRenderingContext2D, frame: Frame, { y, color }: { y: number; color: string }): void {
  const { margin, ratio } = frame;
  const right = margin.width - 2 * ratio;
  context.fillStyle = color;
  context.beginPath();
  context.moveTo(right, y);
  context.lineTo(right - 6 * ratio, y - 4 * ratio);
  context.lineTo(right - 6 * ratio, y + 4 * ratio);
  context.fill();
}

/** The least of 1, 2, 5, 10, 20, 50 … that is not below `least`. */
export function niceStep(least: number): number {
  if (least <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least - 1e-9) ?? 10 * power;
}

/** As much of `text` as fits in `width`, with an ellipsis where something is left out. */
function shorten(context: CanvasRenderingContext2D, text: string, width: number): string {
  const shown = visibleBlanks(text.slice(0, MOST_SHOWN));
  if (context.measureText(shown).width <= width) return shown;
  const characters = [...shown];
  let low = 0;
  let high = characters.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const fits = context.measureText(characters.slice(0, middle).join('') + ELLIPSIS).width <= width;
    if (fits) low = middle;
    else high = middle - 1;
  }
  return characters.slice(0, low).join('') + ELLIPSIS;
}
