// Derivatives of the cells' equations at one token, of many directions at once (forward mode): from d (W_ih x), d (W_hh h) and d c of the
// token read before to d h and d c. With σ' = σ (1 - σ) and tanh' = 1 - tanh²:
//   LSTM   dc' = f dc + c f' dz_f + g i' dz_i + i g' dz_g        dh' = tanh(c') o' dz_o + o tanh'(c') dc'
//   GRU    dn = n' (da_n + q r' dz_r + r db_n),  q = W_hn h + b_hn    dh' = (1 - z) dn + (h - n) z' dz_z + z dh
//   RNN    dh' = φ' dz
// where c, h are the states before. Letters: R directions, H hidden units, G gates, T tokens.
import type { DirectionTrace, SignalName } from '../../protocol/trace.ts';
import type { ResolvedEncoder } from '../../schema/resolved.ts';

/** d h and d c of a token, [R, H] each; c of an LSTM only. */
export interface StepTangent {
  h: Float32Array;
  c?: Float32Array;
}

/** d of one token: `ofInput` = d (W_ih x) and `ofHidden` = d (W_hh h), [R, G·H] each, and `before` belong together; absent ones are zero. */
export type CellTangent = (
  token: number,
  ofInput: Float32Array | undefined,
  ofHidden: Float32Array | undefined,
  before: StepTangent | undefined,
) => StepTangent;

interface HiddenWeights {
  /** [G·H, H] */
  weightHh: Float32Array;
  /** [G·H] */
  biasHh: Float32Array;
}

/** The derivative of an encoder's cell along one direction's trace, which has all signals. */
export function cellTangent(encoder: ResolvedEncoder, trace: DirectionTrace, weights: HiddenWeights): CellTangent {
  if (encoder.type === 'lstm') return lstmTangent(trace, encoder.hiddenSize);
  if (encoder.type === 'gru') return gruTangent(trace, encoder.hiddenSize, weights);
  return rnnTangent(trace, encoder.hiddenSize, encoder.nonlinearity);
}

/** The values [H] of a signal at a token; zeros before the first one read. */
function rowsOf({ signals }: DirectionTrace, name: SignalName, H: number): (token: number) => Float32Array {
  const values = signals[name];
  if (!values) throw new Error(`The trace has no ${name}`);
  const zeros = new Float32Array(H);
  return (token) => (token < 0 || token * H >= values.length ? zeros : values.subarray(token * H, (token + 1) * H));
}

const tokenBefore = ({ direction }: DirectionTrace, token: number): number => (direction === 1 ? token + 1 : token - 1);

/** a + b, of which one may be absent. */
function sumOf(a: Float32Array | undefined, b: Float32Array | undefined): Float32Array {
  if (!a || !b) return a ?? b ?? new Float32Array();
  return a.map((value, at) => value + b[at]);
}

function lstmTangent(trace: DirectionTrace, H: number): CellTangent {
  const [i, f, g, o] = (['i', 'f', 'g', 'o'] as const).map((name) => rowsOf(trace, name, H));
  const [c, tanhC] = [rowsOf(trace, 'c', H), rowsOf(trace, 'tanhC', H)];
  return (token, ofInput, ofHidden, before) => {
    const dz = sumOf(ofInput, ofHidden);
    const [it, ft, gt, ot, tanhCt] = [i(token), f(token), g(token), o(token), tanhC(token)];
    const cBefore = c(tokenBefore(trace, token));
    const rows = dz.length / (4 * H);
    const [dh, dc] = [new Float32Array(rows * H), new Float32Array(rows * H)];
    for (let row = 0, at = 0; row < rows; row++) {
      for (let j = 0, z = row * 4 * H; j < H; j++, z++, at++) {
        dc[at] =
          ft[j] * (before?.c?.[at] ?? 0) +
          cBefore[j] * ft[j] * (1 - ft[j]) * dz[z + H] +
          gt[j] * it[j] * (1 - it[j]) * dz[z] +
          it[j] * (1 - gt[j] ** 2) * dz[z + 2 * H];
        dh[at] = tanhCt[j] * ot[j] * (1 - ot[j]) * dz[z + 3 * H] + ot[j] * (1 - tanhCt[j] ** 2) * dc[at];
      }
    }
    return { h: dh, c: dc };
  };
}

function gruTangent(trace: DirectionTrace, H: number, weights: HiddenWeights): CellTangent {
  const [r, z, n, h] = (['r', 'z', 'n', 'h'] as const).map((name) => rowsOf(trace, name, H));
  return (token, ofInput, ofHidden, before) => {
    const [rt, zt, nt, hBefore] = [r(token), z(token), n(token), h(tokenBefore(trace, token))];
    const q = newGateHidden(weights, hBefore);
    const some = ofInput ?? ofHidden ?? new Float32Array();
    const rows = some.length / (3 * H);
    const a = ofInput ?? new Float32Array(some.length);
    const b = ofHidden ?? new Float32Array(some.length);
    const dh = new Float32Array(rows * H);
    for (let row = 0, at = 0; row < rows; row++) {
      for (let j = 0, s = row * 3 * H; j < H; j++, s++, at++) {
        const dr = rt[j] * (1 - rt[j]) * (a[s] + b[s]);
        const dz = zt[j] * (1 - zt[j]) * (a[s + H] + b[s + H]);
        const dn = (1 - nt[j] ** 2) * (a[s + 2 * H] + q[j] * dr + rt[j] * b[s + 2 * H]);
        dh[at] = (1 - zt[j]) * dn + (hBefore[j] - nt[j]) * dz + zt[j] * (before?.h[at] ?? 0);
      }
    }
    return { h: dh };
  };
}

/** q = W_hn h + b_hn, [H] */
function newGateHidden({ weightHh, biasHh }: HiddenWeights, h: Float32Array): Float64Array {
  const H = h.length;
  return Float64Array.from({ length: H }, (_, j) => {
    let sum = biasHh[2 * H + j];
    for (let k = 0, at = (2 * H + j) * H; k < H; k++, at++) sum += weightHh[at] * h[k];
    return sum;
  });
}

function rnnTangent(trace: DirectionTrace, H: number, nonlinearity: 'tanh' | 'relu'): CellTangent {
  const h = rowsOf(trace, 'h', H);
  const slope = nonlinearity === 'tanh' ? (value: number) => 1 - value ** 2 : (value: number) => (value > 0 ? 1 : 0);
  return (token, ofInput, ofHidden) => {
    const slopes = Array.from(h(token), slope);
    return { h: sumOf(ofInput, ofHidden).map((value, at) => value * slopes[at % H]) };
  };
}
