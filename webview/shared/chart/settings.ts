// What the user chose for the charts. Pure; what was saved is parsed, never trusted.
import { METRIC_KEYS, type MetricKey } from './metricKinds.ts';
import { type Range, X_AXES, type XAxis } from './series.ts';

export interface ChartSettings {
  xAxis: XAxis;
  isLogY: boolean;
  /** Weight of the moving average, 0 to 0.99. */
  smoothing: number;
  /** Visible range of x in axis units; absent: all. */
  zoom?: Range;
  /** Those that no plotted run measures are not shown. */
  charts: MetricKey[];
}

export const MAX_SMOOTHING = 0.99;

export const DEFAULT_CHART_SETTINGS: ChartSettings = {
  xAxis: 'step',
  isLogY: false,
  smoothing: 0.6,
  charts: ['loss', 'accuracy', 'perplexity', 'bitsPerCharacter'],
};

export function parseChartSettings(saved: unknown): ChartSettings {
  if (typeof saved !== 'object' || saved === null) return DEFAULT_CHART_SETTINGS;
  const { xAxis, isLogY, smoothing, zoom, charts } = saved as Record<string, unknown>;
  return {
    xAxis: X_AXES.find((axis) => axis === xAxis) ?? DEFAULT_CHART_SETTINGS.xAxis,
    isLogY: isLogY === true,
    smoothing: isNumber(smoothing) ? Math.min(MAX_SMOOTHING, Math.max(0, smoothing)) : DEFAULT_CHART_SETTINGS.smoothing,
    zoom: parseRange(zoom),
    charts: Array.isArray(charts) ? METRIC_KEYS.filter((key) => charts.includes(key)) : DEFAULT_CHART_SETTINGS.charts,
  };
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function parseRange(saved: unknown): Range | undefined {
  if (typeof saved !== 'object' || saved === null) return undefined;
  const { min, max } = saved as Record<string, unknown>;
  return isNumber(min) && isNumber(max) && min < max ? { min, max } : undefined;
}
