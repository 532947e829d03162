// What the cells in plain TypeScript share: the walk over the steps and the matrix products before, in and after it.
// Step order makes the rows of a step adjacent (sequenceLayout.ts). Letters as in recurrent.ts.
import { LEFT_WIDTH, multiply, packColumns, packedLength, packRows, RIGHT_WIDTH } from '../linalg/gemm.ts';
import { scratch } from '../linalg/scratch.ts';
import { columnSums } from './dense.ts';
import type { RecurrentGradients, RecurrentInput, RecurrentPass, RecurrentWeights } from './recurrent.ts';

/** Where a token lies. The object is reused from token to token. */
export interface TokenPlace {
  text: number;
  /** Its row in token order. */
  row: number;
  /** Row in token order of the token read before; -1 at the first of a text. */
  before: number;
  /** Its row in step order. */
  stepRow: number;
}

/** Row in token order of each row in step order. */
function stepRows({ layout, isReverse }: RecurrentInput): Int32Array {
  return isReverse ? layout.reverseRows : layout.forwardRows;
}

function eachTokenOfStep(input: RecurrentInput, step: number, visit: (place: TokenPlace) => void): void {
  const { layout } = input;
  const rows = stepRows(input);
  const place: TokenPlace = { text: 0, row: 0, before: -1, stepRow: 0 };
  for (let rank = 0; rank < layout.active[step]; rank++) {
    place.text = layout.order[rank];
    place.stepRow = layout.starts[step] + rank;
    place.row = rows[place.stepRow];
    if (step > 0) place.before = rows[layout.starts[step - 1] + rank];
    visit(place);
  }
}

/** W_ih x + bias for all tokens at once: [N, G·H] in step order. */
export function inputProduct(input: RecurrentInput, weightIh: Float32Array, bias: Float32Array): Float32Array {
  const { x, layout, inputSize: I } = input;
  const N = layout.tokenCount;
  const width = bias.length;
  const left = scratch('recurrent.left', packedLength(N, I, LEFT_WIDTH));
  const right = scratch('recurrent.right', packedLength(width, I, RIGHT_WIDTH));
  packRows({ data: x, rows: N, columns: I, index: stepRows(input) }, LEFT_WIDTH, left);
  packRows({ data: weightIh, rows: width, columns: I }, RIGHT_WIDTH, right);
  const z = repeatRow(bias, N);
  multiply({ left, right, m: N, n: width, k: I, out: z, isAdded: true });
  return z;
}

/** b_ih + b_hh, for cells that add both at once. */
export function summedBias({ biasIh, biasHh }: RecurrentWeights): Float32Array {
  return biasIh.map((value, at) => value + biasHh[at]);
}

/** [rows, width] with `row` in every row. */
export function repeatRow(row: Float32Array, rows: number): Float32Array {
  const out = new Float32Array(rows * row.length);
  for (let at = 0; at < rows; at++) out.set(row, at * row.length);
  return out;
}

export interface ForwardWalk {
  input: RecurrentInput;
  /** [G·H, H] */
  weightHh: Float32Array;
  /** [N, G·H] in step order: W_hh h of the step before is added to it. */
  sums: Float32Array;
  /** [N, H] in token order: `activate` writes the h' of its token here. */
  out: Float32Array;
}

/** Walks the steps from first to last: adds W_hh h to the sums of a step, then activates each of its tokens. */
export function forwardThroughTime(walk: ForwardWalk, activate: (place: TokenPlace) => void): void {
  const { input, weightHh, sums, out } = walk;
  const { layout, hiddenSize: H, h0 } = input;
  const width = weightHh.length / H;
  const rows = stepRows(input);
  const right = scratch('recurrent.weights', packedLength(width, H, RIGHT_WIDTH));
  packRows({ data: weightHh, rows: width, columns: H }, RIGHT_WIDTH, right);
  const left = scratch('recurrent.state', packedLength(layout.batchSize, H, LEFT_WIDTH));
  for (let step = 0; step < layout.stepCount; step++) {
    const m = layout.active[step];
    const before = step > 0 ? { data: out, index: rows.subarray(layout.starts[step - 1]) } : undefined;
    const h = before ?? (h0 && { data: h0, index: layout.order });
    if (h) {
      packRows({ ...h, rows: m, columns: H }, LEFT_WIDTH, left);
      multiply({ left, right, m, n: width, k: H, out: sums, offset: layout.starts[step] * width, isAdded: true });
    }
    eachTokenOfStep(input, step, activate);
  }
}

/** Where the state that a token read begins: in the row of the token before, in `initial` [B, H], or nowhere (zero). */
export function previousState(
  { before, text }: TokenPlace,
  states: Float32Array,
  initial: Float32Array | undefined,
  H: number,
): { values: Float32Array | undefined; from: number } {
  return before >= 0 ? { values: states, from: before * H } : { values: initial, from: text * H };
}

/** The rows [B, H] of `states` [N, H] that belong to the last token read of each text. */
export function finalStates(
  states: Float32Array,
  { layout, hiddenSize: H, isReverse }: Pick<RecurrentInput, 'layout' | 'hiddenSize' | 'isReverse'>,
): Float32Array {
  const final = new Float32Array(layout.batchSize * H);
  for (let text = 0; text < layout.batchSize; text++) {
    const row = layout.offsets[text] + (isReverse ? 0 : layout.lengths[text] - 1);
    final.set(states.subarray(row * H, row * H + H), text * H);
  }
  return final;
}

export interface BackwardWalk {
  input: RecurrentInput;
  /** [G·H, H] */
  weightHh: Float32Array;
  /** [N, G·H] in step order: `backwardRow` writes the gradients of W_hh h here. */
  dSums: Float32Array;
  /** [B, H] by text: gradients of the h of the step in hand; at the end those of h0. */
  dh: Float32Array;
}

/**
 * Walks the steps from last to first. `backwardRow` takes the gradient of its token's h' from `dh` and leaves there the part of it that
 * goes to the h before without passing W_hh; then W_hhᵀ dSums is added.
 */
export function backwardThroughTime(walk: BackwardWalk, backwardRow: (place: TokenPlace) => void): void {
  const { input, weightHh, dSums, dh } = walk;
  const { layout, hiddenSize: H } = input;
  const width = weightHh.length / H;
  const right = scratch('recurrent.weights', packedLength(H, width, RIGHT_WIDTH));
  packColumns({ data: weightHh, rows: width, columns: H }, RIGHT_WIDTH, right);
  const left = scratch('recurrent.state', packedLength(layout.batchSize, width, LEFT_WIDTH));
  for (let step = layout.stepCount - 1; step >= 0; step--) {
    const m = layout.active[step];
    eachTokenOfStep(input, step, backwardRow);
    packRows({ data: dSums, rows: m, columns: width, offset: layout.starts[step] * width }, LEFT_WIDTH, left);
    multiply({ left, right, m, n: H, k: width, out: dh, rowIndex: layout.order, isAdded: true });
  }
}

/**
 * Gradients of input and weights from those of W_ih x (`dInput`) and W_hh h (`dHidden`), both [N, G·H] in step order:
 * dW_ih = Σ dInput xᵀ   dW_hh = Σ dHidden hᵀ   db_ih = Σ dInput   db_hh = Σ dHidden   dx = W_ihᵀ dInput
 */
export function productGradients(
  pass: RecurrentPass,
  dInput: Float32Array,
  dHidden: Float32Array,
): Omit<RecurrentGradients, 'h0' | 'c0'> {
  const { input } = pass;
  const { tokenCount: N } = input.layout;
  const { inputSize: I, hiddenSize: H } = input;
  const width = dInput.length / N;
  const right = scratch('recurrent.right', packedLength(Math.max(I, H), N, RIGHT_WIDTH));
  packColumns({ data: input.x, rows: N, columns: I, index: stepRows(input) }, RIGHT_WIDTH, right);
  const weightIh = weightGradient(dInput, N, right, I);
  packColumns({ data: previousOutputs(pass), rows: N, columns: H }, RIGHT_WIDTH, right);
  const weightHh = weightGradient(dHidden, N, right, H);
  const biasIh = columnSums(dInput, N, width);
  const biasHh = dHidden === dInput ? biasIh.slice() : columnSums(dHidden, N, width);
  const x = input.isConstant ? undefined : inputGradient(dInput, pass);
  return { x, weightIh, weightHh, biasIh, biasHh };
}

/** dSumsᵀ [G·H, N] times the packed columns of a [N, columns] matrix: [G·H, columns]. */
function weightGradient(dSums: Float32Array, N: number, right: Float64Array, columns: number): Float32Array {
  const width = dSums.length / N;
  const left = scratch('recurrent.left', packedLength(width, N, LEFT_WIDTH));
  packColumns({ data: dSums, rows: N, columns: width }, LEFT_WIDTH, left);
  const out = new Float32Array(width * columns);
  multiply({ left, right, m: width, n: columns, k: N, out });
  return out;
}

/** [N, I] in token order. */
function inputGradient(dInput: Float32Array, { input, weights }: RecurrentPass): Float32Array {
  const { layout, inputSize: I } = input;
  const N = layout.tokenCount;
  const width = dInput.length / N;
  const left = scratch('recurrent.left', packedLength(N, width, LEFT_WIDTH));
  const right = scratch('recurrent.right', packedLength(I, width, RIGHT_WIDTH));
  packRows({ data: dInput, rows: N, columns: width }, LEFT_WIDTH, left);
  packColumns({ data: weights.weightIh, rows: width, columns: I }, RIGHT_WIDTH, right);
  const out = new Float32Array(N * I);
  multiply({ left, right, m: N, n: I, k: width, out, rowIndex: stepRows(input) });
  return out;
}

/** The h that each token read, [N, H] in step order. */
function previousOutputs({ input, result }: RecurrentPass): Float32Array {
  const { layout, hiddenSize: H, h0 } = input;
  const previous = new Float32Array(layout.tokenCount * H);
  for (let step = 0; step < layout.stepCount; step++) {
    eachTokenOfStep(input, step, (place) => {
      const { values, from } = previousState(place, result.out, h0, H);
      if (values) previous.set(values.subarray(from, from + H), place.stepRow * H);
    });
  }
  return previous;
}
