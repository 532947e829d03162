// A chart as an SVG file that stands alone: text stays text, colours are written out. Pure.
import type { Polyline } from './decimate.ts';
import type { Geometry } from './geometry.ts';
import { escapeXml, type PictureStyle, type PictureText } from './picture.ts';
import type { Curve, Range } from './series.ts';
import { linearTicks, logTicks, timeTicks } from './ticks.ts';

const WIDTH = 720;
const HEIGHT = 400;
const MARGIN = { left: 64, right: 16, top: 36, bottom: 48 };
const LEGEND_ROW = 18;

interface Projection {
  x(value: number): number;
  y(value: number): number;
}

const round = (value: number): number => Math.round(value * 100) / 100;

function project(x: Range, y: Range, isLogY: boolean): Projection {
  const width = WIDTH - MARGIN.left - MARGIN.right;
  const height = HEIGHT - MARGIN.top - MARGIN.bottom;
  const scale = isLogY ? Math.log : (value: number) => value;
  const low = scale(y.min);
  const span = scale(y.max) - low;
  return {
    x: (value) => round(MARGIN.left + ((value - x.min) / (x.max - x.min)) * width),
    y: (value) => round(MARGIN.top + height - ((scale(value) - low) / span) * height),
  };
}

function pathData(line: Polyline, { x, y }: Projection, isLogY: boolean): string {
  let isPenDown = false;
  let data = '';
  for (let at = 0; at < line.x.length; at++) {
    const value = line.y[at];
    if (!Number.isFinite(value) || (isLogY && value <= 0)) {
      isPenDown = false;
      continue;
    }
    data += `${isPenDown ? 'L' : 'M'}${x(line.x[at])} ${y(value)}`;
    isPenDown = true;
  }
  return data;
}

function axes(geometry: Geometry, at: Projection, text: PictureText, style: PictureStyle): string[] {
  const bottom = HEIGHT - MARGIN.bottom;
  const right = WIDTH - MARGIN.right;
  const parts: string[] = [];
  const ticksX = text.xAxis === 'time' ? timeTicks(geometry.x, 8) : linearTicks(geometry.x, 8);
  const ticksY = text.isLogY ? logTicks(geometry.y, 6) : linearTicks(geometry.y, 6);
  for (const tick of ticksX) {
    parts.push(
      `<line x1="${at.x(tick)}" y1="${MARGIN.top}" x2="${at.x(tick)}" y2="${bottom}" stroke="${style.grid}"/>`,
    );
    parts.push(
      `<text x="${at.x(tick)}" y="${bottom + 16}" text-anchor="middle">${escapeXml(text.formatX(tick))}</text>`,
    );
  }
  for (const tick of ticksY) {
    parts.push(
      `<line x1="${MARGIN.left}" y1="${at.y(tick)}" x2="${right}" y2="${at.y(tick)}" stroke="${style.grid}"/>`,
    );
    parts.push(
      `<text x="${MARGIN.left - 6}" y="${at.y(tick) + 4}" text-anchor="end">${escapeXml(text.formatY(tick))}</text>`,
    );
  }
  parts.push(
    `<text x="${(MARGIN.left + right) / 2}" y="${bottom + 36}" text-anchor="middle">${escapeXml(text.xTitle)}</text>`,
  );
  return parts;
}

function legend(geometry: Geometry, style: PictureStyle): string[] {
  return geometry.curves.map(({ curve }, row) => {
    const y = HEIGHT + row * LEGEND_ROW;
    const dash = curve.kind === 'validation' ? ' stroke-dasharray="5 3"' : '';
    const line = `<line x1="${MARGIN.left}" y1="${y}" x2="${MARGIN.left + 24}" y2="${y}" stroke="${style.colors[curve.color]}" stroke-width="2"${dash}/>`;
    return `${line}<text x="${MARGIN.left + 32}" y="${y + 4}">${escapeXml(`${curve.runName} · ${curve.kind}`)}</text>`;
  });
}

function curvePaths(geometry: Geometry, at: Projection, text: PictureText, style: PictureStyle): string[] {
  return geometry.curves.flatMap(({ curve, line, shadow }) => {
    const color = style.colors[curve.color];
    const dash = curve.kind === 'validation' ? ' stroke-dasharray="5 3"' : '';
    const path = `<path d="${pathData(line, at, text.isLogY)}" stroke="${color}" stroke-width="1.75"${dash}/>`;
    const under = shadow && `<path d="${pathData(shadow, at, text.isLogY)}" stroke="${color}" stroke-opacity="0.3"/>`;
    return [under, path, bestMark(curve, at, { color, isLogY: text.isLogY })].filter((part) => part !== undefined);
  });
}

/** A ring around the best epoch. */
function bestMark(curve: Curve, at: Projection, style: { color: string; isLogY: boolean }): string | undefined {
  const y = curve.best < 0 ? Number.NaN : curve.y[curve.best];
  if (!Number.isFinite(y) || (style.isLogY && y <= 0)) return undefined;
  return `<circle class="best" cx="${at.x(curve.x[curve.best] * curve.factor)}" cy="${at.y(y)}" r="5" stroke="${style.color}" stroke-width="1.5"/>`;
}

export function geometryToSvg(geometry: Geometry, text: PictureText, style: PictureStyle): string {
  const at = project(geometry.x, geometry.y, text.isLogY);
  const height = HEIGHT + geometry.curves.length * LEGEND_ROW;
  const clip = `<clipPath id="plot"><rect x="${MARGIN.left}" y="${MARGIN.top}" width="${WIDTH - MARGIN.left - MARGIN.right}" height="${HEIGHT - MARGIN.top - MARGIN.bottom}"/></clipPath>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="${escapeXml(style.fontFamily)}" font-size="12" fill="${style.foreground}" role="img">`,
    `<title>${escapeXml(text.summary)}</title>`,
    `<defs>${clip}</defs>`,
    `<rect width="${WIDTH}" height="${height}" fill="${style.background}"/>`,
    `<text x="${MARGIN.left}" y="22" font-size="14" font-weight="600">${escapeXml(text.title)}</text>`,
    ...axes(geometry, at, text, style),
    `<g fill="none" clip-path="url(#plot)" stroke-linejoin="round">`,
    ...curvePaths(geometry, at, text, style),
    '</g>',
    ...legend(geometry, style),
    '</svg>',
    '',
  ].join('\n');
}
