// The LSTM cell. Equations of torch.nn.LSTM:
//   i = σ(W_ii x + b_ii + W_hi h + b_hi)    f = σ(W_if x + b_if + W_hf h + b_hf)
//   g = tanh(W_ig x + b_ig + W_hg h + b_hg)  o = σ(W_io x + b_io + W_ho h + b_ho)
//   c' = f ⊙ c + i ⊙ g                       h' = o ⊙ tanh(c')
// and back, with dh, dc the gradients of a step's h' and c':
//   do = dh ⊙ tanh(c')      dc += dh ⊙ o ⊙ (1 - tanh(c')²)
//   di = dc ⊙ g   df = dc ⊙ c   dg = dc ⊙ i,   each times the derivative of its activation, gives dz
//   dh = W_hhᵀ dz           dc = dc ⊙ f        for the step before
// Letters as in recurrent.ts. Gates are stacked in the order i f g o.
import { flushed } from '../linalg/flush.ts';
import type {
  Cell,
  RecurrentGradients,
  RecurrentInput,
  RecurrentPass,
  RecurrentResult,
  RecurrentUpstream,
  RecurrentWeights,
} from './recurrent.ts';
import {
  backwardThroughTime,
  finalStates,
  forwardThroughTime,
  inputProduct,
  previousState,
  productGradients,
  summedBias,
  type TokenPlace,
} from './recurrentSteps.ts';

export interface LstmResult extends RecurrentResult {
  cN: Float32Array;
  /** [N, H] cell states, and their tanh. */
  cells: Float32Array;
  tanhCells: Float32Array;
}

export const lstmCell: Cell<LstmResult> = { name: 'lstm', gateCount: 4, forward, backward };

function forward(input: RecurrentInput, weights: RecurrentWeights): LstmResult {
  const { tokenCount: N } = input.layout;
  const H = input.hiddenSize;
  const z = inputProduct(input, weights.weightIh, summedBias(weights));
  const kept = {
    out: new Float32Array(N * H),
    gates: new Float32Array(N * 4 * H),
    cells: new Float32Array(N * H),
    tanhCells: new Float32Array(N * H),
  };
  const walk = { input, weightHh: weights.weightHh, sums: z, out: kept.out };
  forwardThroughTime(walk, (place) => activate(place, input, z, kept));
  return { ...kept, hN: finalStates(kept.out, input), cN: finalStates(kept.cells, input) };
}

type Kept = Omit<LstmResult, 'hN' | 'cN'>;

/** Gates, cell state and output of one token from its pre-activations z. */
function activate(place: TokenPlace, input: RecurrentInput, z: Float32Array, kept: Kept): void {
  const { gates, cells, tanhCells, out } = kept;
  const H = input.hiddenSize;
  const zAt = place.stepRow * 4 * H;
  const gatesAt = place.row * 4 * H;
  const at = place.row * H;
  const before = previousState(place, cells, input.c0, H);
  for (let j = 0; j < H; j++) {
    const i = Math.fround(1 / (1 + Math.exp(-z[zAt + j])));
    const f = Math.fround(1 / (1 + Math.exp(-z[zAt + H + j])));
    const g = Math.fround(Math.tanh(z[zAt + 2 * H + j]));
    const o = Math.fround(1 / (1 + Math.exp(-z[zAt + 3 * H + j])));
    const cBefore = before.values ? before.values[before.from + j] : 0;
    const c = Math.fround(f * cBefore + i * g);
    const tanhC = Math.fround(Math.tanh(c));
    gates[gatesAt + j] = i;
    gates[gatesAt + H + j] = f;
    gates[gatesAt + 2 * H + j] = g;
    gates[gatesAt + 3 * H + j] = o;
    cells[at + j] = c;
    tanhCells[at + j] = tanhC;
    out[at + j] = o * tanhC;
  }
}

function backward(upstream: RecurrentUpstream, pass: RecurrentPass<LstmResult>): RecurrentGradients {
  const { input, weights } = pass;
  const { batchSize: B, tokenCount: N } = input.layout;
  const H = input.hiddenSize;
  const dz = new Float32Array(N * 4 * H);
  const dh = upstream.hN?.slice() ?? new Float32Array(B * H);
  const dc = upstream.cN?.slice() ?? new Float32Array(B * H);
  const walk = { input, weightHh: weights.weightHh, dSums: dz, dh };
  backwardThroughTime(walk, (place) => backwardRow(place, pass, upstream.out, { dz, dh, dc }));
  return { ...productGradients(pass, dz, dz), h0: dh, c0: dc };
}

interface TimeGradients {
  /** [N, 4H] of the pre-activations, step order. */
  dz: Float32Array;
  /** [B, H] by text, of the state after the step in hand. */
  dh: Float32Array;
  dc: Float32Array;
}

/** dz of one token; moves its dc on to the step before. */
function backwardRow(
  place: TokenPlace,
  { input, result }: RecurrentPass<LstmResult>,
  dOut: Float32Array,
  { dz, dh, dc }: TimeGradients,
): void {
  const { gates, cells, tanhCells } = result;
  const H = input.hiddenSize;
  const at = place.row * H;
  const stateAt = place.text * H;
  const dzAt = place.stepRow * 4 * H;
  const before = previousState(place, cells, input.c0, H);
  for (let j = 0; j < H; j++) {
    const i = gates[at * 4 + j];
    const f = gates[at * 4 + H + j];
    const g = gates[at * 4 + 2 * H + j];
    const o = gates[at * 4 + 3 * H + j];
    const tanhC = tanhCells[at + j];
    const dhj = dOut[at + j] + dh[stateAt + j];
    const dcj = dc[stateAt + j] + dhj * o * (1 - tanhC * tanhC);
    const cBefore = before.values ? before.values[before.from + j] : 0;
    dz[dzAt + j] = flushed(dcj * g * i * (1 - i));
    dz[dzAt + H + j] = flushed(dcj * cBefore * f * (1 - f));
    dz[dzAt + 2 * H + j] = flushed(dcj * i * (1 - g * g));
    dz[dzAt + 3 * H + j] = flushed(dhj * tanhC * o * (1 - o));
    dc[stateAt + j] = flushed(dcj * f);
    dh[stateAt + j] = 0;
  }
}
