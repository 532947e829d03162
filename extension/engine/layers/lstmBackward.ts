// Backpropagation through time for lstm.ts, over the same layout and with the same letters. With dh, dc the gradients of a step's h' and c':
//   do = dh ⊙ tanh(c')      dc += dh ⊙ o ⊙ (1 - tanh(c')²)
//   di = dc ⊙ g   df = dc ⊙ c   dg = dc ⊙ i,   each times the derivative of its activation, gives dz
//   dh = W_hhᵀ dz           dc = dc ⊙ f        for the step before
//   dW_ih = Σ dz xᵀ   dW_hh = Σ dz hᵀ   db = Σ dz   dx = W_ihᵀ dz
import { LEFT_WIDTH, multiply, packColumns, packedLength, packRows, RIGHT_WIDTH } from '../linalg/gemm.ts';
import { scratch } from '../linalg/scratch.ts';
import { columnSums } from './dense.ts';
import { type LstmInput, type LstmResult, type LstmWeights, stepRows } from './lstm.ts';

/** Gradients of the layer's results that come from above; absent ones are zero. */
export interface LstmUpstream {
  /** [N, H], token order. */
  out: Float32Array;
  /** [B, H] */
  hN?: Float32Array;
  cN?: Float32Array;
}

export interface LstmGradients extends LstmWeights {
  /** [N, I], token order. */
  x: Float32Array;
  /** [B, H] */
  h0: Float32Array;
  c0: Float32Array;
}

/** What the forward pass took and gave. */
export interface LstmPass {
  input: LstmInput;
  weights: LstmWeights;
  result: LstmResult;
}

/** Gradients of everything the forward pass read. */
export function lstmBackward(upstream: LstmUpstream, pass: LstmPass): LstmGradients {
  const { input } = pass;
  const { layout, inputSize: I, hiddenSize: H } = input;
  const N = layout.tokenCount;
  const { dz, dh, dc } = throughTime(upstream, pass);
  const left = scratch('lstm.left', packedLength(4 * H, N, LEFT_WIDTH));
  packColumns({ data: dz, rows: N, columns: 4 * H }, LEFT_WIDTH, left);

  const weightIh = new Float32Array(4 * H * I);
  const xColumns = scratch('lstm.right', packedLength(I, N, RIGHT_WIDTH));
  packColumns({ data: input.x, rows: N, columns: I, index: stepRows(input) }, RIGHT_WIDTH, xColumns);
  multiply({ left, right: xColumns, m: 4 * H, n: I, k: N, out: weightIh });

  const weightHh = new Float32Array(4 * H * H);
  const hColumns = scratch('lstm.right', packedLength(H, N, RIGHT_WIDTH));
  packColumns({ data: previousOutputs(pass), rows: N, columns: H }, RIGHT_WIDTH, hColumns);
  multiply({ left, right: hColumns, m: 4 * H, n: H, k: N, out: weightHh });

  const biasIh = columnSums(dz, N, 4 * H);
  return { x: inputGradient(dz, pass), weightIh, weightHh, biasIh, biasHh: biasIh.slice(), h0: dh, c0: dc };
}

/** dX = dZ W_ih, [N, I] in token order. */
function inputGradient(dz: Float32Array, { input, weights }: LstmPass): Float32Array {
  const { layout, inputSize: I, hiddenSize: H } = input;
  const N = layout.tokenCount;
  const left = scratch('lstm.left', packedLength(N, 4 * H, LEFT_WIDTH));
  const right = scratch('lstm.right', packedLength(I, 4 * H, RIGHT_WIDTH));
  packRows({ data: dz, rows: N, columns: 4 * H }, LEFT_WIDTH, left);
  packColumns({ data: weights.weightIh, rows: 4 * H, columns: I }, RIGHT_WIDTH, right);
  const out = new Float32Array(N * I);
  multiply({ left, right, m: N, n: I, k: 4 * H, out, rowIndex: stepRows(input) });
  return out;
}

/** The h that each row read, [N, H] in step order. */
function previousOutputs({ input, result }: LstmPass): Float32Array {
  const { layout, hiddenSize: H, h0 } = input;
  const rows = stepRows(input);
  const previous = new Float32Array(layout.tokenCount * H);
  for (let step = 0; step < layout.stepCount; step++) {
    for (let rank = 0; rank < layout.active[step]; rank++) {
      const to = (layout.starts[step] + rank) * H;
      if (step > 0) {
        const from = rows[layout.starts[step - 1] + rank] * H;
        previous.set(result.out.subarray(from, from + H), to);
      } else if (h0) {
        const from = layout.order[rank] * H;
        previous.set(h0.subarray(from, from + H), to);
      }
    }
  }
  return previous;
}

interface TimeGradients {
  /** [N, 4H] gradients of the pre-activations, step order. */
  dz: Float32Array;
  /** [B, H] by text: gradients of the state after the step in hand; at the end those of h0 and c0. */
  dh: Float32Array;
  dc: Float32Array;
}

/** Walks the steps from last to first. */
function throughTime(upstream: LstmUpstream, pass: LstmPass): TimeGradients {
  const { input, weights } = pass;
  const { layout, hiddenSize: H } = input;
  const { batchSize: B, order } = layout;
  const gradients: TimeGradients = {
    dz: new Float32Array(layout.tokenCount * 4 * H),
    dh: upstream.hN?.slice() ?? new Float32Array(B * H),
    dc: upstream.cN?.slice() ?? new Float32Array(B * H),
  };
  const right = scratch('lstm.recurrent', packedLength(H, 4 * H, RIGHT_WIDTH));
  packColumns({ data: weights.weightHh, rows: 4 * H, columns: H }, RIGHT_WIDTH, right);
  const left = scratch('lstm.state', packedLength(B, 4 * H, LEFT_WIDTH));
  for (let step = layout.stepCount - 1; step >= 0; step--) {
    const m = layout.active[step];
    for (let rank = 0; rank < m; rank++) backwardRow(step, rank, { upstream, pass, gradients });
    const offset = layout.starts[step] * 4 * H;
    packRows({ data: gradients.dz, rows: m, columns: 4 * H, offset }, LEFT_WIDTH, left);
    multiply({ left, right, m, n: H, k: 4 * H, out: gradients.dh, rowIndex: order });
  }
  return gradients;
}

interface BackwardState {
  upstream: LstmUpstream;
  pass: LstmPass;
  gradients: TimeGradients;
}

/** dz of one text at one step; moves its dc on to the step before. */
function backwardRow(step: number, rank: number, { upstream, pass, gradients }: BackwardState): void {
  const { input, result } = pass;
  const { gates, cells, tanhCells } = result;
  const { dz, dh, dc } = gradients;
  const { layout, hiddenSize: H } = input;
  const rows = stepRows(input);
  const at = rows[layout.starts[step] + rank] * H;
  const stateAt = layout.order[rank] * H;
  const before = step > 0 ? cells : input.c0;
  const beforeAt = step > 0 ? rows[layout.starts[step - 1] + rank] * H : stateAt;
  const dzAt = (layout.starts[step] + rank) * 4 * H;
  for (let j = 0; j < H; j++) {
    const i = gates[at * 4 + j];
    const f = gates[at * 4 + H + j];
    const g = gates[at * 4 + 2 * H + j];
    const o = gates[at * 4 + 3 * H + j];
    const tanhC = tanhCells[at + j];
    const dhj = upstream.out[at + j] + dh[stateAt + j];
    const dcj = dc[stateAt + j] + dhj * o * (1 - tanhC * tanhC);
    const cBefore = before ? before[beforeAt + j] : 0;
    dz[dzAt + j] = dcj * g * i * (1 - i);
    dz[dzAt + H + j] = dcj * cBefore * f * (1 - f);
    dz[dzAt + 2 * H + j] = dcj * i * (1 - g * g);
    dz[dzAt + 3 * H + j] = dhj * tanhC * o * (1 - o);
    dc[stateAt + j] = dcj * f;
  }
}
