// A seeded, stratified split: which examples are held out.
import { Rng } from '../util/rng.ts';

export interface SplitIndices {
  /** Ascending. */
  train: Uint32Array;
  /** Ascending. */
  validation: Uint32Array;
}

/**
 * Holds out `share` of the examples, rounded to the nearest whole number in total; classes get their part by largest remainder,
 * ties to the smaller label. Every class keeps at least one example for training. A pure function of its arguments.
 */
export function stratifiedSplit(
  labels: ArrayLike<number>,
  classCount: number,
  { share, seed }: { share: number; seed: number },
): SplitIndices {
  const members = Array.from({ length: classCount }, (): number[] => []);
  for (let at = 0; at < labels.length; at++) members[labels[at]].push(at);
  const heldOut = largestRemainder(
    members.map((list) => list.length),
    share,
  );
  const isHeldOut = new Uint8Array(labels.length);
  for (const [label, list] of members.entries()) {
    const order = Uint32Array.from(list);
    new Rng(seed, 'split', 0, label).shuffle(order);
    for (const at of order.subarray(0, heldOut[label])) isHeldOut[at] = 1;
  }
  const all = Uint32Array.from(isHeldOut.keys());
  return { train: all.filter((at) => isHeldOut[at] === 0), validation: all.filter((at) => isHeldOut[at] === 1) };
}

/** Parts of round(share · total), in proportion to `counts`, each at most its count less one. */
function largestRemainder(counts: readonly number[], share: number): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const parts = counts.map((count) => Math.max(0, Math.min(Math.floor(count * share), count - 1)));
  const byRemainder = counts
    .map((count, label) => ({ label, remainder: count * share - Math.floor(count * share) }))
    .sort((a, b) => b.remainder - a.remainder || a.label - b.label);
  let missing = Math.round(total * share) - parts.reduce((sum, part) => sum + part, 0);
  while (missing > 0) {
    const before = missing;
    for (const { label } of byRemainder) {
      if (missing === 0 || parts[label] >= counts[label] - 1) continue;
      parts[label]++;
      missing--;
    }
    if (missing === before) break;
  }
  return parts;
}
