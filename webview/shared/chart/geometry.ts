// What a chart draws, before anything is drawn: decimated lines and the ranges of both axes. Pure; canvas, SVG and tests all start here.
import { type DecimateView, decimate, type Polyline } from './decimate.ts';
import { type Curve, type Range, xRange } from './series.ts';

export interface DrawnCurve {
  curve: Curve;
  line: Polyline;
  /** The unsmoothed line beneath, where there is one. */
  shadow?: Polyline;
}

export interface Geometry {
  x: Range;
  y: Range;
  curves: DrawnCurve[];
  /** Points that are drawn, and points of all curves. */
  drawnPoints: number;
  totalPoints: number;
}

export interface GeometryOptions {
  /** Visible range of x; all of it when absent. */
  zoom?: Range;
  /** Width of the plot in device pixels. */
  columns: number;
  isLogY: boolean;
}

export function buildGeometry(curves: readonly Curve[], options: GeometryOptions): Geometry {
  const x = options.zoom ?? xRange(curves);
  const drawn = curves.map((curve): DrawnCurve => {
    const view: DecimateView = { ...x, columns: options.columns, factor: curve.factor };
    const line = decimate(curve.x, curve.smoothed, view);
    return { curve, line, shadow: curve.smoothed === curve.y ? undefined : decimate(curve.x, curve.y, view) };
  });
  const lines = drawn.flatMap(({ line, shadow }) => (shadow ? [line, shadow] : [line]));
  return {
    x,
    y: yRange(lines, x, options.isLogY),
    curves: drawn,
    drawnPoints: lines.reduce((total, line) => total + line.x.length, 0),
    totalPoints: curves.reduce((total, curve) => total + curve.y.length, 0),
  };
}

/** Range of the visible values with a margin of 5 %; on a logarithmic axis only positive values count. */
function yRange(lines: readonly Polyline[], x: Range, isLogY: boolean): Range {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const line of lines) {
    for (let at = 0; at < line.y.length; at++) {
      const value = line.y[at];
      if (!Number.isFinite(value) || line.x[at] < x.min || line.x[at] > x.max || (isLogY && value <= 0)) continue;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  if (min > max) return isLogY ? { min: 0.1, max: 1 } : { min: 0, max: 1 };
  return isLogY ? withLogMargin(min, max) : withMargin(min, max);
}

function withMargin(min: number, max: number): Range {
  const margin = max > min ? (max - min) * 0.05 : Math.max(Math.abs(max) * 0.1, 1e-6);
  // A curve that is never negative does not need room below zero.
  return { min: min >= 0 ? Math.max(0, min - margin) : min - margin, max: max + margin };
}

function withLogMargin(min: number, max: number): Range {
  const factor = Math.max((max / min) ** 0.05, 1.05);
  return { min: min / factor, max: max * factor };
}
