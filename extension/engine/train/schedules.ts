// How the learning rate moves over a run: what every rate is multiplied by at a step. Pure functions of (schedule, step, steps of the run).
// Letters: t completed updates before the one in question (0-based), T all updates of the run.
import type { ResolvedSchedule, ResolvedWarmup } from '../../schema/schedule.ts';
import { assertNever } from '../../util/assertNever.ts';

/** The factor, 0 to 1, at update t + 1 of T. */
export function scheduleFactor(schedule: ResolvedSchedule, t: number, T: number): number {
  switch (schedule.type) {
    case 'constant':
      return warmupFactor(t, warmupSteps(schedule, T)) ?? 1;
    case 'linear': {
      const warmup = warmupSteps(schedule, T);
      return warmupFactor(t, warmup) ?? Math.max(0, (T - t) / Math.max(1, T - warmup));
    }
    case 'cosine': {
      const warmup = warmupSteps(schedule, T);
      const done = (t - warmup) / Math.max(1, T - warmup);
      return warmupFactor(t, warmup) ?? Math.max(0, (1 + Math.cos(Math.PI * done)) / 2);
    }
    case 'oneCycle':
      return oneCycle(schedule, t, T);
    case 'slantedTriangular':
      return slantedTriangular(schedule, t, T);
    default:
      return assertNever(schedule);
  }
}

/** As in transformers' TrainingArguments: steps where they are given, else the share, rounded up. */
function warmupSteps({ warmupSteps, warmupRatio }: ResolvedWarmup, T: number): number {
  return warmupSteps ?? Math.ceil(T * warmupRatio);
}

/** t / warmup while warming up, undefined afterwards. */
function warmupFactor(t: number, warmup: number): number | undefined {
  return t < warmup ? t / Math.max(1, warmup) : undefined;
}

/** torch.optim.lr_scheduler.OneCycleLR with cosines, two phases and constant momentum; max_lr is 1 here. */
function oneCycle(
  { pctStart, divFactor, finalDivFactor }: Extract<ResolvedSchedule, { type: 'oneCycle' }>,
  t: number,
  T: number,
): number {
  const first = 1 / divFactor;
  const last = first / finalDivFactor;
  const top = pctStart * T - 1;
  // Where the top is the very first step there is no way up.
  if (t <= top) return top === 0 ? 1 : cosineBetween(first, 1, t / top);
  return cosineBetween(1, last, Math.min(1, (t - top) / (T - 1 - top)));
}

function cosineBetween(from: number, to: number, share: number): number {
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
}

/** Howard and Ruder (2018), equation 3: p rises to 1 at the cut and falls back to 0; the factor is (1 + p (ratio - 1)) / ratio. */
function slantedTriangular(
  { cutFraction, ratio }: Extract<ResolvedSchedule, { type: 'slantedTriangular' }>,
  t: number,
  T: number,
): number {
  const cut = Math.floor(T * cutFraction);
  const p = t < cut ? t / cut : 1 - (t - cut) / Math.max(1, cut === 0 ? T : cut * (1 / cutFraction - 1));
  return (1 + Math.max(0, p) * (ratio - 1)) / ratio;
}
