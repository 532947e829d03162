// What the page remembers over a reload: navigation and display only. Pure; what was saved is parsed, never trusted.
import { type ChartSettings, parseChartSettings } from '../shared/chart/settings.ts';

export const RUN_SORT_KEYS = ['started', 'name', 'status', 'epochs', 'validation', 'test', 'loss', 'duration'] as const;
export type RunSortKey = (typeof RUN_SORT_KEYS)[number];

export interface DashboardState {
  /** The run that header, evaluation and predictions are about; absent: the newest. */
  focus?: string;
  /** Path of the config whose plan is shown instead of the runs. */
  plan?: string;
  /** Runs on the charts; absent: the focused one. */
  plotted?: string[];
  /** Palette index by run. */
  colors: Record<string, number>;
  charts: ChartSettings;
  sort: { key: RunSortKey; isDescending: boolean };
  filter: string;
}

const MAX_KEPT = 1000;

export function parseDashboardState(saved: unknown): DashboardState {
  const { focus, plan, plotted, colors, charts, sort, filter } = asRecord(saved);
  const { key, isDescending } = asRecord(sort);
  const numbers = Object.entries(asRecord(colors)).filter((entry): entry is [string, number] => isIndex(entry[1]));
  return {
    focus: typeof focus === 'string' ? focus : undefined,
    plan: typeof plan === 'string' ? plan : undefined,
    plotted: Array.isArray(plotted) ? plotted.filter((id) => typeof id === 'string').slice(0, MAX_KEPT) : undefined,
    colors: Object.fromEntries(numbers.slice(0, MAX_KEPT)),
    charts: parseChartSettings(charts),
    sort: { key: RUN_SORT_KEYS.find((known) => known === key) ?? 'started', isDescending: isDescending !== false },
    filter: typeof filter === 'string' ? filter : '',
  };
}

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const isIndex = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 10;
