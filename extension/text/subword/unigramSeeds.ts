// Substrings that stand more than once: what a unigram model begins with.
// Invariant: memory is a few numbers a character of the different pieces; a substring is found with its count over the whole data.

import type { Turn } from './learning.ts';

export interface Corpus {
  /** Characters (as numbers) of all pieces, one after another. */
  characters: Int32Array;
  /** By piece, and at the end the length of `characters`. */
  starts: Uint32Array;
  counts: Float64Array;
}

export interface Substring {
  /** Its first place in `characters`. */
  start: number;
  length: number;
  count: number;
}

/** Longest piece, as in SentencePiece. */
export const MAX_PIECE_LENGTH = 16;

/**
 * Substrings of 2 to 16 characters seen at least `minCount` times, but those that are always followed by the same character (the longer one says
 * as much), by falling count × length; the first `limit`. Ties go to the earlier place.
 */
export async function findSeeds(
  { characters, starts, counts }: Corpus,
  minCount: number,
  limit: number,
  turn: Turn,
): Promise<Substring[]> {
  const ends = endsOf(characters.length, starts);
  const weights = weightsOf(characters.length, starts, counts);
  // The group of equal substrings that begin at a place: first of one character, then of ever more.
  let groups = Int32Array.from(characters);
  let found: Substring[] = [];
  let shorter: Substring[] | undefined;
  for (let length = 2; length <= MAX_PIECE_LENGTH; length++) {
    const level = extend({ characters, ends, weights, groups }, length, minCount);
    for (const [group, parent] of level.parents.entries()) {
      // Always followed by the same character.
      if (shorter && shorter[parent].count === level.substrings[group].count) shorter[parent].length = 0;
    }
    if (shorter) found = found.concat(shorter.filter((one) => one.length > 0));
    if (level.substrings.length === 0) return byScore(found).slice(0, limit);
    shorter = level.substrings;
    groups = level.groups;
    await turn(0);
  }
  return byScore(found.concat(shorter ?? [])).slice(0, limit);
}

const byScore = (found: Substring[]): Substring[] =>
  found.sort((a, b) => b.count * b.length - a.count * a.length || a.start - b.start || a.length - b.length);

interface Level {
  characters: Int32Array;
  ends: Uint32Array;
  weights: Float64Array;
  /** By place: the group of the substring one shorter that begins there; -1 where it is rare. */
  groups: Int32Array;
}

/** Groups of `length` characters: those one shorter, and the character after them. */
function extend({ characters, ends, weights, groups }: Level, length: number, minCount: number) {
  const ids = new Map<number, number>();
  const all: (Substring & { parent: number })[] = [];
  const next = new Int32Array(characters.length).fill(-1);
  for (let at = 0; at + length <= characters.length; at++) {
    if (groups[at] < 0 || at + length > ends[at]) continue;
    const key = groups[at] * ALPHABET + characters[at + length - 1];
    let id = ids.get(key);
    if (id === undefined) {
      id = all.push({ start: at, length, count: 0, parent: groups[at] }) - 1;
      ids.set(key, id);
    }
    all[id].count += weights[at];
    next[at] = id;
  }
  const kept = all.filter((one) => one.count >= minCount);
  const names = new Map(kept.map((one, index) => [one, index]));
  const renamed = all.map((one) => names.get(one) ?? -1);
  for (let at = 0; at < next.length; at++) if (next[at] >= 0) next[at] = renamed[next[at]];
  return { substrings: kept as Substring[], parents: kept.map(({ parent }) => parent), groups: next };
}

/** Code points stop at U+10FFFF. */
const ALPHABET = 0x110000;

/** By place: where its piece ends. */
function endsOf(length: number, starts: Uint32Array): Uint32Array {
  const ends = new Uint32Array(length);
  for (let piece = 0; piece + 1 < starts.length; piece++)
    ends.fill(starts[piece + 1], starts[piece], starts[piece + 1]);
  return ends;
}

/** By place: how often its piece stands in the data. */
function weightsOf(length: number, starts: Uint32Array, counts: Float64Array): Float64Array {
  const weights = new Float64Array(length);
  for (let piece = 0; piece + 1 < starts.length; piece++) weights.fill(counts[piece], starts[piece], starts[piece + 1]);
  return weights;
}
