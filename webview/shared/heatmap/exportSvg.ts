// Heatmaps as an SVG file that stands alone: names stay text; cells are an embedded picture, as half a million rectangles open nowhere.
import { escapeXml } from '../chart/picture.ts';
import { visibleBlanks } from '../format.ts';
import type { ThemeColors } from '../theme.ts';
import { cellPixels, toBitmap } from './cellBitmap.ts';
import { type ColorMap, cssColorAt } from './colorMap.ts';
import type { ColumnBars } from './columnBars.ts';
import type { Matrix, ValueRange } from './matrix.ts';
import { niceStep } from './painter.ts';

export interface HeatmapPicture {
  title: string;
  matrix: Matrix;
  order: Uint32Array;
  range: ValueRange;
  map: ColorMap;
  /** Ends of the legend where they differ from those of `range`. */
  legendRange?: ValueRange;
  /** What the legend says beside the colours. */
  note?: string;
  columnNames: readonly string[];
  /** Absent: the numbers of the rows. */
  rowNames?: readonly string[];
}

export interface PictureFrame {
  title: string;
  /** One sentence for those who cannot see it. */
  summary: string;
  /** Above the names of the columns, with what they are. */
  bars?: ColumnBars & { title: string };
  /** Rows whose names are marked, by row: a CSS colour. */
  marks?: ReadonlyMap<number, string>;
  theme: ThemeColors;
}

/** Room of the rows' numbers, or of their names. */
const LEFT = { numbers: 48, names: 120 };
const RIGHT = 70;
const TITLE = 30;
const NAMES = 84;
const FOOT = 44;
/** Room of the bars, and of the line that says what they are. */
const BARS = { height: 40, least: 1, title: 18 };
const LONGEST_NAME = 16;
/** About what a letter takes of a line of text. */
const LETTER = 7;
const LEGEND = { width: 140, height: 10, stops: 24 };
/** Cells take at least so much; then as much as fills the picture. */
const ROOM = { width: 900, height: 500, largest: { width: 40, height: 16 } };

interface Cell {
  width: number;
  height: number;
}

function cellOf({ columns, rows }: Matrix): Cell {
  const fit = (room: number, count: number, most: number): number =>
    Math.max(1, Math.min(most, Math.floor(room / Math.max(1, count))));
  return {
    width: fit(ROOM.width, columns, ROOM.largest.width),
    height: fit(ROOM.height, rows, ROOM.largest.height),
  };
}

/** One heatmap under the other, each with cells of its own size. */
export function heatmapsToSvg(pictures: readonly HeatmapPicture[], frame: PictureFrame): string {
  const { theme, bars } = frame;
  const left = pictures.some(({ rowNames }) => rowNames) ? LEFT.names : LEFT.numbers;
  const top = bars ? NAMES + BARS.height : NAMES;
  const lines = [frame.title, bars?.title ?? ''].map(({ length }) => Math.min(900, length * LETTER));
  let width = Math.max(420, ...lines);
  let height = bars ? TITLE + BARS.title : TITLE;
  const panels = pictures.flatMap((picture) => {
    const { matrix } = picture;
    const cell = cellOf(matrix);
    const plot = { width: matrix.columns * cell.width, height: matrix.rows * cell.height };
    const at = `<g transform="translate(${left} ${height})">`;
    width = Math.max(width, left + plot.width + RIGHT);
    height += top + plot.height + FOOT;
    return [at, ...panel(picture, { cell, plot, left, top, frame }), '</g>'];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escapeXml(theme.fontFamily)}" font-size="11" fill="${theme.foreground}" role="img">`,
    `<title>${escapeXml(frame.summary)}</title>`,
    `<rect width="${width}" height="${height}" fill="${theme.background}"/>`,
    `<text x="12" y="20" font-size="14" font-weight="600">${escapeXml(frame.title)}</text>`,
    ...(bars ? [`<text x="12" y="${TITLE + 8}" fill="${theme.muted}">${escapeXml(bars.title)}</text>`] : []),
    ...panels,
    '</svg>',
    '',
  ].join('\n');
}

interface PanelSize {
  cell: Cell;
  plot: Cell;
  /** Room beside and above the cells. */
  left: number;
  top: number;
  frame: PictureFrame;
}

function panel(picture: HeatmapPicture, { cell, plot, left, top, frame }: PanelSize): string[] {
  const { matrix, order, range, legendRange = range, map, title, note, columnNames, rowNames } = picture;
  const { theme, bars, marks } = frame;
  const bitmap = toBitmap(cellPixels(matrix, order, { map, range }), matrix.columns);
  const image = bitmap
    ? `<image y="${top}" width="${plot.width}" height="${plot.height}" preserveAspectRatio="none" style="image-rendering: pixelated" href="${enlarged(bitmap, cell)}"/>`
    : '';
  return [
    `<text x="${-left + 12}" y="12" font-weight="600">${escapeXml(title)}</text>`,
    ...(bars ? columnBars(bars, cell, { bottom: top - NAMES + 16, theme }) : []),
    image,
    `<g transform="translate(0 ${top})">`,
    ...columnTexts(columnNames, cell, theme),
    ...rowTexts(order, { cell, theme, rowNames }),
    ...(marks ? rowMarks(order, cell, marks) : []),
    ...legend({ map, range: legendRange, note, theme }, plot.height + 14),
    '</g>',
  ];
}

/** They rest on a line at `bottom`. */
function columnBars(
  { values, full }: ColumnBars,
  cell: Cell,
  { bottom, theme }: { bottom: number; theme: ThemeColors },
): string[] {
  const gap = cell.width >= 5 ? cell.width * 0.15 : 0;
  const rects = Array.from(values).flatMap((value, at) => {
    const share = Math.min(1, value / full);
    if (!(share > 0)) return [];
    const height = Math.max(BARS.least, share * (BARS.height - 4));
    const [x, y] = [at * cell.width + gap, bottom - height].map(rounded);
    return [`<rect x="${x}" y="${y}" width="${rounded(cell.width - 2 * gap)}" height="${rounded(height)}"/>`];
  });
  const width = values.length * cell.width;
  return [
    `<g fill="${theme.accent}">${rects.join('')}</g>`,
    `<rect y="${bottom}" width="${width}" height="1" fill="${theme.grid}"/>`,
  ];
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

/** A triangle beside each marked row. */
function rowMarks(order: Uint32Array, cell: Cell, marks: ReadonlyMap<number, string>): string[] {
  return Array.from(order).flatMap((row, place) => {
    const color = marks.get(row);
    const y = place * cell.height + cell.height / 2;
    return color === undefined ? [] : [`<path d="M-1 ${y}l-5 -3.5v7z" fill="${color}"/>`];
  });
}

/** At least 4 pixels a cell where that stays small, so that viewers which blur pictures blur edges only. */
function enlarged(bitmap: HTMLCanvasElement, cell: Cell): string {
  const scale = (size: number, count: number): number => Math.max(1, Math.min(size, 4, Math.floor(4096 / count)));
  const canvas = document.createElement('canvas');
  canvas.width = bitmap.width * scale(cell.width, bitmap.width);
  canvas.height = bitmap.height * scale(cell.height, bitmap.height);
  const context = canvas.getContext('2d')!;
  context.imageSmoothingEnabled = false;
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png');
}

function columnTexts(names: readonly string[], cell: Cell, theme: ThemeColors): string[] {
  if (cell.width >= 10) {
    return names.map((name, at) => {
      const x = at * cell.width + cell.width / 2;
      const text = escapeXml(shorten(visibleBlanks(name)));
      return `<text transform="translate(${x} -5) rotate(-45)">${text}</text>`;
    });
  }
  const step = niceStep(44 / cell.width);
  const texts: string[] = [];
  for (let at = 0; at < names.length; at += step) {
    const x = (at + 0.5) * cell.width;
    texts.push(`<text x="${x}" y="-6" text-anchor="middle" fill="${theme.muted}">${at}</text>`);
  }
  return texts;
}

function shorten(text: string): string {
  const characters = [...text];
  return characters.length > LONGEST_NAME ? `${characters.slice(0, LONGEST_NAME - 1).join('')}…` : text;
}

interface RowTexts extends Pick<HeatmapPicture, 'rowNames'> {
  cell: Cell;
  theme: ThemeColors;
}

function rowTexts(order: Uint32Array, { cell, theme, rowNames }: RowTexts): string[] {
  const step = niceStep(11 / cell.height);
  const isInOrder = order.every((row, place) => row === place);
  if (step > 1 && !isInOrder) return [];
  return Array.from(order).flatMap((row, place) => {
    if (place % step !== 0) return [];
    const y = place * cell.height + cell.height / 2 + 4;
    const text = rowNames ? escapeXml(shorten(visibleBlanks(rowNames[row]))) : row;
    return [`<text x="-9" y="${y}" text-anchor="end" fill="${theme.muted}">${text}</text>`];
  });
}

function legend(
  { map, range, note, theme }: Pick<HeatmapPicture, 'map' | 'range' | 'note'> & { theme: ThemeColors },
  y: number,
): string[] {
  const width = LEGEND.width / LEGEND.stops;
  const number = (value: number): string => String(value).replace('-', '−');
  const beside = note ? `<tspan dx="8" fill="${theme.muted}">${escapeXml(note)}</tspan>` : '';
  return [
    `<text x="22" y="${y + 9}" text-anchor="end">${number(range.min)}</text>`,
    ...Array.from({ length: LEGEND.stops }, (_, at) => {
      const color = cssColorAt(map, at / (LEGEND.stops - 1));
      return `<rect x="${28 + at * width}" y="${y}" width="${width + 0.2}" height="${LEGEND.height}" fill="${color}"/>`;
    }),
    `<text x="${34 + LEGEND.width}" y="${y + 9}">${number(range.max)}${beside}</text>`,
  ];
}
