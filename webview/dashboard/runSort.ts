// Order and filter of the runs table. Pure.
import type { RunSummary } from '../../extension/protocol/dashboardContract.ts';
import { headlineRank } from '../../extension/protocol/scores.ts';
import type { DashboardState, RunSortKey } from './dashboardState.ts';

const VALUES: Readonly<Record<RunSortKey, (run: RunSummary) => string | number | undefined>> = {
  started: ({ startedAt }) => startedAt,
  name: ({ name }) => name.toLowerCase(),
  status: ({ status }) => status,
  epochs: ({ epochs }) => epochs.done,
  validation: ({ task, best }) => best && headlineRank(task, best),
  test: ({ task, test }) => test && headlineRank(task, test),
  loss: ({ best }) => best?.loss,
  duration: ({ durationS }) => durationS,
};

/** Runs that hold every word of the filter in name, note, status, config or id; those without a value come last. */
export function arrangeRuns(
  runs: readonly RunSummary[],
  { sort, filter }: Pick<DashboardState, 'sort' | 'filter'>,
): RunSummary[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const toValue = VALUES[sort.key];
  const sign = sort.isDescending ? -1 : 1;
  return runs
    .filter(({ name, note, status, config, id }) => {
      const text = `${name} ${note} ${status} ${config} ${id}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .sort((a, b) => compare(toValue(a), toValue(b), sign) || (a.startedAt < b.startedAt ? 1 : -1));
}

function compare(a: string | number | undefined, b: string | number | undefined, sign: number): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return a < b ? -sign : sign;
}
