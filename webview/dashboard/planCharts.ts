// What a plan draws, as runs of the chart: the learning rate of each group over the run, and the loss over rates that were tried. Pure.

import type { PlannedRates } from '../../extension/protocol/engineContract.ts';
import type { FoundRate } from '../../extension/protocol/foundRate.ts';
import { type MetricFrame, toMetricFrame } from '../../extension/protocol/metricFrame.ts';
import { METRIC_KINDS, type MetricKind } from '../shared/chart/metricKinds.ts';
import type { PlottedRun } from '../shared/chart/series.ts';
import { PALETTE_SIZE } from '../shared/palette.ts';
import { RunMetrics } from '../shared/runMetrics.ts';

export const RATES_KIND: MetricKind = { ...METRIC_KINDS.learningRate, valueTitle: 'learning rate' };
export const SEARCH_KIND: MetricKind = {
  ...METRIC_KINDS.loss,
  title: 'Loss by learning rate',
  validation: undefined,
  valueTitle: 'loss',
};

/** A curve a group. */
export function ratesOf({ steps, groups, stepsPerEpoch }: PlannedRates): PlottedRun[] {
  return groups.map(({ name, rates }, at) => ({
    id: name,
    name,
    color: at % PALETTE_SIZE,
    metrics: metricsOf(name, { step: steps, learningRate: rates }),
    stepsPerEpoch,
  }));
}

/** x is the decimal logarithm of the rate; the suggestion is marked on the smoothed curve. The end, where the loss blows up, would hide all else. */
export function searchOf(found: FoundRate): PlottedRun[] {
  const count = shownOf(found);
  const [rates, losses, smoothed] = [found.rates, found.losses, found.smoothed].map((all) => all.slice(0, count));
  const { suggestion } = found;
  const step = rates.map(Math.log10);
  const at = suggestion === undefined ? -1 : rates.indexOf(suggestion);
  const best = at < 0 ? undefined : { epoch: 0, step: step[at], loss: smoothed[at] };
  return [
    { id: 'losses', name: 'as measured', color: 1, metrics: metricsOf('losses', { step, loss: losses }) },
    { id: 'smoothed', name: 'smoothed', color: 0, metrics: metricsOf('smoothed', { step, loss: smoothed }), best },
  ];
}

/** Rates up to where the smoothed loss, past its smallest, is above its first by half of what it fell. */
export function shownOf({ smoothed }: FoundRate): number {
  const low = Math.min(...smoothed);
  const limit = smoothed[0] + (smoothed[0] - low) / 2;
  const lowest = smoothed.indexOf(low);
  const end = smoothed.findIndex((loss, at) => at > lowest && loss > limit);
  return end < 0 ? smoothed.length : end;
}

function metricsOf(runId: string, columns: Record<string, readonly number[]>): RunMetrics {
  const own = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, Float64Array.from(values)]));
  const frame = { ...toMetricFrame(runId, 0, []), count: own.step.length };
  // Columns that nothing draws are left out.
  return RunMetrics.from({ ...frame, step: own as MetricFrame['step'] });
}
