// Which tokens have an id. Invariant: the list is a function of the counts alone, not of their order.
import { PAD_TOKEN, type Tokenizer, UNK_TOKEN } from './types.ts';

export interface VocabularyOptions {
  /** Tokens seen less often are left out. */
  minFrequency: number;
  /** Largest number of entries, [PAD] and [UNK] among them. */
  maxVocabulary: number;
}

/** Tokens that are there already, by id, and what they mean for a new vocabulary. */
export interface KnownVocabulary {
  tokens: readonly string[];
  /** Before new ones, not at all, or alone. */
  mode: 'merge' | 'data' | 'source';
  /** What cuts texts into them. */
  tokenizer?: Tokenizer;
}

/** Tokens by id: [PAD], [UNK] (or those that are known), then by falling count, ties by code point. */
export function buildVocabulary(
  counts: Iterable<readonly [token: string, count: number]>,
  options: VocabularyOptions,
  known?: KnownVocabulary,
): string[] {
  if (known?.mode === 'source') return [...known.tokens];
  const first = known?.mode === 'merge' ? known.tokens : [PAD_TOKEN, UNK_TOKEN];
  const taken = new Set(first);
  const frequent = [...counts].filter(([token, count]) => count >= options.minFrequency && !taken.has(token));
  frequent.sort(([a, countA], [b, countB]) => countB - countA || compareCodePoints(a, b));
  const room = Math.max(0, options.maxVocabulary - first.length);
  return [...first, ...frequent.slice(0, room).map(([token]) => token)];
}

/** By code point, which differs from UTF-16 order above U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let at = 0; at < end; at++) {
    const [unitA, unitB] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (unitA !== unitB) return rank(unitA) - rank(unitB);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all other units. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
