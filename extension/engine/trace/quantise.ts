// Signals in 16 bits: code = round((value - low) / (high - low) · 65535). The error is at most half a step, (high - low) / 131070.

const STEPS = 65_535;

export type Range = readonly [low: number, high: number];

/** The codes of finite values; what lies outside the range becomes its end. */
export function quantise(values: Float32Array, [low, high]: Range): Uint16Array {
  const scale = high > low ? STEPS / (high - low) : 0;
  return Uint16Array.from(values, (value) => Math.min(STEPS, Math.max(0, Math.round((value - low) * scale))));
}

/** Values from codes 0 … 65535. */
export function restore(codes: ArrayLike<number>, [low, high]: Range): Float32Array {
  return Float32Array.from(codes, (code) => low + (code / STEPS) * (high - low));
}

/** The greatest difference between a value within the range and what is restored, the rounding to float32 included. */
export function quantisationError([low, high]: Range): number {
  return (high - low) / (2 * STEPS) + Math.max(Math.abs(low), Math.abs(high)) * 2 ** -24;
}

/** The symmetric range that holds all values. */
export function symmetricRange(values: Float32Array): Range {
  const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return [-largest, largest];
}
