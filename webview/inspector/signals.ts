// What the signals of a recurrent cell are called, how they are written, and the fixed range their colours span. Pure.
import { GATE_SIGNALS, type SignalName, type Trace } from '../../extension/protocol/trace.ts';
import { countClipped, type Matrix, type ValueRange } from '../shared/heatmap/matrix.ts';

export interface SignalFacts {
  /** As in PyTorch's documentation, without its time. */
  symbol: string;
  title: string;
  /** What the lowest and the highest value mean. */
  low: string;
  high: string;
}

export const SIGNAL_FACTS: Readonly<Record<SignalName, SignalFacts>> = {
  i: { symbol: 'i', title: 'input gate', low: 'lets nothing in', high: 'lets all in' },
  f: { symbol: 'f', title: 'forget gate', low: 'forgets', high: 'keeps' },
  g: { symbol: 'g', title: 'cell candidate', low: 'negative', high: 'positive' },
  o: { symbol: 'o', title: 'output gate', low: 'shows nothing', high: 'shows all' },
  c: { symbol: 'c', title: 'cell state', low: 'negative', high: 'positive' },
  tanhC: { symbol: 'tanh c', title: 'tanh of the cell state', low: 'negative', high: 'positive' },
  h: { symbol: 'h', title: 'hidden state', low: 'negative', high: 'positive' },
  r: { symbol: 'r', title: 'reset gate', low: 'ignores the past', high: 'reads the past' },
  z: { symbol: 'z', title: 'update gate', low: 'takes the new', high: 'keeps the old' },
  n: { symbol: 'n', title: 'new candidate', low: 'negative', high: 'positive' },
};

const GATE_RANGE: ValueRange = { kind: 'sequential', min: 0, max: 1 };
const BOUNDED_RANGE: ValueRange = { kind: 'diverging', min: -1, max: 1 };
/** Of signals without a bound: a trained cell state lies inside almost everywhere, and the legend counts what does not. */
const UNBOUNDED_RANGE: ValueRange = { kind: 'diverging', min: -2, max: 2 };

export const isGate = (name: SignalName): boolean => GATE_SIGNALS.has(name);

export const isUnbounded = (trace: Trace, name: SignalName): boolean =>
  trace.signals.find((signal) => signal.name === name)?.range === undefined;

/** The same for every text, layer and run, so that pictures compare. */
export function rangeOf(trace: Trace, name: SignalName): ValueRange {
  if (isGate(name)) return GATE_RANGE;
  return isUnbounded(trace, name) ? UNBOUNDED_RANGE : BOUNDED_RANGE;
}

/** One signal of one direction of a layer, units by tokens. */
export function matrixOf(trace: Trace, values: Float32Array): Matrix {
  return { values, rows: trace.hiddenSize, columns: trace.tokens.length };
}

/** How much of an unbounded signal takes the colour of an end. */
export function clippingNote(matrix: Matrix, range: ValueRange): string {
  const count = countClipped(matrix, range);
  if (count === 0) return 'nothing beyond';
  const share = (100 * count) / matrix.values.length;
  return `${share < 0.1 ? 'less than 0.1' : share.toFixed(1)} % beyond`;
}
