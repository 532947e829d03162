// From a run's metrics to the curves of one chart. Pure.
// x of a curve is a raw column (step or seconds) and a factor to axis units, so that no column is ever copied for an axis.
import type { BestEpoch } from '../../../extension/schema/run.ts';
import type { RunMetrics } from '../runMetrics.ts';
import { lowerBound, nearestIndex } from './decimate.ts';
import type { MetricKind } from './metricKinds.ts';
import { smooth } from './smoothing.ts';

export const X_AXES = ['step', 'epoch', 'time'] as const;
/** `rate`: x is the decimal logarithm of a learning rate. No choice for runs. */
export type XAxis = (typeof X_AXES)[number] | 'rate';
export const X_AXIS_TITLES: Readonly<Record<XAxis, string>> = {
  step: 'Step',
  epoch: 'Epoch',
  time: 'Time',
  rate: 'Learning rate',
};

export type CurveKind = 'training' | 'validation';

export interface Curve {
  runId: string;
  runName: string;
  kind: CurveKind;
  /** Index into the palette. */
  color: number;
  x: Float64Array;
  /** Axis units per unit of `x`. */
  factor: number;
  y: Float64Array;
  /** The same array as `y` when nothing is smoothed. */
  smoothed: Float64Array;
  /** Row of the curve that is the best epoch; -1 when it is not on this curve. */
  best: number;
}

/** A run as the charts need it. */
export interface PlottedRun {
  id: string;
  name: string;
  color: number;
  metrics: RunMetrics;
  best?: BestEpoch;
  /** Updates per epoch where the host says so. */
  stepsPerEpoch?: number;
}

export interface CurveOptions {
  xAxis: XAxis;
  /** Weight of the moving average, 0 to below 1. Validation points are never smoothed: they are few and exact. */
  smoothing: number;
}

/** Updates per epoch: as the host says, else from the last finished epoch, else from what was seen of the first. */
export function stepsPerEpoch(run: PlottedRun): number {
  if (run.stepsPerEpoch) return run.stepsPerEpoch;
  const steps = run.metrics.column('epoch', 'step');
  const epochs = run.metrics.column('epoch', 'epoch');
  const last = steps.length - 1;
  if (last >= 0 && epochs[last] > 0 && steps[last] > 0) return steps[last] / epochs[last];
  return run.metrics.column('step', 'step').at(-1) || 1;
}

/** Curves of all runs on one chart, training before validation. */
export function buildCurves(runs: readonly PlottedRun[], kind: MetricKind, options: CurveOptions): Curve[] {
  const curves: Curve[] = [];
  for (const run of runs) {
    const factor = options.xAxis === 'epoch' ? 1 / stepsPerEpoch(run) : 1;
    const xName = options.xAxis === 'time' ? 't' : 'step';
    const common = { runId: run.id, runName: run.name, color: run.color, factor };
    if (kind.training) {
      const group = run.metrics.column('step', 'step').length > 0 ? 'step' : 'epoch';
      const y = run.metrics.column(group, kind.training);
      const x = run.metrics.column(group, xName);
      if (y.length > 0)
        curves.push({
          ...common,
          kind: 'training',
          x,
          y,
          smoothed: smooth(y, options.smoothing),
          best: options.xAxis === 'rate' ? bestRow(run, 'step') : -1,
        });
    }
    if (kind.validation) {
      const y = run.metrics.column('validation', kind.validation);
      const x = run.metrics.column('validation', xName);
      if (y.length > 0)
        curves.push({ ...common, kind: 'validation', x, y, smoothed: y, best: bestRow(run, 'validation') });
    }
  }
  return curves;
}

function bestRow(run: PlottedRun, group: 'step' | 'validation'): number {
  if (!run.best) return -1;
  const steps = run.metrics.column(group, 'step');
  const at = lowerBound(steps, run.best.step);
  return steps[at] === run.best.step ? at : -1;
}

export interface Range {
  min: number;
  max: number;
}

/** Range of x over all curves in axis units; 0 to 1 when there is no point. */
export function xRange(curves: readonly Curve[]): Range {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const { x, factor } of curves) {
    if (x.length === 0) continue;
    min = Math.min(min, x[0] * factor);
    max = Math.max(max, x[x.length - 1] * factor);
  }
  if (min > max) return { min: 0, max: 1 };
  return max > min ? { min, max } : { min: min - 0.5, max: max + 0.5 };
}

/** Value of a curve at the point nearest to `x` (axis units); undefined outside the curve's own range or at a gap. */
export function valueAt(curve: Curve, x: number): { x: number; value: number } | undefined {
  const { factor } = curve;
  const at = nearestIndex(curve.x, x / factor);
  if (at < 0) return undefined;
  const first = curve.x[0];
  const last = curve.x[curve.x.length - 1];
  const slack = (last - first) / Math.max(1, curve.x.length - 1);
  if (x / factor < first - slack || x / factor > last + slack) return undefined;
  const value = curve.smoothed[at];
  return Number.isFinite(value) ? { x: curve.x[at] * factor, value } : undefined;
}
