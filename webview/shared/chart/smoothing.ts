// TensorBoard's smoothing: an exponential moving average, divided by the weight it has seen so far. Pure.

/**
 * De-biased EMA of `values` (weight 0 to below 1, 0 is no smoothing). Gaps (NaN, infinity) stay gaps and do not count.
 * Formula: a_t = w a_{t-1} + (1 - w) y_t, shown as a_t / (1 - w^t) (Kingma and Ba, 2015, section 3).
 */
export function smooth(values: Float64Array, weight: number): Float64Array {
  if (weight <= 0) return values;
  const out = new Float64Array(values.length);
  let average = 0;
  let power = 1;
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    if (!Number.isFinite(value)) {
      out[at] = Number.NaN;
      continue;
    }
    average = weight * average + (1 - weight) * value;
    power *= weight;
    out[at] = average / (1 - power);
  }
  return out;
}
