// Seconds that a machine takes for each kind of work, found from measured times: non-negative least squares of the relative errors.
import { noWork, WORK_KINDS, type Work } from './work.ts';

/** Seconds a unit of each kind. */
export type Rates = Work;

export interface Sample {
  work: Work;
  seconds: number;
}

const ROUNDS = 20_000;
/** A round that changes no share of the time by more than this is the last. */
const SETTLED = 1e-9;

export function secondsOf(work: Work, rates: Rates): number {
  return WORK_KINDS.reduce((sum, kind) => sum + work[kind] * rates[kind], 0);
}

/**
 * Minimises Σ (Σ work · rate / seconds - 1)² over rates that are not negative, one rate after another, each at its best (coordinate
 * descent, which settles at the one minimum of a convex problem).
 */
export function fitRates(samples: readonly Sample[]): Rates {
  const rates = noWork();
  // In units of a sample's time, so that each kind counts alike and every sample too.
  const columns = WORK_KINDS.map((kind) => samples.map(({ work, seconds }) => work[kind] / seconds));
  const scales = columns.map((column) => Math.hypot(...column));
  const shares = columns.map(() => 0);
  const rest = samples.map(() => 1);
  for (let round = 0; round < ROUNDS; round++) {
    let moved = 0;
    for (const [at, column] of columns.entries()) {
      if (scales[at] === 0) continue;
      const slope = column.reduce((sum, value, n) => sum + (value / scales[at]) * rest[n], 0);
      const share = Math.max(0, shares[at] + slope);
      const change = share - shares[at];
      if (change === 0) continue;
      for (const [n, value] of column.entries()) rest[n] -= (change * value) / scales[at];
      shares[at] = share;
      moved = Math.max(moved, Math.abs(change));
    }
    if (moved < SETTLED) break;
  }
  for (const [at, kind] of WORK_KINDS.entries()) rates[kind] = scales[at] === 0 ? 0 : shares[at] / scales[at];
  return rates;
}
