// Counting values into bins whose edges are round numbers. Pure.

export interface Bin {
  /** From `from` (included) to `to` (left out). The last one is open where `to` is infinite. */
  from: number;
  to: number;
  /** Indexes of the values in it. */
  members: number[];
}

/** Edges 1, 2, 5 times powers of ten would be too coarse for half-lives; these are powers of the square root of two, two bins an octave. */
const BINS_PER_OCTAVE = 2;

/**
 * Bins for half-lives in steps: two an octave from `2^-2` to `2^maxOctave`, below and above that one bin each.
 * Values that are not numbers are left out; an infinite one is in the last bin.
 */
export function halfLifeBins(halfLives: ArrayLike<number>, maxOctave = 8): Bin[] {
  const minOctave = -2;
  const count = (maxOctave - minOctave) * BINS_PER_OCTAVE;
  const edge = (at: number): number => 2 ** (minOctave + at / BINS_PER_OCTAVE);
  const bins: Bin[] = [
    { from: 0, to: edge(0), members: [] },
    ...Array.from({ length: count }, (_, at): Bin => ({ from: edge(at), to: edge(at + 1), members: [] })),
    { from: edge(count), to: Number.POSITIVE_INFINITY, members: [] },
  ];
  for (let at = 0; at < halfLives.length; at++) {
    const value = halfLives[at];
    if (Number.isNaN(value) || value < 0) continue;
    const octave = (Math.log2(value) - minOctave) * BINS_PER_OCTAVE;
    // A logarithm may round across an edge, so the edges themselves decide.
    let bin = Math.min(count + 1, Math.max(0, Math.floor(octave) + 1));
    if (value >= bins[bin].to && bin <= count) bin++;
    else if (value < bins[bin].from) bin--;
    bins[bin].members.push(at);
  }
  return bins;
}

/** The middle value, NaN of none; infinite ones count as the largest. */
export function median(values: ArrayLike<number>): number {
  const sorted = Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (sorted.length === 0) return Number.NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
