// The natural logarithm out of additions, products and quotients alone, which every machine rounds alike; Math.log may differ in its last bit.

const view = new DataView(new ArrayBuffer(8));

/** ln of a positive, finite, normal number, to within 2 units in the last place. */
export function naturalLog(value: number): number {
  view.setFloat64(0, value);
  let exponent = (view.getUint16(0) >> 4) - 1023;
  // The mantissa, in 1 to 2.
  view.setUint16(0, (view.getUint16(0) & 0x000f) | 0x3ff0);
  let mantissa = view.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  // ln m = 2 artanh((m - 1) / (m + 1)) = 2 (s + s³/3 + s⁵/5 + …), |s| < 0.172
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let sum = 0;
  for (let power = 21; power >= 1; power -= 2) sum = sum * square + 1 / power;
  return 2 * s * sum + exponent * Math.LN2;
}
