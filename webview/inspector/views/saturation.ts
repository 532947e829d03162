// How much of the time a gate is shut or wide open: shares of steps per unit, and which point of the picture is meant. Pure.

/** A gate value below `left` is saturated to the left (shut), one above `right` to the right (open). */
export interface Thresholds {
  left: number;
  right: number;
}

export const DEFAULT_THRESHOLDS: Thresholds = { left: 0.1, right: 0.9 };

export interface SaturationShares {
  /** Share of steps, 0 to 1, of each unit: [units]. NaN where there are no steps. */
  left: Float32Array;
  right: Float32Array;
}

/** Of the values of one gate, [tokens, units]. */
export function saturationShares(values: Float32Array, units: number, { left, right }: Thresholds): SaturationShares {
  const tokens = units === 0 ? 0 : values.length / units;
  const shares = { left: new Float32Array(units), right: new Float32Array(units) };
  for (let at = 0; at < values.length; at++) {
    if (values[at] < left) shares.left[at % units]++;
    else if (values[at] > right) shares.right[at % units]++;
  }
  for (let unit = 0; unit < units; unit++) {
    shares.left[unit] /= tokens;
    shares.right[unit] /= tokens;
  }
  return shares;
}

/** Means over the units. NaN where there is nothing to average. */
export function meanShares({ left, right }: SaturationShares): { left: number; right: number } {
  const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { left: mean(left), right: mean(right) };
}

/** Mean over the units, and the ends of the middle eight tenths of them (nearest ranks). NaN where there are no units. */
export function spreadOf(shares: Float32Array): { mean: number; low: number; high: number } {
  const sorted = shares.toSorted();
  const last = sorted.length - 1;
  const at = (quantile: number): number => sorted[Math.round(quantile * last)] ?? Number.NaN;
  return { mean: sorted.reduce((sum, share) => sum + share, 0) / sorted.length, low: at(0.1), high: at(0.9) };
}

/** The unit whose point is nearest to (`left`, `right`), and how far in shares; undefined where there are no points. */
export function nearestUnit(
  shares: SaturationShares,
  left: number,
  right: number,
): { unit: number; distance: number } | undefined {
  let best: { unit: number; distance: number } | undefined;
  for (let unit = 0; unit < shares.left.length; unit++) {
    const distance = Math.hypot(shares.left[unit] - left, shares.right[unit] - right);
    if (!(distance >= (best?.distance ?? Number.POSITIVE_INFINITY)) && !Number.isNaN(distance))
      best = { unit, distance };
  }
  return best;
}

export type Way = 'left' | 'right' | 'up' | 'down';

/**
 * The next point from `unit` in the order of one axis: right is more left-saturation, up is more right-saturation.
 * Points with the same share are visited in the order of their index, so that every point can be reached.
 */
export function nextUnit(shares: SaturationShares, unit: number | undefined, way: Way): number {
  const count = shares.left.length;
  if (unit === undefined) return 0;
  const axis = way === 'left' || way === 'right' ? shares.left : shares.right;
  const order = Array.from({ length: count }, (_, at) => at).sort((a, b) => axis[a] - axis[b] || a - b);
  const step = way === 'right' || way === 'up' ? 1 : -1;
  return order[Math.min(count - 1, Math.max(0, order.indexOf(unit) + step))];
}

/** All units with the shares of `unit`, in order. */
export function unitsAt({ left, right }: SaturationShares, unit: number): number[] {
  const units: number[] = [];
  for (let other = 0; other < left.length; other++) {
    if (left[other] === left[unit] && right[other] === right[unit]) units.push(other);
  }
  return units;
}
