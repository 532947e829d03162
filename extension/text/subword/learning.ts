// What every trainer of subwords takes: pieces of text with their counts, sizes, and a way to let others have their turn.
// Invariant of all trainers: the result is a function of the counts alone, not of their order, and the same on every machine.
import { compareCodePoints } from '../vocabulary.ts';

/** A piece that a pre-tokenizer cuts (a word, mostly), and how often it stands in the training data. */
export type PieceCount = readonly [piece: string, count: number];

export interface LearningSizes {
  /** Largest number of entries, [PAD] and [UNK] among them. */
  maxVocabulary: number;
  /** Pairs (of BPE and WordPiece) and substrings (of Unigram) seen less often make no entry. */
  minFrequency: number;
}

/** Called often, with the completed part, 0 to 1; whoever gives it decides when time has passed. May throw to end the training. */
export type Turn = (completed: number) => Promise<void>;

/** By falling count, ties by code point. */
export function inOrder(pieces: Iterable<PieceCount>): PieceCount[] {
  return [...pieces].sort(([a, countA], [b, countB]) => countB - countA || compareCodePoints(a, b));
}

/** Characters (code points) of all pieces, by code point. */
export function alphabetOf(pieces: Iterable<PieceCount>): string[] {
  const found = new Set<string>();
  for (const [piece] of pieces) for (const character of piece) found.add(character);
  return [...found].sort(compareCodePoints);
}
