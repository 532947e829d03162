// The derivative of one step of a cell, as matrices. Every gate's pre-activation is linear in what the step reads, so that the gates can be
// summed out once a token: what is left of an LSTM's four products of [H, H] are two, of a GRU's three one.
// With σ' = σ (1 - σ), tanh' = 1 - tanh², h and c the states before, a = W_ih x, b = W_hh h and z_k = a_k + b_k:
//   LSTM   dc' = f dc + c f' dz_f + g i' dz_i + i g' dz_g        dh' = tanh(c') o' dz_o + o tanh'(c') dc'
//   GRU    dh' = (1 - z) n' (da_n + q r' dz_r + r db_n) + (h - n) z' dz_z + z dh,   q = W_hn h + b_hn
//   RNN    dh' = φ' dz
// Letters: H hidden units, G gates, I input size, P parts of the state (h; of an LSTM h and c), T tokens.
import type { DirectionTrace, SignalName } from '../../protocol/trace.ts';
import type { ResolvedEncoder } from '../../schema/resolved.ts';

/** How much a unit's state takes of one gate's pre-activation, [H]; absent where nothing. */
type Gains = readonly (Float32Array | undefined)[];

/** d state' = input · dx + hidden · dh + kept ⊙ d (last part of the state before), with the state's parts one below the other. */
interface StepGains {
  /** [P][G] */
  input: readonly Gains[];
  hidden: readonly Gains[];
  /** [P·H]; absent where nothing is kept. */
  kept?: Float32Array;
}

/** As StepGains, with the gates summed out. */
export interface StepJacobian {
  /** [P·H, I] */
  input(): Float32Array;
  /** [P·H, H] */
  hidden(): Float32Array;
  kept?: Float32Array;
}

export interface StepWeights {
  /** [G·H, I] */
  weightIh: Float32Array;
  /** [G·H, H] */
  weightHh: Float32Array;
  /** [G·H] */
  biasHh: Float32Array;
}

export const statePartsOf = ({ type }: ResolvedEncoder): number => (type === 'lstm' ? 2 : 1);

/** The derivative of an encoder's step at a token of one direction's trace, which has all signals. */
export function stepJacobians(
  encoder: ResolvedEncoder,
  trace: DirectionTrace,
  weights: StepWeights,
): (token: number) => StepJacobian {
  const { hiddenSize: H } = encoder;
  const gainsAt = stepGains(encoder, trace, weights);
  return (token) => {
    const { input, hidden, kept } = gainsAt(token);
    return {
      input: () => gatesSummed(weights.weightIh, input, H),
      hidden: () => gatesSummed(weights.weightHh, hidden, H),
      kept,
    };
  };
}

/** Row p·H + j is Σ_k gains[p][k][j] · (row k·H + j of `weights` [G·H, columns]). */
function gatesSummed(weights: Float32Array, parts: readonly Gains[], H: number): Float32Array {
  const columns = weights.length / (parts[0].length * H);
  const sums = new Float32Array(parts.length * H * columns);
  for (const [part, gains] of parts.entries()) {
    for (const [gate, ofUnit] of gains.entries()) {
      if (!ofUnit) continue;
      for (let j = 0; j < H; j++) {
        const gain = ofUnit[j];
        const to = (part * H + j) * columns;
        const from = (gate * H + j) * columns;
        for (let k = 0; k < columns; k++) sums[to + k] += gain * weights[from + k];
      }
    }
  }
  return sums;
}

function stepGains(
  encoder: ResolvedEncoder,
  trace: DirectionTrace,
  weights: StepWeights,
): (token: number) => StepGains {
  if (encoder.type === 'lstm') return lstmGains(trace, encoder.hiddenSize);
  if (encoder.type === 'gru') return gruGains(trace, encoder.hiddenSize, weights);
  return rnnGains(trace, encoder.hiddenSize, encoder.nonlinearity);
}

/** The values [H] of a signal at a token; zeros before the first one read. */
function rowsOf({ signals }: DirectionTrace, name: SignalName, H: number): (token: number) => Float32Array {
  const values = signals[name];
  if (!values) throw new Error(`The trace has no ${name}`);
  const zeros = new Float32Array(H);
  return (token) => (token < 0 || token * H >= values.length ? zeros : values.subarray(token * H, (token + 1) * H));
}

const tokenBefore = ({ direction }: DirectionTrace, token: number): number => (direction === 1 ? token + 1 : token - 1);

function lstmGains(trace: DirectionTrace, H: number): (token: number) => StepGains {
  const [i, f, g, o] = (['i', 'f', 'g', 'o'] as const).map((name) => rowsOf(trace, name, H));
  const [c, tanhC] = [rowsOf(trace, 'c', H), rowsOf(trace, 'tanhC', H)];
  return (token) => {
    const [it, ft, gt, ot, tanhCt] = [i(token), f(token), g(token), o(token), tanhC(token)];
    const cBefore = c(tokenBefore(trace, token));
    /** d h' / d c' */
    const ofCell = ot.map((value, j) => value * (1 - tanhCt[j] ** 2));
    const inCell = [
      it.map((value, j) => gt[j] * value * (1 - value)),
      ft.map((value, j) => cBefore[j] * value * (1 - value)),
      gt.map((value, j) => it[j] * (1 - value ** 2)),
    ];
    const throughCell = (gain: Float32Array): Float32Array => gain.map((value, j) => ofCell[j] * value);
    const ownGate = ot.map((value, j) => tanhCt[j] * value * (1 - value));
    const gains = [
      [...inCell.map(throughCell), ownGate],
      [...inCell, undefined],
    ];
    const kept = new Float32Array(2 * H);
    kept.set(throughCell(ft));
    kept.set(ft, H);
    return { input: gains, hidden: gains, kept };
  };
}

function gruGains(trace: DirectionTrace, H: number, weights: StepWeights): (token: number) => StepGains {
  const [r, z, n, h] = (['r', 'z', 'n', 'h'] as const).map((name) => rowsOf(trace, name, H));
  return (token) => {
    const [rt, zt, nt, hBefore] = [r(token), z(token), n(token), h(tokenBefore(trace, token))];
    const q = newGateHidden(weights, hBefore);
    const inNew = nt.map((value, j) => (1 - zt[j]) * (1 - value ** 2));
    const ofReset = rt.map((value, j) => inNew[j] * q[j] * value * (1 - value));
    const ofUpdate = zt.map((value, j) => (hBefore[j] - nt[j]) * value * (1 - value));
    const resetNew = inNew.map((value, j) => value * rt[j]);
    return { input: [[ofReset, ofUpdate, inNew]], hidden: [[ofReset, ofUpdate, resetNew]], kept: zt };
  };
}

/** q = W_hn h + b_hn, [H] */
function newGateHidden({ weightHh, biasHh }: StepWeights, h: Float32Array): Float64Array {
  const H = h.length;
  return Float64Array.from({ length: H }, (_, j) => {
    let sum = biasHh[2 * H + j];
    for (let k = 0, at = (2 * H + j) * H; k < H; k++, at++) sum += weightHh[at] * h[k];
    return sum;
  });
}

function rnnGains(trace: DirectionTrace, H: number, nonlinearity: 'tanh' | 'relu'): (token: number) => StepGains {
  const h = rowsOf(trace, 'h', H);
  const slope = nonlinearity === 'tanh' ? (value: number) => 1 - value ** 2 : (value: number) => (value > 0 ? 1 : 0);
  return (token) => {
    const gains = [[h(token).map(slope)]];
    return { input: gains, hidden: gains };
  };
}
