// The runs of the workspace in memory: what the views and the dashboard show. A copy of what is on disk, rebuilt at any time.
// Invariant: newest first; ids are unique (of two folders with one id the newer listing wins nothing: the first one found stays).
import { dirname, join } from 'node:path';
import type { RunSummary } from '../../protocol/dashboardContract.ts';
import type { RunProgress } from '../../protocol/engineContract.ts';
import { headlineRank } from '../../protocol/scores.ts';
import { isActive, type RunManifest, type Scores, secondsUntil } from '../../schema/run.ts';
import type { TaskName } from '../../schema/tasks.ts';

export interface ListedRun {
  /** Absolute path of the run folder. */
  dir: string;
  manifest: RunManifest;
  /** When something was last written, ms since 1970: the end of a run that crashed. */
  changedAtMs?: number;
}

export class RunList {
  #runs: ListedRun[] = [];
  readonly #progress = new Map<string, RunProgress>();

  /** Answers with the folders that were left out because another run has their id. */
  replaceAll(runs: readonly ListedRun[]): string[] {
    const byId = new Map<string, ListedRun>();
    const leftOut: string[] = [];
    for (const run of runs) {
      if (byId.has(run.manifest.id)) leftOut.push(run.dir);
      else byId.set(run.manifest.id, run);
    }
    this.#runs = [...byId.values()].sort(newestFirst);
    return leftOut;
  }

  /** Takes over a changed manifest; a run that is not known yet joins the list. */
  put(run: ListedRun): void {
    const others = this.#runs.filter(({ manifest }) => manifest.id !== run.manifest.id);
    this.#runs = [...others, run].sort(newestFirst);
    if (!isActive(run.manifest.status)) this.#progress.delete(run.manifest.id);
  }

  putProgress(progress: RunProgress): void {
    this.#progress.set(progress.runId, progress);
  }

  get size(): number {
    return this.#runs.length;
  }

  find(runId: string): ListedRun | undefined {
    return this.#runs.find(({ manifest }) => manifest.id === runId);
  }

  /** Newest first. */
  all(): readonly ListedRun[] {
    return this.#runs;
  }

  /** Newest first. */
  ofConfig(configPath: string): ListedRun[] {
    return this.#runs.filter((run) => configPathOf(run) === configPath);
  }

  /** Newest first. */
  summaries(nowMs: number): RunSummary[] {
    return this.#runs.map((run) => ({
      ...run.manifest,
      dir: run.dir,
      durationS: durationOf(run, nowMs),
      progress: this.#progress.get(run.manifest.id),
    }));
  }
}

/** Absolute path of the config that a run was made from. */
export function configPathOf({ dir, manifest }: Pick<ListedRun, 'dir' | 'manifest'>): string {
  return join(dirname(dirname(dirname(dir))), manifest.config);
}

/** Seconds. A run that crashed ended when it last wrote something. */
export function durationOf({ manifest, changedAtMs }: ListedRun, nowMs: number): number {
  if (manifest.endedAt) return secondsUntil(manifest, Date.parse(manifest.endedAt));
  return secondsUntil(manifest, isActive(manifest.status) ? nowMs : (changedAtMs ?? 0));
}

/** The score that lists show: on test data where there is one, else of the best epoch. */
export function scoreOf({ task, test, best }: RunManifest): ListedScore | undefined {
  const scores = test ?? best;
  return scores && { split: test ? 'test' : 'validation', task, scores };
}

export interface ListedScore {
  split: 'test' | 'validation';
  task: TaskName;
  scores: Scores;
}

/** The best score among runs of one config; test scores count before validation scores. */
export function bestScoreOf(manifests: readonly RunManifest[]): ListedScore | undefined {
  const scores = manifests.map(scoreOf).filter((score) => score !== undefined);
  const onTest = scores.filter(({ split }) => split === 'test');
  const pool = onTest.length > 0 ? onTest : scores;
  const rank = ({ task, scores: values }: ListedScore): number => headlineRank(task, values);
  return pool.reduce<ListedScore | undefined>(
    (best, score) => (best && rank(best) >= rank(score) ? best : score),
    undefined,
  );
}

function newestFirst(a: ListedRun, b: ListedRun): number {
  if (a.manifest.startedAt !== b.manifest.startedAt) return a.manifest.startedAt < b.manifest.startedAt ? 1 : -1;
  return a.dir < b.dir ? 1 : -1;
}
