// Which units are on through a span of tokens: what a search in the data looks for. Pure; the engine decides by the same rule.

export interface SpanRule {
  /** First and last token of the span. */
  from: number;
  to: number;
  /** A unit is on where its signal is at least this. */
  threshold: number;
  /** Only units that are off just before the span, just after it. The start and the end of a text count as off. */
  isOffLeft: boolean;
  isOffRight: boolean;
}

/** Of a signal [tokens, units]: rising. */
export function unitsOn(values: Float32Array, units: number, rule: SpanRule): number[] {
  const { from, to, threshold, isOffLeft, isOffRight } = rule;
  const tokens = units === 0 ? 0 : values.length / units;
  const isOn = (token: number, unit: number): boolean =>
    token >= 0 && token < tokens && values[token * units + unit] >= threshold;
  const found: number[] = [];
  for (let unit = 0; unit < units; unit++) {
    let isIn = from < tokens;
    for (let token = from; token <= to && isIn; token++) isIn = isOn(token, unit);
    if (isIn && isOffLeft) isIn = !isOn(from - 1, unit);
    if (isIn && isOffRight) isIn = !isOn(to + 1, unit);
    if (isIn) found.push(unit);
  }
  return found;
}
