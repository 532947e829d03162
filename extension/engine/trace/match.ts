// Select and match (Strobelt, Gehrmann, Pfister and Rush, LSTMVis, 2018): which units are on through a span of tokens, and where else the
// same ones are. A unit is on where its signal is at least a threshold; off beyond the ends of a text.
// Letters: T tokens of a text, H hidden units, L tokens of the span, Q units that are on through the selected span.

export interface SpanPattern {
  threshold: number;
  /** Tokens of a span. */
  length: number;
  /** Only units that are off at the token before the span, at the one after it. */
  isOffLeft: boolean;
  isOffRight: boolean;
}

/** Units that are on through a span of `values` [T, H] that begins at token `from`, rising. */
export function unitsOn(values: Float32Array, H: number, from: number, pattern: SpanPattern): Uint32Array {
  const { threshold, length, isOffLeft, isOffRight } = pattern;
  const T = values.length / H;
  const isOn = (token: number, unit: number): boolean =>
    token >= 0 && token < T && values[token * H + unit] >= threshold;
  const units: number[] = [];
  for (let unit = 0; unit < H; unit++) {
    let isMatch = !(isOffLeft && isOn(from - 1, unit)) && !(isOffRight && isOn(from + length, unit));
    for (let token = from; isMatch && token < from + length; token++) isMatch = isOn(token, unit);
    if (isMatch) units.push(unit);
  }
  return Uint32Array.from(units);
}

/** How well each span of a text fits, by its first token: units on through it, and those of Q among them. */
export interface SpanScores {
  count: Uint16Array;
  shared: Uint16Array;
}

/**
 * Scores the spans of one text as its tokens come, so that a text of any length needs H numbers beside its scores.
 * A span's scores are written when the token after it is known, or the text ends.
 */
export class SpanScanner {
  readonly #pattern: SpanPattern;
  /** 1 for each unit of Q. */
  readonly #isSelected: Uint8Array;
  /** Tokens that each unit has been on without a break. */
  readonly #runs: Uint32Array;
  readonly #scores: SpanScores;
  #tokens = 0;

  /** `scores` has room for the text's tokens, zeros at first. */
  constructor(
    pattern: SpanPattern,
    { selected, hiddenSize, scores }: { selected: Uint32Array; hiddenSize: number; scores: SpanScores },
  ) {
    this.#pattern = pattern;
    this.#isSelected = new Uint8Array(hiddenSize);
    for (const unit of selected) this.#isSelected[unit] = 1;
    this.#runs = new Uint32Array(hiddenSize);
    this.#scores = scores;
  }

  /** The next tokens, [T, H]. */
  add(values: Float32Array): void {
    const H = this.#runs.length;
    for (let at = 0; at < values.length; at += H) this.#next(values, at);
  }

  /** No token follows. */
  end(): void {
    if (this.#pattern.isOffRight) this.#score(this.#tokens - this.#pattern.length);
  }

  #next(values: Float32Array, at: number): void {
    const { threshold, length, isOffRight } = this.#pattern;
    const runs = this.#runs;
    if (isOffRight) this.#score(this.#tokens - length, values, at);
    for (let unit = 0; unit < runs.length; unit++) runs[unit] = values[at + unit] >= threshold ? runs[unit] + 1 : 0;
    this.#tokens++;
    if (!isOffRight) this.#score(this.#tokens - length);
  }

  /** Scores the span from token `from` to the last one added; units that are on in `next`, the token after it, do not count. */
  #score(from: number, next?: Float32Array, at = 0): void {
    if (from < 0) return;
    const { threshold, length, isOffLeft } = this.#pattern;
    // A run that is longer than the span was on before it.
    const longest = isOffLeft ? length : Number.POSITIVE_INFINITY;
    let [count, shared] = [0, 0];
    for (let unit = 0; unit < this.#runs.length; unit++) {
      const run = this.#runs[unit];
      if (run < length || run > longest || (next && next[at + unit] >= threshold)) continue;
      count++;
      shared += this.#isSelected[unit];
    }
    this.#scores.count[from] = count;
    this.#scores.shared[from] = shared;
  }
}

/** |units on ∩ Q| / |units on ∪ Q|; 0 where nothing is shared. */
export function jaccard(count: number, shared: number, selected: number): number {
  return shared === 0 ? 0 : shared / (count + selected - shared);
}

export interface SpanHit {
  text: number;
  /** First token of the span in its text. */
  position: number;
  jaccard: number;
  count: number;
  shared: number;
}

/** The best spans of many texts. Of overlapping spans of one text only the best counts, of equal ones the first. */
export class BestSpans {
  readonly #size: number;
  readonly #hits: SpanHit[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** All spans of one text; texts come in the order of the data. */
  add(text: number, scores: SpanScores, { selected, length }: { selected: number; length: number }): void {
    const least = this.#hits.length < this.#size ? 0 : this.#hits[this.#hits.length - 1].jaccard;
    const candidates: SpanHit[] = [];
    for (let position = 0; position < scores.count.length; position++) {
      const [count, shared] = [scores.count[position], scores.shared[position]];
      const similarity = jaccard(count, shared, selected);
      // A better span that overlaps would be above the least as well, so nothing that matters is left out.
      if (similarity > least) candidates.push({ text, position, jaccard: similarity, count, shared });
    }
    candidates.sort((a, b) => b.jaccard - a.jaccard || a.position - b.position);
    const taken = new Set<number>();
    let added = 0;
    for (const hit of candidates) {
      if (added === this.#size) break;
      if (isTaken(taken, hit.position, length)) continue;
      for (let token = 0; token < length; token++) taken.add(hit.position + token);
      added++;
      this.#hits.push(hit);
    }
    this.#hits.sort((a, b) => b.jaccard - a.jaccard || a.text - b.text || a.position - b.position);
    this.#hits.length = Math.min(this.#hits.length, this.#size);
  }

  /** Best first; equal ones in the order of the data. */
  get hits(): readonly SpanHit[] {
    return this.#hits;
  }
}

/** Whether a token of the span is taken: spans have one length, so its ends tell. */
function isTaken(taken: ReadonlySet<number>, position: number, length: number): boolean {
  return taken.has(position) || taken.has(position + length - 1);
}
