// From tokens back to a text that people can read. Words lose their white space when a text is cut; here it is set as a writer would.
import type { WordTokenizerType } from '../schema/resolved.ts';

/** Punctuation that stands close to what is before it, or to what follows. */
const CLOSES = /^[.,;:!?)\]}’”…%]/u;
const OPENS = /[([{“‘]$/u;
/** Scripts that are written without spaces. */
const IS_DENSE = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

export function joinTokens(type: WordTokenizerType, tokens: readonly string[]): string {
  if (type === 'character') return tokens.join('');
  let text = '';
  let before = '\n';
  for (const token of tokens) {
    text += hasSpaceBetween(type, before, token) ? ` ${token}` : token;
    before = token;
  }
  return text;
}

function hasSpaceBetween(type: 'word' | 'whitespace', before: string, after: string): boolean {
  if (before === '\n' || after === '\n') return false;
  if (type === 'whitespace') return true;
  return !CLOSES.test(after) && !OPENS.test(before) && !(IS_DENSE.test(before) && IS_DENSE.test(after));
}
