// What tells two runs apart: how they came out, and the keys of their configs that differ.
import { compareExperiments, type Difference } from '../../config/compareExperiments.ts';
import { formatScore, SCORE_FACTS, scoreNames } from '../../protocol/scores.ts';
import { isActive, type RunManifest, type Scores, secondsUntil } from '../../schema/run.ts';
import { readRunConfig, type StoredRun } from '../../store/runStore.ts';
import { duration, ellipsis, table } from './format.ts';

/** Columns of a terminal for a value of a config. */
const MAX_VALUE = 40;
const NONE = '–';

export interface ComparedRuns {
  runs: readonly [StoredRun, StoredRun];
  differences: Difference[];
}

export async function compareRuns(before: StoredRun, after: StoredRun): Promise<ComparedRuns> {
  const [old, now] = await Promise.all([before, after].map(({ dir }) => readRunConfig(dir)));
  return { runs: [before, after], differences: compareExperiments(old, now) };
}

/** Of a run that ended, or that trains now. */
export function secondsOf({ endedAt, status, ...times }: RunManifest): number | undefined {
  if (!endedAt && !isActive(status)) return undefined;
  return secondsUntil(times, endedAt ? Date.parse(endedAt) : Date.now());
}

export function timeOf(manifest: RunManifest): string {
  const seconds = secondsOf(manifest);
  return seconds === undefined ? NONE : duration(seconds);
}

export function diffJson({ runs, differences }: ComparedRuns): object {
  return {
    runs: runs.map(({ manifest }) => manifest.id),
    outcomes: runs.map(({ manifest }) => {
      const { status, epochs, best, test } = manifest;
      return { status, epochs, best, test, seconds: secondsOf(manifest) };
    }),
    differences: differences.map(({ key, before, after }) => ({ key, before, after })),
  };
}

export function diffText({ runs, differences }: ComparedRuns): string {
  const manifests = runs.map(({ manifest }) => manifest);
  const ids = manifests.map(({ id }) => id);
  const outcomes = table(['', ...ids], outcomeRows(manifests));
  if (differences.length === 0) return `${outcomes}\n\nBoth were trained from the same config.`;
  const rows = differences.map(({ key, before, after }) => [
    key,
    ellipsis(before, MAX_VALUE),
    ellipsis(after, MAX_VALUE),
  ]);
  return `${outcomes}\n\n${table(['key', ...ids], rows)}`;
}

/** Status, epochs and time, then each score of the best epoch that one of the runs has, and of the test data. */
function outcomeRows(manifests: readonly RunManifest[]): string[][] {
  const row = (title: string, tell: (manifest: RunManifest) => string): string[] => [title, ...manifests.map(tell)];
  return [
    row('status', ({ status }) => status),
    row('epochs', ({ epochs }) => `${epochs.done}/${epochs.planned}`),
    row('best epoch', ({ best }) => String(best?.epoch ?? NONE)),
    ...scoreRows('validation', manifests, ({ best }) => best),
    ...scoreRows('test', manifests, ({ test }) => test),
    row('time', timeOf),
  ];
}

function scoreRows(
  part: string,
  manifests: readonly RunManifest[],
  scoresOf: (manifest: RunManifest) => Scores | undefined,
): string[][] {
  const scores = manifests.map(scoresOf);
  const names = new Set(scores.flatMap((each) => (each ? scoreNames(each) : [])));
  return [...names].map((name) => [
    `${part} ${SCORE_FACTS[name].title.toLowerCase().replace('f1', 'F1')}`,
    ...scores.map((each) => formatScore(name, each?.[name])),
  ]);
}
