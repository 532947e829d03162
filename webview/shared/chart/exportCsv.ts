// The data behind a chart as CSV (RFC 4180): every point, not what was left for the screen. Pure.
import type { Curve, XAxis } from './series.ts';

const X_COLUMNS: Readonly<Record<XAxis, string>> = {
  step: 'step',
  epoch: 'epoch',
  time: 'seconds',
  rate: 'learning_rate',
};

/** One row a point: run id, run name, training or validation, x, value, smoothed value. A gap is an empty field. */
export function curvesToCsv(curves: readonly Curve[], xAxis: XAxis, valueName: string): string {
  const lines = [`run,name,data,${X_COLUMNS[xAxis]},${valueName},${valueName}_smoothed`];
  for (const curve of curves) {
    const head = `${field(curve.runId)},${field(curve.runName)},${curve.kind}`;
    for (let at = 0; at < curve.y.length; at++) {
      const value = curve.x[at] * curve.factor;
      const x = Number((xAxis === 'rate' ? 10 ** value : value).toPrecision(12));
      lines.push(`${head},${x},${number(curve.y[at])},${number(curve.smoothed[at])}`);
    }
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** Quotes a field where it needs it. A leading =, +, - or @ gets an apostrophe, so that no spreadsheet runs a run's name. */
export function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function number(value: number): string {
  return Number.isFinite(value) ? String(value) : '';
}
