// How the tokens of a batch of texts lie in memory. Letters: B texts, N tokens of all texts together, T tokens of the longest.
// Token order: the N real tokens of text 0, then of text 1, …: a matrix [N, ·] has no row for padding, so no work is ever done on it.
// Step order: step by step over the texts sorted by falling length (PyTorch's PackedSequence), so that step t is the first active[t] texts.

export interface SequenceLayout {
  /** B */
  batchSize: number;
  /** N */
  tokenCount: number;
  /** T */
  stepCount: number;
  /** [B] tokens of each text, at least 1. */
  lengths: Int32Array;
  /** [B] row of the first token of each text, in token order. */
  offsets: Int32Array;
  /** [B] texts by falling length; equal lengths keep their order. */
  order: Int32Array;
  /** [T] texts that have a token at step t. */
  active: Int32Array;
  /** [T] first row of step t, in step order. */
  starts: Int32Array;
  /** [N] row in token order of each row in step order, reading from the first token. */
  forwardRows: Int32Array;
  /** [N] the same, reading from the last real token. */
  reverseRows: Int32Array;
}

/** Lays out texts of these lengths. Every length must be at least 1. */
export function createSequenceLayout(lengths: Int32Array): SequenceLayout {
  const batchSize = lengths.length;
  const offsets = new Int32Array(batchSize);
  let tokenCount = 0;
  for (let text = 0; text < batchSize; text++) {
    if (!(lengths[text] >= 1)) throw new Error(`Text ${text} of a batch has no tokens`);
    offsets[text] = tokenCount;
    tokenCount += lengths[text];
  }
  const order = Int32Array.from({ length: batchSize }, (_, text) => text).sort(
    (a, b) => lengths[b] - lengths[a] || a - b,
  );
  const stepCount = batchSize > 0 ? lengths[order[0]] : 0;
  const active = new Int32Array(stepCount);
  const starts = new Int32Array(stepCount);
  const forwardRows = new Int32Array(tokenCount);
  const reverseRows = new Int32Array(tokenCount);
  let count = batchSize;
  let row = 0;
  for (let step = 0; step < stepCount; step++) {
    while (lengths[order[count - 1]] <= step) count--;
    active[step] = count;
    starts[step] = row;
    for (let rank = 0; rank < count; rank++, row++) {
      const text = order[rank];
      forwardRows[row] = offsets[text] + step;
      reverseRows[row] = offsets[text] + lengths[text] - 1 - step;
    }
  }
  return { batchSize, tokenCount, stepCount, lengths, offsets, order, active, starts, forwardRows, reverseRows };
}
