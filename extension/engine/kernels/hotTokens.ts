// A recurrent layer over one-hot vectors, whose products with W_ih are look-ups: W_ih x is a column of W_ih, and dZᵀ x sums the rows of dZ
// by token. Invariant: the same bits as by products of finite numbers, which add the same ones in the same order, and zeros between them.
// Letters: V vocabulary, U different tokens of the batch, N tokens, G gates, H hidden units.
import { type Job, need } from './job.ts';
import { embeddingScatter } from './layerKernels.ts';
import { addTransposition } from './movement.ts';
import { GATE_COUNTS, type LayerState } from './recurrentCall.ts';

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
  for (let n = 0; n < hot.length; n++) {
    const id = hot[n];
    if (!(id >= 0 && id < vocabulary)) throw new Error(`Token id ${id} is outside the vocabulary of ${vocabulary}`);
    if (slotOf[id] < 0) slotOf[id] = ids.push(id) - 1;
    slots[n] = slotOf[id];
  }
  return { ids: Int32Array.from(ids), slots };
}

/** Adds to a job: the columns of W_ih that a batch reads, as rows [U, G·H], with bias (+ bias2) added. */
export function addHotTable(
  { machine, input }: LayerState,
  job: Job,
  { ids }: HotTokens,
  { weightIh, bias, bias2 }: { weightIh: Float32Array; bias: Float32Array; bias2?: Float32Array },
): Float32Array {
  const width = GATE_COUNTS[input.cell] * input.hiddenSize;
  const columns = machine.arena.float32(width * ids.length);
  for (let row = 0, from = 0, at = 0; row < width; row++, from += input.inputSize) {
    const start = bias2 ? Math.fround(bias[row] + bias2[row]) : bias[row];
    for (let slot = 0; slot < ids.length; slot++) columns[at++] = start + weightIh[from + ids[slot]];
  }
  const table = machine.arena.float32(columns.length);
  addTransposition(job, columns, table, [width, ids.length]);
  return table;
}

/** Adds to a job: gates [N, G·H] = the row of each token in a table. */
export function addHotInputs(
  { machine, input }: LayerState,
  job: Job,
  { table, hot: { ids, slots }, gates }: { table: Float32Array; hot: HotTokens; gates: Float32Array },
): void {
  const width = GATE_COUNTS[input.cell] * input.hiddenSize;
  need(gates, slots.length * width, 'The gates of a recurrent layer');
  const call = job.call([table, machine.arena.adopt(slots), gates, width, slots.length, ids.length, 1]);
  job.split('gatherRows', call, slots.length, { work: width });
}

interface HotGradient {
  /** dZ [N, G·H], step order. */
  dGates: Float32Array;
  /** [N] The token of each step row. */
  rows: Int32Array;
  /** [N] */
  hot: Int32Array;
  /** [G·H, V] */
  out: Float32Array;
}

/** out = d W_ih. */
export function hotWeightGradient({ machine, input }: LayerState, { dGates, rows, hot, out }: HotGradient): void {
  const { inputSize: rowCount } = input;
  const size = GATE_COUNTS[input.cell] * input.hiddenSize;
  const ids = new Int32Array(rows.length);
  for (let at = 0; at < rows.length; at++) ids[at] = hot[rows[at]];
  const byToken = embeddingScatter(machine, dGates, { slots: ids, rowCount, size });
  const job = machine.job();
  addTransposition(job, byToken, out, [rowCount, size]);
  machine.run(job);
}
