// Statistics of every unit over the steps of one or many texts, gathered text by text. Definitions:
//   saturation    share of steps at which a gate is below `left`, and above `right` (Karpathy, Johnson and Fei-Fei, 2015)
//   half-life     ln 0.5 / ln(mean f): tokens until half of a memory is gone, with the forget gate at its mean; a GRU's z stands for f
//   integrator    its forget gate is right-saturated at 90 % of the steps or more, and it takes in: at a tenth of the steps or more its
//                 input gate is not left-saturated (LSTM), or h changes over the text by MOVES or more (GRU). An RNN has no gate to tell
//   dead          |h| stays below QUIET at every step
//   always on     h stays above LOUD, or below -LOUD, at every step
//   correlation   Pearson's r of a signal with an annotation over all steps
// Letters: T tokens of a text, H hidden units of a direction.
import type { Direction, DirectionTrace, RecurrentCell, SignalName } from '../../protocol/trace.ts';
import type { DirectionStatistics } from '../../protocol/traceAnalysis.ts';
import { PearsonSums } from './pearson.ts';
import { signalsOf } from './signals.ts';

/** Least share of steps at which an integrator keeps, and at which it takes in. */
const KEEPS = 0.9;
const TAKES_IN = 0.1;
const MOVES = 0.1;
const QUIET = 0.05;
const LOUD = 0.5;

const GATES: Readonly<Record<RecurrentCell, readonly SignalName[]>> = {
  lstm: ['i', 'f', 'o'],
  gru: ['r', 'z'],
  rnn: [],
};
/** The gate that says how much of a memory stays. */
const FORGET: Readonly<Partial<Record<RecurrentCell, SignalName>>> = { lstm: 'f', gru: 'z' };

export interface StatisticsOptions {
  cell: RecurrentCell;
  hiddenSize: number;
  thresholds: { left: number; right: number };
  /** The signal that is correlated. */
  correlate: SignalName;
  annotationCount: number;
}

interface Moments {
  sum: Float64Array;
  min: Float32Array;
  max: Float32Array;
}

/** The statistics of one direction of one layer in the making. */
export class DirectionCounter {
  readonly #options: StatisticsOptions;
  readonly #place: { layer: number; direction: Direction };
  readonly #moments: Map<SignalName, Moments>;
  readonly #left: Map<SignalName, Uint32Array>;
  readonly #right: Map<SignalName, Uint32Array>;
  readonly #correlations: PearsonSums[];
  #steps = 0;

  constructor(place: { layer: number; direction: Direction }, options: StatisticsOptions) {
    const { cell, hiddenSize: H, annotationCount } = options;
    this.#place = place;
    this.#options = options;
    this.#moments = new Map(
      signalsOf(cell).map((name) => [
        name,
        {
          sum: new Float64Array(H),
          min: new Float32Array(H).fill(Number.POSITIVE_INFINITY),
          max: new Float32Array(H).fill(Number.NEGATIVE_INFINITY),
        },
      ]),
    );
    this.#left = new Map(GATES[cell].map((name) => [name, new Uint32Array(H)]));
    this.#right = new Map(GATES[cell].map((name) => [name, new Uint32Array(H)]));
    this.#correlations = Array.from({ length: annotationCount }, () => new PearsonSums(H));
  }

  /** One text, or many behind one another; `trace` has all signals, `annotations` are [T] each. */
  add({ signals }: DirectionTrace, annotations: readonly Float32Array[]): void {
    const { hiddenSize: H, correlate } = this.#options;
    for (const [name, moments] of this.#moments) addMoments(moments, signals[name] as Float32Array, H);
    for (const name of this.#left.keys()) this.#addSaturation(name, signals[name] as Float32Array);
    for (const [at, sums] of this.#correlations.entries())
      sums.add(signals[correlate] as Float32Array, annotations[at]);
    this.#steps += (signals.h as Float32Array).length / H;
  }

  #addSaturation(name: SignalName, values: Float32Array): void {
    const { hiddenSize: H, thresholds } = this.#options;
    const left = this.#left.get(name) as Uint32Array;
    const right = this.#right.get(name) as Uint32Array;
    for (let at = 0, unit = 0; at < values.length; at++, unit = unit + 1 === H ? 0 : unit + 1) {
      if (values[at] < thresholds.left) left[unit]++;
      else if (values[at] > thresholds.right) right[unit]++;
    }
  }

  /** What was gathered, of at least one step. */
  finish(): DirectionStatistics {
    const { cell } = this.#options;
    const share = (counts: Uint32Array): Float32Array => Float32Array.from(counts, (count) => count / this.#steps);
    const saturation = GATES[cell].map((signal) => ({
      signal,
      left: share(this.#left.get(signal) as Uint32Array),
      right: share(this.#right.get(signal) as Uint32Array),
    }));
    const summary = [...this.#moments].map(([signal, { sum, min, max }]) => ({
      signal,
      mean: Float32Array.from(sum, (value) => value / this.#steps),
      min,
      max,
    }));
    const forget = FORGET[cell];
    return {
      ...this.#place,
      saturation,
      summary,
      ...(forget ? { halfLife: this.#halfLives(forget) } : {}),
      ...this.#lists(saturation),
      correlations: this.#correlations.map((sums) => sums.correlation()),
    };
  }

  #halfLives(forget: SignalName): Float32Array {
    const { sum } = this.#moments.get(forget) as Moments;
    return Float32Array.from(sum, (value) => halfLife(value / this.#steps));
  }

  #lists(
    saturation: DirectionStatistics['saturation'],
  ): Pick<DirectionStatistics, 'integrators' | 'dead' | 'alwaysOn'> {
    const { cell, hiddenSize } = this.#options;
    const { min, max } = this.#moments.get('h') as Moments;
    const of = (name: SignalName | undefined) => saturation.find(({ signal }) => signal === name);
    const [forget, input] = [of(FORGET[cell]), of('i')];
    const takesIn = (unit: number): boolean =>
      input ? 1 - input.left[unit] >= TAKES_IN : max[unit] - min[unit] >= MOVES;
    const where = (isOne: (unit: number) => boolean): Uint32Array =>
      Uint32Array.from(Array.from({ length: hiddenSize }, (_, unit) => unit).filter(isOne));
    return {
      integrators: where((unit) => (forget?.right[unit] ?? 0) >= KEEPS && takesIn(unit)),
      dead: where((unit) => max[unit] < QUIET && min[unit] > -QUIET),
      alwaysOn: where((unit) => min[unit] > LOUD || max[unit] < -LOUD),
    };
  }
}

/** Tokens until half of a memory is gone that keeps this share of itself at every token. */
export function halfLife(kept: number): number {
  return kept >= 1 ? Number.POSITIVE_INFINITY : Math.log(0.5) / Math.log(kept);
}

function addMoments({ sum, min, max }: Moments, values: Float32Array, H: number): void {
  for (let at = 0, unit = 0; at < values.length; at++, unit = unit + 1 === H ? 0 : unit + 1) {
    const value = values[at];
    sum[unit] += value;
    if (value < min[unit]) min[unit] = value;
    if (value > max[unit]) max[unit] = value;
  }
}
