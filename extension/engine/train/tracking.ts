// Which evaluation was the best, and when training no longer gets better. State is plain data.

import type { ResolvedTraining } from '../../schema/resolved.ts';
import type { ScoreName, Scores } from '../../schema/run.ts';
import type { MetricName } from '../../schema/trainingSection.ts';

/** Scores that are better when they are lower. */
const LOWER_IS_BETTER: readonly ScoreName[] = ['loss', 'perplexity', 'bitsPerCharacter'];

const scoreName = (metric: MetricName): ScoreName => metric.slice('validation.'.length) as ScoreName;

/** The value of a `validation.*` metric; NaN where the task has no such score. */
export function metricValue(scores: Scores, metric: MetricName): number {
  return scores[scoreName(metric)] ?? Number.NaN;
}

/** How much better `value` is than `than`: above 0 is better; NaN where it cannot be said. */
export function improvement(metric: MetricName, value: number, than: number): number {
  return LOWER_IS_BETTER.includes(scoreName(metric)) ? than - value : value - than;
}

/** Whether these scores beat the best so far; a tie goes to the earlier. Scores that are not numbers never do. */
export function isBetter(metric: MetricName, scores: Scores, best: Scores | undefined): boolean {
  const value = metricValue(scores, metric);
  if (Number.isNaN(value)) return false;
  return best === undefined || improvement(metric, value, metricValue(best, metric)) > 0;
}

/** Structured-cloneable. */
export interface EarlyStoppingState {
  best?: number;
  evaluationsWithout: number;
}

/** Takes note of an evaluation; true when `patience` evaluations in a row brought no improvement above `minDelta`. */
export function shouldStopEarly(
  options: NonNullable<ResolvedTraining['earlyStopping']>,
  state: EarlyStoppingState,
  scores: Scores,
): boolean {
  const value = metricValue(scores, options.metric);
  const isImproved =
    !Number.isNaN(value) &&
    (state.best === undefined || improvement(options.metric, value, state.best) > options.minDelta);
  if (isImproved) {
    state.best = value;
    state.evaluationsWithout = 0;
  } else {
    state.evaluationsWithout++;
  }
  return state.evaluationsWithout >= options.patience;
}
