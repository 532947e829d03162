// The growth curves as one SVG: a panel an axis, a line a side, both scales logarithmic.
import { grouped } from '../../extension/util/words.ts';
import type { Row } from './results.ts';

const PANEL = { width: 380, height: 260, left: 56, right: 28, top: 28, bottom: 40 };
const COLUMNS = 2;
const LEGEND_HEIGHT = 28;
/** Told apart by people who see few colours too (Okabe and Ito, 2008). */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00'];

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

interface Point {
  side: string;
  value: number;
  milliseconds: number;
}

/** An SVG of the rows that stand on an axis. */
export function drawGrowth(rows: readonly Row[]): string {
  const axes = unique(rows.flatMap(({ at }) => (at ? [at.axis] : [])));
  const sides = unique(rows.map(({ side }) => side));
  const width = COLUMNS * PANEL.width;
  const height = LEGEND_HEIGHT + Math.ceil(axes.length / COLUMNS) * PANEL.height;
  const legend = sides.map((side, n) => {
    const x = PANEL.left + (n * (width - PANEL.left)) / sides.length;
    return `<rect x="${x.toFixed(0)}" y="9" width="14" height="4" fill="${colour(n)}"/><text x="${(x + 20).toFixed(0)}" y="15">${escaped(side)}</text>`;
  });
  const panels = axes.map((axis, n) => {
    const x = (n % COLUMNS) * PANEL.width;
    const y = LEGEND_HEIGHT + Math.floor(n / COLUMNS) * PANEL.height;
    const points = rows.flatMap(({ at, side, values }): Point[] =>
      at?.axis === axis && values.milliseconds
        ? [{ side, value: at.value, milliseconds: values.milliseconds.median }]
        : [],
    );
    return `<g transform="translate(${x} ${y})">${drawPanel(axis, points, sides)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11">`,
    `<title>Milliseconds a training step, by ${escaped(axes.join(', '))}</title>`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...legend,
    ...panels,
    '</svg>\n',
  ].join('\n');
}

const colour = (n: number): string => COLOURS[n % COLOURS.length];

/** Maps lowest..highest to from..to by logarithms. */
function logScale(values: readonly number[], from: number, to: number): (value: number) => number {
  const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  return (value) => from + ((Math.log(value) - low) / (high - low || 1)) * (to - from);
}

function drawPanel(axis: string, points: readonly Point[], sides: readonly string[]): string {
  const { width, height, left, right, top, bottom } = PANEL;
  const values = unique(points.map(({ value }) => value));
  const decades = decadesOf(points.map(({ milliseconds }) => milliseconds));
  const x = logScale(values, left, width - right);
  const y = logScale(decades, height - bottom, top);
  const ticks = values.map(
    (value) =>
      `<text x="${x(value).toFixed(1)}" y="${height - bottom + 16}" text-anchor="middle">${grouped(value)}</text>`,
  );
  const grid = decades.map(
    (ms) =>
      `<path d="M${left} ${y(ms).toFixed(1)}H${width - right}" stroke="#ddd"/><text x="${left - 6}" y="${(y(ms) + 4).toFixed(1)}" text-anchor="end">${timeText(ms)}</text>`,
  );
  const lines = sides.map((side, n) => {
    const own = points.filter((point) => point.side === side).map((p) => [x(p.value), y(p.milliseconds)]);
    if (own.length === 0) return '';
    const path = own.map(([px, py]) => `${px.toFixed(1)} ${py.toFixed(1)}`).join('L');
    const dots = own.map(
      ([px, py]) => `<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="3" fill="${colour(n)}"/>`,
    );
    return `<path d="M${path}" fill="none" stroke="${colour(n)}" stroke-width="2"/>${dots.join('')}`;
  });
  const title = `<text x="${(left + width - right) / 2}" y="${height - 8}" text-anchor="middle">${escaped(axis)}</text>`;
  return [...grid, ...ticks, ...lines, title].join('\n');
}

const timeText = (ms: number): string => (ms < 1000 ? `${ms} ms` : `${grouped(ms / 1000)} s`);

/** Powers of ten around all values, two at least. */
function decadesOf(values: readonly number[]): number[] {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: high - low + 1 }, (_, n) => Number((10 ** (low + n)).toPrecision(1)));
}
