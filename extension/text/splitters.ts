// Cuts text into tokens: lower case where asked, then one regular expression.
import { type PatternSettings, tokenPattern } from './patterns.ts';
import type { Splitter } from './types.ts';

export interface SplitterSettings extends PatternSettings {
  lowercase: boolean;
}

/** A splitter for a tokenizer's settings. Lone surrogates become U+FFFD, as no other program could read them. */
export function createSplitter({ lowercase, ...settings }: SplitterSettings): Splitter {
  const pattern = new RegExp(tokenPattern(settings).fast);
  return {
    split(text, limit = Number.POSITIVE_INFINITY) {
      const wellFormed = text.toWellFormed();
      return matches(pattern, lowercase ? lowerCase(wellFormed) : wellFormed, limit);
    },
  };
}

function matches(pattern: RegExp, text: string, limit: number): string[] {
  const tokens: string[] = [];
  pattern.lastIndex = 0;
  while (tokens.length < limit) {
    const match = pattern.exec(text);
    if (!match) break;
    tokens.push(match[0]);
  }
  return tokens;
}

/** Lower case without regard to what stands beside a letter, as Python `tokenizers` does it: a final Σ becomes σ. */
function lowerCase(text: string): string {
  return text.replaceAll('Σ', 'σ').toLowerCase();
}
