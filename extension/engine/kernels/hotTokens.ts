// A recurrent layer over one-hot vectors, whose products with W_ih are look-ups: W_ih x is a column of W_ih, and dZᵀ x sums the rows of dZ
// by token. Invariant: the same bits as by products of finite numbers, which add the same ones in the same order, and zeros between them.
// Letters: V vocabulary, U different tokens of the batch, N tokens, G gates, H hidden units.
import { type Job, need } from './job.ts';
import { embeddingScatter } from './layerKernels.ts';
import { type DirectionState, GATE_COUNTS, type LayerState } from './recurrentCall.ts';

/** The different tokens of a batch, in the order of their first use, and which of them each token is. */
export interface HotTokens {
  /** [U], each a column of W_ih. */
  ids: Int32Array;
  /** [N], token order, a place in `ids`. */
  slots: Int32Array;
}

/** `hot` [N]: of each row of x the element that is 1. Throws where one lies outside the vocabulary: a bug of the caller. */
export function hotTokensOf(hot: Int32Array, vocabulary: number): HotTokens {
  const slotOf = new Int32Array(vocabulary).fill(-1);
  const slots = new Int32Array(hot.length);
  const ids: number[] = [];
  for (const [n, id] of hot.entries()) {
    if (!(id >= 0 && id < vocabulary)) throw new Error(`Token id ${id} is outside the vocabulary of ${vocabulary}`);
    if (slotOf[id] < 0) slotOf[id] = ids.push(id) - 1;
    slots[n] = slotOf[id];
  }
  return { ids: Int32Array.from(ids), slots };
}

interface HotInputs {
  direction: DirectionState;
  hot: HotTokens;
  /** [G·H] */
  bias: Float32Array;
  bias2?: Float32Array;
}

/** Adds to a job: gates = W_ih x + bias (+ bias2) of a direction. */
export function addHotInputs(
  { machine, input }: LayerState,
  job: Job,
  { direction, hot, bias, bias2 }: HotInputs,
): void {
  const { arena } = machine;
  const { weights, gates } = direction;
  const { ids, slots } = hot;
  const width = GATE_COUNTS[input.cell] * input.hiddenSize;
  const start = bias.slice();
  if (bias2) for (const [row, value] of bias2.entries()) start[row] += value;
  const table = arena.float32(ids.length * width);
  for (const [slot, id] of ids.entries()) {
    for (let row = 0; row < width; row++)
      table[slot * width + row] = start[row] + weights.weightIh[row * input.inputSize + id];
  }
  need(gates, slots.length * width, 'The gates of a recurrent layer');
  const call = job.call([table, arena.adopt(slots), gates, width, slots.length, ids.length, 1]);
  job.split('gatherRows', call, slots.length, { work: width });
}

interface HotGradient {
  /** dZ [N, G·H], step order. */
  dGates: Float32Array;
  /** [N] The token of each step row. */
  rows: Int32Array;
  hot: HotTokens;
  /** [G·H, V] */
  out: Float32Array;
}

/** out = d W_ih. */
export function hotWeightGradient({ machine, input }: LayerState, { dGates, rows, hot, out }: HotGradient): void {
  const { inputSize: V } = input;
  const { ids, slots } = hot;
  const size = GATE_COUNTS[input.cell] * input.hiddenSize;
  const stepSlots = Int32Array.from(rows, (token) => slots[token]);
  const sums = embeddingScatter(machine, dGates, { slots: stepSlots, rowCount: ids.length, size });
  out.fill(0);
  for (const [slot, id] of ids.entries()) {
    for (let row = 0; row < size; row++) out[row * V + id] = sums[slot * size + row];
  }
}
