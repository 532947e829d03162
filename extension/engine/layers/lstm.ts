// One direction of an LSTM layer over a batch, fused over all time steps (backward: lstmBackward.ts). Equations of torch.nn.LSTM:
//   i = σ(W_ii x + b_ii + W_hi h + b_hi)    f = σ(W_if x + b_if + W_hf h + b_hf)
//   g = tanh(W_ig x + b_ig + W_hg h + b_hg)  o = σ(W_io x + b_io + W_ho h + b_ho)
//   c' = f ⊙ c + i ⊙ g                       h' = o ⊙ tanh(c')
// Invariants: no work on padding; every value of a text is independent of the texts beside it, to the last bit.
// Letters: B texts, N real tokens, T steps, I input size, H hidden units. Gates are stacked in the order i f g o.
import { LEFT_WIDTH, multiply, packedLength, packRows, RIGHT_WIDTH } from '../linalg/gemm.ts';
import { scratch } from '../linalg/scratch.ts';
import type { SequenceLayout } from './sequenceLayout.ts';

export interface LstmWeights {
  /** [4H, I] */
  weightIh: Float32Array;
  /** [4H, H] */
  weightHh: Float32Array;
  /** [4H] */
  biasIh: Float32Array;
  /** [4H] */
  biasHh: Float32Array;
}

export interface LstmInput {
  /** [N, I], token order. */
  x: Float32Array;
  layout: SequenceLayout;
  /** [B, H] state before the first token read; zero where absent. */
  h0?: Float32Array;
  c0?: Float32Array;
  inputSize: number;
  hiddenSize: number;
  /** Reads each text from its last real token to its first. */
  isReverse: boolean;
}

/** All in token order, whatever the direction: row n belongs to token n. */
export interface LstmResult {
  /** [N, H] */
  out: Float32Array;
  /** [B, H] states after the last token read. */
  hN: Float32Array;
  cN: Float32Array;
  /** [N, 4H] activated gates i f g o. */
  gates: Float32Array;
  /** [N, H] cell states, and their tanh. */
  cells: Float32Array;
  tanhCells: Float32Array;
}

/** The layer over a batch; keeps in the result what the backward pass and a gate inspector read. */
export function lstmForward(input: LstmInput, weights: LstmWeights): LstmResult {
  const { layout, hiddenSize: H } = input;
  const { tokenCount: N, batchSize: B, stepCount: T } = layout;
  const z = inputProduct(input, weights);
  const recurrent = scratch('lstm.recurrent', packedLength(4 * H, H, RIGHT_WIDTH));
  packRows({ data: weights.weightHh, rows: 4 * H, columns: H }, RIGHT_WIDTH, recurrent);
  const state = initialState(input);
  const result: LstmResult = {
    out: new Float32Array(N * H),
    hN: new Float32Array(B * H),
    cN: new Float32Array(B * H),
    gates: new Float32Array(N * 4 * H),
    cells: new Float32Array(N * H),
    tanhCells: new Float32Array(N * H),
  };
  for (let step = 0; step < T; step++) {
    const offset = layout.starts[step] * 4 * H;
    if (step > 0 || input.h0) {
      const m = layout.active[step];
      multiply({ left: state.h, right: recurrent, m, n: 4 * H, k: H, out: z, offset, isAdded: true });
    }
    activateStep(input, step, z, state, result);
  }
  return result;
}

/** W_ih x + b_ih + b_hh for all tokens at once: [N, 4H] in step order. */
function inputProduct(input: LstmInput, weights: LstmWeights): Float32Array {
  const { x, layout, inputSize: I, hiddenSize: H } = input;
  const N = layout.tokenCount;
  const left = scratch('lstm.left', packedLength(N, I, LEFT_WIDTH));
  const right = scratch('lstm.right', packedLength(4 * H, I, RIGHT_WIDTH));
  packRows({ data: x, rows: N, columns: I, index: stepRows(input) }, LEFT_WIDTH, left);
  packRows({ data: weights.weightIh, rows: 4 * H, columns: I }, RIGHT_WIDTH, right);
  const z = new Float32Array(N * 4 * H);
  const bias = weights.biasIh.map((value, at) => value + weights.biasHh[at]);
  for (let row = 0; row < N; row++) z.set(bias, row * 4 * H);
  multiply({ left, right, m: N, n: 4 * H, k: I, out: z, isAdded: true });
  return z;
}

/** Row in token order of each row in step order. */
export function stepRows({ layout, isReverse }: LstmInput): Int32Array {
  return isReverse ? layout.reverseRows : layout.forwardRows;
}

/** What goes from step to step, row = rank of the text in step order. */
interface RunningState {
  /** [B, H] packed as left operand. */
  h: Float64Array;
  /** [B, H] */
  c: Float32Array;
}

function initialState({ layout, hiddenSize: H, h0, c0 }: LstmInput): RunningState {
  const B = layout.batchSize;
  const h = scratch('lstm.state', packedLength(B, H, LEFT_WIDTH)).fill(0);
  const c = new Float32Array(B * H);
  for (let rank = 0; rank < B; rank++) {
    const from = layout.order[rank] * H;
    if (c0) c.set(c0.subarray(from, from + H), rank * H);
    if (h0) for (let j = 0; j < H; j++) h[packedAt(rank, j, H)] = h0[from + j];
  }
  return { h, c };
}

/** Where element j of row `rank` lies in a packed left operand of depth `depth`. */
function packedAt(rank: number, j: number, depth: number): number {
  const lane = rank % LEFT_WIDTH;
  return (rank - lane) * depth + j * LEFT_WIDTH + lane;
}

/** Gates, cell and output of one step from its pre-activations z; moves the running state on. */
function activateStep(input: LstmInput, step: number, z: Float32Array, state: RunningState, result: LstmResult): void {
  const { layout, hiddenSize: H } = input;
  const rows = stepRows(input);
  const start = layout.starts[step];
  for (let rank = 0; rank < layout.active[step]; rank++) {
    const row = rows[start + rank];
    activateRow({ z, zAt: (start + rank) * 4 * H, rank, row, H }, state, result);
    const text = layout.order[rank];
    if (step === layout.lengths[text] - 1) {
      result.hN.set(result.out.subarray(row * H, row * H + H), text * H);
      result.cN.set(result.cells.subarray(row * H, row * H + H), text * H);
    }
  }
}

interface CellRow {
  z: Float32Array;
  zAt: number;
  rank: number;
  row: number;
  H: number;
}

function activateRow({ z, zAt, rank, row, H }: CellRow, state: RunningState, result: LstmResult): void {
  const { gates, cells, tanhCells, out } = result;
  const gatesAt = row * 4 * H;
  const at = row * H;
  const stateAt = rank * H;
  let packed = packedAt(rank, 0, H);
  for (let j = 0; j < H; j++, packed += LEFT_WIDTH) {
    const i = Math.fround(1 / (1 + Math.exp(-z[zAt + j])));
    const f = Math.fround(1 / (1 + Math.exp(-z[zAt + H + j])));
    const g = Math.fround(Math.tanh(z[zAt + 2 * H + j]));
    const o = Math.fround(1 / (1 + Math.exp(-z[zAt + 3 * H + j])));
    const c = Math.fround(f * state.c[stateAt + j] + i * g);
    const tanhC = Math.fround(Math.tanh(c));
    const h = Math.fround(o * tanhC);
    gates[gatesAt + j] = i;
    gates[gatesAt + H + j] = f;
    gates[gatesAt + 2 * H + j] = g;
    gates[gatesAt + 3 * H + j] = o;
    state.c[stateAt + j] = c;
    cells[at + j] = c;
    tanhCells[at + j] = tanhC;
    out[at + j] = h;
    state.h[packed] = h;
  }
}
