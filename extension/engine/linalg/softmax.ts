// Softmax over the rows of a [rows, columns] matrix, in double precision, safe for large logits.

/** ln Σ exp of one row of logits that starts at `from`. */
export function logSumExp(logits: Float32Array, from: number, count: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let at = from; at < from + count; at++) largest = Math.max(largest, logits[at]);
  if (!Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let at = from; at < from + count; at++) sum += Math.exp(logits[at] - largest);
  return largest + Math.log(sum);
}

/** Probabilities, [rows, columns]. */
export function softmaxRows(logits: Float32Array, columns: number): Float32Array {
  const probabilities = new Float32Array(logits.length);
  for (let from = 0; from < logits.length; from += columns) {
    const total = logSumExp(logits, from, columns);
    for (let at = from; at < from + columns; at++) probabilities[at] = Math.exp(logits[at] - total);
  }
  return probabilities;
}
