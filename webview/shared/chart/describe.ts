// A chart in one sentence, for those who cannot see it. Pure.
import { formatCount } from '../format.ts';
import type { MetricKind } from './metricKinds.ts';
import type { Curve } from './series.ts';

const MAX_RUNS = 3;

function lastValue(curve: Curve): number | undefined {
  for (let at = curve.y.length - 1; at >= 0; at--) if (Number.isFinite(curve.y[at])) return curve.y[at];
  return undefined;
}

function describeCurve(curve: Curve, kind: MetricKind): string {
  const last = lastValue(curve);
  const first = curve.y.find(Number.isFinite);
  const what = kind.valueTitle ?? curve.kind;
  const points = formatCount(curve.y.length, 'point');
  if (last === undefined || first === undefined) return `${what} has no number among ${points}`;
  const best =
    curve.best >= 0 ? `, ${kind.valueTitle ? 'suggestion at' : 'best epoch'} ${kind.format(curve.y[curve.best])}` : '';
  const path = curve.y.length > 1 ? `from ${kind.format(first)} to ${kind.format(last)}` : kind.format(last);
  return `${what} ${path} over ${points}${best}`;
}

/** `Loss. trec: training from 1.79 to 0.12 over 310 points; validation …`. Beyond three runs only their number is said. */
export function describeChart(kind: MetricKind, curves: readonly Curve[]): string {
  if (curves.length === 0) return `${kind.title}. No points yet.`;
  const byRun = new Map<string, Curve[]>();
  for (const curve of curves) byRun.set(curve.runId, [...(byRun.get(curve.runId) ?? []), curve]);
  const runs = [...byRun.values()];
  const sentences = runs
    .slice(0, MAX_RUNS)
    .map((group) => `${group[0].runName}: ${group.map((curve) => describeCurve(curve, kind)).join('; ')}.`);
  if (runs.length > MAX_RUNS) sentences.push(`And ${formatCount(runs.length - MAX_RUNS, 'more run')}.`);
  return `${kind.title}. ${sentences.join(' ')}`;
}
