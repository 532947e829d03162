// The regular expressions that cut text into tokens. Invariant: `portable` and `fast` match the same strings.
// `portable` stands in tokenizer.json: it uses only what JavaScript and Oniguruma (Python `tokenizers`) read alike,
// so scripts are given as ranges of code points and white space as literal characters. `fast` is its twin for V8.
import type { WordTokenizerType } from '../schema/resolved.ts';

/** Han, Hiragana, Katakana and the marks that count as such: each is a token of its own. */
const CJK_RANGES: readonly (readonly [from: number, to: number])[] = [
  [0x3005, 0x3007],
  [0x3021, 0x3029],
  [0x3038, 0x303b],
  [0x3041, 0x309f],
  [0x30a0, 0x30ff],
  [0x31f0, 0x31ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xf900, 0xfaff],
  [0xff66, 0xff9f],
  [0x20000, 0x323af],
];
const CJK = CJK_RANGES.map((range) => range.map((code) => String.fromCodePoint(code)).join('-')).join('');
/** Letters, marks, numbers, the underscore, and format characters such as the joiners inside words. */
const WORD = String.raw`\p{L}\p{M}\p{N}\p{Cf}_`;
/** Tab to carriage return, next line, and every separator of Unicode. */
const SPACE = String.raw`${String.fromCodePoint(9)}-${String.fromCodePoint(13)}${String.fromCodePoint(0x85)}\p{Z}`;

/** Words may hold apostrophes and points (don't, U.S, 3.14), numbers commas (1,000), as in Unicode's word boundaries (UAX #29). */
function wordPattern(cjk: string, letter: string): string {
  const word = String.raw`${letter}+(?:['’.]${letter}+|(?<=\p{Nd}),(?=\p{Nd})${letter}+)*`;
  return String.raw`${cjk}\p{M}*|${word}|[^${WORD}\p{Z}\p{Cc}]\p{M}*`;
}

export interface TokenPattern {
  /** For tokenizer.json. */
  portable: string;
  fast: RegExp;
}

const TOKEN_PATTERNS: Readonly<Record<WordTokenizerType, TokenPattern>> = {
  word: {
    portable: wordPattern(`[${CJK}]`, `(?:(?![${CJK}])[${WORD}])`),
    fast: new RegExp(wordPattern(`[${CJK}]`, `[[${WORD}]--[${CJK}]]`), 'gv'),
  },
  whitespace: { portable: `[^${SPACE}]+`, fast: new RegExp(`[^${SPACE}]+`, 'gv') },
  character: { portable: String.raw`[\s\S]`, fast: /[\s\S]/gv },
};

export interface PatternSettings {
  type: WordTokenizerType;
  /** A line feed is a token of its own: the end of a line, in running text. Characters include it anyway. */
  keepsLineBreaks?: boolean;
}

export const WORD_TOKENIZERS = Object.keys(TOKEN_PATTERNS) as WordTokenizerType[];

export function tokenPattern({ type, keepsLineBreaks = false }: PatternSettings): TokenPattern {
  const { portable, fast } = TOKEN_PATTERNS[type];
  if (!keepsLineBreaks || type === 'character') return { portable, fast };
  return { portable: String.raw`\n|${portable}`, fast: new RegExp(String.raw`\n|${fast.source}`, fast.flags) };
}
