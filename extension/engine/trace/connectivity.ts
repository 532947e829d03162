// How each state depends on each token: the Frobenius norm of d h_t / d x_s for all t and s, x the vectors that the network reads.
// Forward mode: a row is one direction of one vector x_s, and what it makes of the states; the rows of many s are pushed through the network
// at once, layer by layer and step by step. A step of a row costs P·H² multiply-adds a layer and direction, and P·H·D more above the first
// layer (stepJacobian.ts): for T = 40, E = H = 256 and one forward LSTM layer 27 billion in all.
// Rows do not depend on each other and go in groups, which bounds memory.
// Letters: T tokens, E size of x, R rows of a group, H hidden units, P parts of the state, D = H · directions.
import type { Direction, DirectionTrace } from '../../protocol/trace.ts';
import { recurrentParameterNames } from '../../schema/parameterNames.ts';
import type { Model } from '../model.ts';
import { pushThrough, type Sweep, type Tangents } from './tangentSweep.ts';
import { traceText } from './traceText.ts';

/** Rows of a group: enough that making a step's matrices weighs little, few enough that a step takes milliseconds. */
const GROUP_ROWS = 4096;
/** Numbers that a group may keep of a layer for the layer above. */
const GROUP_NUMBERS = 2 ** 24;

export interface ConnectivityOptions {
  layer: number;
  direction: Direction;
  /** Awaited between steps, so that others get a turn; what it throws ends the work. */
  betweenSteps: () => Promise<void>;
}

/** [T, T]: row t, column s. Zero where x_s is read after h_t is known. */
export async function connectivity(
  model: Model,
  ids: Uint32Array,
  { layer, direction, betweenSteps }: ConnectivityOptions,
): Promise<Float32Array> {
  const layers = Array.from({ length: layer + 1 }, (_, at) => at);
  const traced = traceText(model, ids, { layers }).layers;
  const last = traced[layer][direction];
  const T = ids.length;
  const E = model.params.get(recurrentParameterNames(0, false)[0]).shape[1];
  const squares = new Float64Array(T * T);
  const size = groupSize(model, T, layer);
  for (let from = 0; from < T * E; from += size) {
    const sweep = { model, T, E, group: { from, to: Math.min(T * E, from + size) }, betweenSteps };
    let below: Tangents[] | undefined;
    for (const directions of traced.slice(0, layer)) below = await throughLayer(sweep, directions, below);
    await pushThrough(sweep, last, below, (token, tangents) =>
      addSquares(squares.subarray(token * T, (token + 1) * T), tangents, E),
    );
  }
  return Float32Array.from(squares, Math.sqrt);
}

function groupSize(model: Model, T: number, layer: number): number {
  if (layer === 0) return GROUP_ROWS;
  const { hiddenSize, bidirectional } = model.shape.model.encoder;
  const numbersOfRow = T * hiddenSize * (bidirectional ? 2 : 1);
  return Math.max(1, Math.min(GROUP_ROWS, Math.floor(GROUP_NUMBERS / numbersOfRow)));
}

/** Adds to `squares` [T], by the token that a row belongs to. */
function addSquares(squares: Float64Array, { from, to, values }: Tangents, E: number): void {
  const width = values.length / (to - from);
  for (let row = from, at = 0; row < to; row++) {
    let sum = 0;
    for (const end = at + width; at < end; at++) sum += values[at] * values[at];
    squares[Math.floor(row / E)] += sum;
  }
}

/** d of a whole layer's states at every token, both directions side by side. */
async function throughLayer(
  sweep: Sweep,
  directions: readonly DirectionTrace[],
  below: readonly Tangents[] | undefined,
): Promise<Tangents[]> {
  const parts: Tangents[][] = [];
  for (const own of directions) {
    const kept: Tangents[] = [];
    await pushThrough(sweep, own, below, (token, tangents) => {
      kept[token] = { ...tangents, values: tangents.values.slice() };
    });
    parts.push(kept);
  }
  if (parts.length === 1) return parts[0];
  const H = sweep.model.shape.model.encoder.hiddenSize;
  return Array.from({ length: sweep.T }, (_, token) =>
    sideBySide(
      sweep,
      parts.map((part) => part[token]),
      H,
    ),
  );
}

/** [all rows of the group, D]; a direction that has not yet read a row's vector adds zeros. */
function sideBySide({ group }: Sweep, parts: readonly (Tangents | undefined)[], H: number): Tangents {
  const D = H * parts.length;
  const joined = new Float32Array((group.to - group.from) * D);
  for (const [at, part] of parts.entries()) {
    if (!part) continue;
    for (let row = part.from; row < part.to; row++) {
      const from = (row - part.from) * H;
      joined.set(part.values.subarray(from, from + H), (row - group.from) * D + at * H);
    }
  }
  return { ...group, values: joined };
}
