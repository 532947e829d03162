// How each state depends on each token: the Frobenius norm of d h_t / d x_s for all t and s, x the vectors that the network reads.
// Forward mode: for one token s, all E directions of x_s are pushed through the network at once as rows of one matrix, layer by layer and
// step by step, so that a step costs one product [E, H] · [H, G·H]. A text of T tokens costs T of these sweeps: for T = 40, E = H = 256 and
// one forward LSTM layer about 110 GFlop; every further layer or direction multiplies that.
// The derivative of each cell is that of its equations in layers/lstm.ts, gru.ts and rnn.ts, at the values of the trace.
// Letters: T tokens, E size of x, R = E rows, I input size of a layer, H hidden units, G gates, D = H · directions.
import type { Direction, DirectionTrace } from '../../protocol/trace.ts';
import { recurrentParameterNames } from '../../schema/parameterNames.ts';
import type { Model } from '../model.ts';
import { cellTangent, type StepTangent } from './cellTangents.ts';
import { timesTransposed } from './tangentProduct.ts';
import { traceText } from './traceText.ts';

/** d of something [R, width] at a token; undefined where it is zero. */
type Tangent = Float32Array | undefined;

export interface ConnectivityOptions {
  layer: number;
  direction: Direction;
  /** Awaited between tokens, so that others get a turn; what it throws ends the work. */
  betweenTokens: () => Promise<void>;
}

/** [T, T]: row t, column s. Zero where x_s is read after h_t is known. */
export async function connectivity(
  model: Model,
  ids: Uint32Array,
  options: ConnectivityOptions,
): Promise<Float32Array> {
  const { layer, direction, betweenTokens } = options;
  const T = ids.length;
  const layers = Array.from({ length: layer + 1 }, (_, at) => at);
  const traced = traceText(model, ids, { layers }).layers;
  // Of the last layer only one direction matters.
  traced[layer] = [traced[layer][direction]];
  const norms = new Float32Array(T * T);
  for (let s = 0; s < T; s++) {
    const outputs = await sweep(model, traced, s, betweenTokens);
    for (let t = 0; t < T; t++) norms[t * T + s] = normOf(outputs[t]);
  }
  return norms;
}

function normOf(tangent: Tangent): number {
  let sum = 0;
  for (const value of tangent ?? []) sum += value * value;
  return Math.sqrt(sum);
}

/** d h [R, H] of the last layer at every token, for x_s alone. */
async function sweep(
  model: Model,
  traced: readonly DirectionTrace[][],
  s: number,
  betweenTokens: () => Promise<void>,
): Promise<Tangent[]> {
  let below: Tangent[] | undefined;
  for (const directions of traced) {
    const outputs: Tangent[][] = [];
    for (const own of directions) {
      outputs.push(directionTangents(model, own, below ?? { onlyAt: s }));
      await betweenTokens();
    }
    below = sideBySide(outputs, model.shape.model.encoder.hiddenSize);
  }
  return below ?? [];
}

/** The tangents that a layer reads: of the layer below, or the identity at one token. */
type InputTangents = readonly Tangent[] | { onlyAt: number };

/** d h [R, H] of one direction at every token. */
function directionTangents(model: Model, trace: DirectionTrace, input: InputTangents): Tangent[] {
  const [weightIh, weightHh] = recurrentParameterNames(trace.layer, trace.direction === 1).map((name) =>
    model.params.get(name),
  );
  const { encoder } = model.shape.model;
  const H = encoder.hiddenSize;
  const width = weightIh.shape[0];
  const T = (trace.signals.h as Float32Array).length / H;
  const biasHh = model.params.get(recurrentParameterNames(trace.layer, trace.direction === 1)[3]).values;
  const tangentAt = cellTangent(encoder, trace, { weightHh: weightHh.values, biasHh });
  const outputs = new Array<Tangent>(T).fill(undefined);
  let before: StepTangent | undefined;
  for (let step = 0; step < T; step++) {
    const t = trace.direction === 1 ? T - 1 - step : step;
    const ofInput = inputPart(weightIh, input, t);
    if (!ofInput && !before) continue;
    const ofHidden = before && timesTransposed(before.h, weightHh.values, { n: width, k: H });
    before = tangentAt(t, ofInput, ofHidden, before);
    outputs[t] = before.h;
  }
  return outputs;
}

/** d (W_ih x_t) [R, G·H]. */
function inputPart(weightIh: { values: Float32Array; shape: number[] }, input: InputTangents, t: number): Tangent {
  const [width, I] = weightIh.shape;
  if ('onlyAt' in input) return input.onlyAt === t ? transposed(weightIh.values, width, I) : undefined;
  const dx = input[t];
  return dx && timesTransposed(dx, weightIh.values, { n: width, k: I });
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) out[column * rows + row] = values[row * columns + column];
  return out;
}

/** The tangents of all directions at every token, [R, D]. */
function sideBySide(parts: readonly Tangent[][], H: number): Tangent[] {
  if (parts.length === 1) return parts[0];
  return parts[0].map((_, t) => {
    const some = parts.find((part) => part[t])?.[t];
    if (!some) return undefined;
    const rows = some.length / H;
    const joined = new Float32Array(some.length * parts.length);
    for (const [at, part] of parts.entries()) {
      const own = part[t];
      if (!own) continue;
      for (let row = 0; row < rows; row++)
        joined.set(own.subarray(row * H, (row + 1) * H), (row * parts.length + at) * H);
    }
    return joined;
  });
}
