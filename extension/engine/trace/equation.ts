// The equations of one unit at one token with their numbers: every gate's pre-activation split into its parts, then the state.
// Equations as in layers/lstm.ts, gru.ts and rnn.ts; parts are sums in double precision over the float32 numbers of weights and trace.
// Letters: T tokens, I input size of the layer, H hidden units, G gates.
import type {
  CellEquation,
  Direction,
  DirectionTrace,
  EquationTerm,
  GateEquation,
  SignalName,
} from '../../protocol/trace.ts';
import { recurrentParameterNames } from '../../schema/parameterNames.ts';
import type { Model } from '../model.ts';
import { STACKED_GATES } from './signals.ts';
import { embeddingRows } from './traceBatch.ts';
import { largestFirst, traceText } from './traceText.ts';

/** One unit at one token. */
export interface UnitPlace {
  layer: number;
  direction: Direction;
  token: number;
  unit: number;
}

/** What a gate's sums run over. */
interface Operands {
  /** [I] what the layer reads at the token; of a one-hot vector its one element. */
  x: Float32Array;
  /** Dimension of x's first element: other than 0 for one-hot vectors alone. */
  firstDimension: number;
  /** [H] state of the token read before; undefined at the first. */
  hBefore?: Float32Array;
}

/** `place` must lie within the model and the text; `termCount` is how many products are listed for each gate. */
export function unitEquation(model: Model, ids: Uint32Array, place: UnitPlace, termCount = 10): CellEquation {
  const { layer, direction, token, unit } = place;
  const { encoder } = model.shape.model;
  const H = encoder.hiddenSize;
  const layers = layer > 0 ? [layer - 1, layer] : [layer];
  const trace = traceText(model, ids, { layers });
  const own = trace.layers[trace.layers.length - 1][direction];
  const tokenBefore = direction === 1 ? token + 1 : token - 1;
  const isFirst = tokenBefore < 0 || tokenBefore >= ids.length;
  const hBefore = isFirst ? undefined : signal(own, 'h').subarray(tokenBefore * H, (tokenBefore + 1) * H);
  const operands = { ...inputAt(model, ids, token, layer > 0 ? trace.layers[0] : undefined), hBefore };
  const at = (name: SignalName): number => signal(own, name)[token * H + unit];
  const gates = STACKED_GATES[encoder.type].map((name, gate) =>
    gateEquation(
      model,
      { place, gate, name, value: at(name), reset: name === 'n' ? at('r') : undefined },
      operands,
      termCount,
    ),
  );
  const isLstm = encoder.type === 'lstm';
  const cBefore = isFirst ? 0 : (own.signals.c?.[tokenBefore * H + unit] ?? 0);
  return {
    cell: encoder.type,
    layer,
    direction,
    token,
    unit,
    gates,
    before: { h: hBefore?.[unit] ?? 0, ...(isLstm ? { c: cBefore } : {}) },
    after: { h: at('h'), ...(isLstm ? { c: at('c'), tanhC: at('tanhC') } : {}) },
  };
}

function signal(trace: DirectionTrace, name: SignalName): Float32Array {
  const values = trace.signals[name];
  if (!values) throw new Error(`The trace has no ${name}`);
  return values;
}

/** What the layer reads at a token: the embedding, or h of all directions of the layer `below`. */
function inputAt(
  model: Model,
  ids: Uint32Array,
  token: number,
  below: readonly DirectionTrace[] | undefined,
): Pick<Operands, 'x' | 'firstDimension'> {
  if (!below) {
    const x = embeddingRows(model, ids.subarray(token, token + 1));
    return x ? { x, firstDimension: 0 } : { x: Float32Array.of(1), firstDimension: ids[token] };
  }
  const H = model.shape.model.encoder.hiddenSize;
  const x = new Float32Array(H * below.length);
  for (const [at, own] of below.entries()) x.set(signal(own, 'h').subarray(token * H, (token + 1) * H), at * H);
  return { x, firstDimension: 0 };
}

interface Gate {
  place: UnitPlace;
  /** Its place among the stacked gates. */
  gate: number;
  name: SignalName;
  /** As the trace holds it. */
  value: number;
  /** r at this unit, of a GRU's n. */
  reset: number | undefined;
}

function gateEquation(
  model: Model,
  { place, gate, name, value, reset }: Gate,
  of: Operands,
  termCount: number,
): GateEquation {
  const [weightIh, weightHh, biasIh, biasHh] = recurrentParameterNames(place.layer, place.direction === 1).map(
    (parameter) => model.params.get(parameter),
  );
  const { encoder } = model.shape.model;
  const row = gate * encoder.hiddenSize + place.unit;
  const [I, H] = [weightIh.shape[1], weightHh.shape[1]];
  const inputTerms = terms('input', weightIh.values.subarray(row * I + of.firstDimension, (row + 1) * I), of.x);
  for (const term of inputTerms) term.index += of.firstDimension;
  const hiddenTerms = of.hBefore
    ? terms('recurrent', weightHh.values.subarray(row * H, (row + 1) * H), of.hBefore)
    : [];
  const [input, recurrent] = [sum(inputTerms), sum(hiddenTerms)];
  const hidden = recurrent + biasHh.values[row];
  const all = [...inputTerms, ...hiddenTerms];
  const magnitudes = all.map(({ product }) => Math.abs(product));
  return {
    signal: name,
    activation: activationOf(name, encoder),
    input,
    biasIh: biasIh.values[row],
    recurrent,
    biasHh: biasHh.values[row],
    ...(reset === undefined ? {} : { resetBy: reset }),
    preActivation: input + biasIh.values[row] + (reset ?? 1) * hidden,
    value,
    terms: largestFirst(magnitudes, termCount).map((at) => all[at]),
  };
}

function activationOf(name: SignalName, encoder: Model['shape']['model']['encoder']): GateEquation['activation'] {
  if (encoder.type === 'rnn') return encoder.nonlinearity;
  return name === 'g' || name === 'n' ? 'tanh' : 'sigmoid';
}

function terms(from: EquationTerm['from'], weights: Float32Array, values: Float32Array): EquationTerm[] {
  return Array.from(values, (value, index) => {
    const weight = weights[index];
    return { from, index, weight, value, product: weight * value };
  });
}

function sum(all: readonly EquationTerm[]): number {
  return all.reduce((total, { product }) => total + product, 0);
}
