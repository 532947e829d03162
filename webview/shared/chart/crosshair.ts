// Where the cross-hair goes next when it is moved by key. Pure.
import { lowerBound } from './decimate.ts';
import type { Curve, Range } from './series.ts';

/** Fraction of the visible range that one key press moves at least, so that a million points are not a million presses. */
const MIN_STEP = 1 / 200;

/** The next point of any curve from `x` in `direction`, inside `range`; `stride` presses at once. */
export function nextPoint(curves: readonly Curve[], x: number, direction: 1 | -1, range: Range, stride = 1): number {
  const target = x + direction * (range.max - range.min) * MIN_STEP * stride;
  let best = direction > 0 ? range.max : range.min;
  for (const { x: xs, factor } of curves) {
    const at = lowerBound(xs, target / factor);
    const candidate = direction > 0 ? xs[at] : xs[xs[at] === target / factor ? at : at - 1];
    if (candidate === undefined) continue;
    best = direction > 0 ? Math.min(best, candidate * factor) : Math.max(best, candidate * factor);
  }
  return Math.min(range.max, Math.max(range.min, best));
}

/** `range` scaled by `factor` around `center`, kept inside `full`; undefined when that is all of it. */
export function zoomAround(range: Range, center: number, factor: number, full: Range): Range | undefined {
  const min = Math.max(full.min, center - (center - range.min) * factor);
  const max = Math.min(full.max, center + (range.max - center) * factor);
  return min <= full.min && max >= full.max ? undefined : { min, max };
}
