// The GRU cell. Equations of torch.nn.GRU (the reset gate acts after the product with W_hn):
//   r = σ(W_ir x + b_ir + W_hr h + b_hr)     z = σ(W_iz x + b_iz + W_hz h + b_hz)
//   n = tanh(W_in x + b_in + r ⊙ q)          q = W_hn h + b_hn
//   h' = (1 - z) ⊙ n + z ⊙ h
// and back, with dh the gradient of a step's h' and da, db those of the sums W_ih x + b_ih and W_hh h + b_hh:
//   dz = dh ⊙ (h - n) ⊙ z ⊙ (1 - z)   dn = dh ⊙ (1 - z) ⊙ (1 - n²)   dq = dn ⊙ r   dr = dn ⊙ q ⊙ r ⊙ (1 - r)
//   da = [dr, dz, dn]   db = [dr, dz, dq]   dh = dh ⊙ z + W_hhᵀ db   for the step before
// Letters as in recurrent.ts. Gates are stacked in the order r z n.
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
  repeatRow,
  type TokenPlace,
} from './recurrentSteps.ts';

export interface GruResult extends RecurrentResult {
  /** [N, H] q = W_hn h + b_hn: the part of the new gate n that r scales. */
  newGateHidden: Float32Array;
}

export const gruCell: Cell<GruResult> = { name: 'gru', gateCount: 3, forward, backward };

/** [N, 3H] in step order: W_ih x + b_ih and W_hh h + b_hh. */
interface Sums {
  a: Float32Array;
  b: Float32Array;
}

function forward(input: RecurrentInput, weights: RecurrentWeights): GruResult {
  const { tokenCount: N } = input.layout;
  const H = input.hiddenSize;
  const sums: Sums = { a: inputProduct(input, weights.weightIh, weights.biasIh), b: repeatRow(weights.biasHh, N) };
  const kept = {
    out: new Float32Array(N * H),
    gates: new Float32Array(N * 3 * H),
    newGateHidden: new Float32Array(N * H),
  };
  const walk = { input, weightHh: weights.weightHh, sums: sums.b, out: kept.out };
  forwardThroughTime(walk, (place) => activate(place, input, sums, kept));
  return { ...kept, hN: finalStates(kept.out, input) };
}

/** Gates and output of one token. */
function activate(place: TokenPlace, input: RecurrentInput, { a, b }: Sums, kept: Omit<GruResult, 'hN'>): void {
  const { gates, newGateHidden, out } = kept;
  const H = input.hiddenSize;
  const sumsAt = place.stepRow * 3 * H;
  const gatesAt = place.row * 3 * H;
  const at = place.row * H;
  const before = previousState(place, out, input.h0, H);
  for (let j = 0; j < H; j++) {
    const rAt = sumsAt + j;
    const zAt = rAt + H;
    const nAt = zAt + H;
    const r = Math.fround(1 / (1 + Math.exp(-(a[rAt] + b[rAt]))));
    const z = Math.fround(1 / (1 + Math.exp(-(a[zAt] + b[zAt]))));
    const n = Math.fround(Math.tanh(a[nAt] + r * b[nAt]));
    const h = before.values ? before.values[before.from + j] : 0;
    gates[gatesAt + j] = r;
    gates[gatesAt + H + j] = z;
    gates[gatesAt + 2 * H + j] = n;
    newGateHidden[at + j] = b[nAt];
    out[at + j] = (1 - z) * n + z * h;
  }
}

function backward(upstream: RecurrentUpstream, pass: RecurrentPass<GruResult>): RecurrentGradients {
  const { input, weights } = pass;
  const { batchSize: B, tokenCount: N } = input.layout;
  const H = input.hiddenSize;
  const sums: Sums = { a: new Float32Array(N * 3 * H), b: new Float32Array(N * 3 * H) };
  const dh = upstream.hN?.slice() ?? new Float32Array(B * H);
  const walk = { input, weightHh: weights.weightHh, dSums: sums.b, dh };
  backwardThroughTime(walk, (place) => backwardRow(place, pass, upstream.out, { ...sums, dh }));
  return { ...productGradients(pass, sums.a, sums.b), h0: dh };
}

/** da and db of one token; leaves dh ⊙ z in dh. */
function backwardRow(
  place: TokenPlace,
  { input, result }: RecurrentPass<GruResult>,
  dOut: Float32Array,
  { a: da, b: db, dh }: Sums & { dh: Float32Array },
): void {
  const { gates, newGateHidden, out } = result;
  const H = input.hiddenSize;
  const at = place.row * H;
  const stateAt = place.text * H;
  const sumsAt = place.stepRow * 3 * H;
  const before = previousState(place, out, input.h0, H);
  for (let j = 0; j < H; j++) {
    const r = gates[at * 3 + j];
    const z = gates[at * 3 + H + j];
    const n = gates[at * 3 + 2 * H + j];
    const h = before.values ? before.values[before.from + j] : 0;
    const dhj = dOut[at + j] + dh[stateAt + j];
    const dn = flushed(dhj * (1 - z) * (1 - n * n));
    const dr = flushed(dn * newGateHidden[at + j] * r * (1 - r));
    const dz = flushed(dhj * (h - n) * z * (1 - z));
    da[sumsAt + j] = dr;
    da[sumsAt + H + j] = dz;
    da[sumsAt + 2 * H + j] = dn;
    db[sumsAt + j] = dr;
    db[sumsAt + H + j] = dz;
    db[sumsAt + 2 * H + j] = flushed(dn * r);
    dh[stateAt + j] = flushed(dhj * z);
  }
}
