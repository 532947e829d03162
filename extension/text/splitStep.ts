// The pre-tokenizer of tokenizer.json that cuts as a splitter does.
import { type PatternSettings, tokenPattern } from './patterns.ts';

/** What matches is kept; what lies between is removed. */
export function splitStep(settings: PatternSettings) {
  return { type: 'Split', pattern: { Regex: tokenPattern(settings).portable }, behavior: 'Removed', invert: true };
}
