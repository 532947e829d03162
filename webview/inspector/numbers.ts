// How the numbers of cells, and the tokens they belong to, read. Pure.
import { visibleBlanks } from '../shared/format.ts';

/** Four decimals, aligned in a column; a real minus sign; an en dash where there is no number. */
export function exactNumber(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  const text = size >= 1000 ? value.toPrecision(5) : value.toFixed(4);
  return text.replace('-', '−');
}

const RIGHT_TO_LEFT =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;
/** Between them a text has no part in the direction of what stands around it. */
const [ISOLATE, END_OF_ISOLATE] = ['\u2066', '\u2069'];

/** Stands between two texts that run from right to left, so that what is between them runs from left to right. */
const LEFT_TO_RIGHT_MARK = '\u200e';

/** What became of a token; the arrow points from the one to the other whichever way they run. */
export function changeOfToken(from: string, to: string): string {
  const mark = RIGHT_TO_LEFT.test(from) ? LEFT_TO_RIGHT_MARK : '';
  return `${from}${mark}→${to}`;
}

/** In quotation marks, within a sentence; a token that runs from right to left turns nothing around it. */
export const quoteToken = (text: string): string => quoteTokens([text]);

/** Several of them, with blanks between them that are not theirs. */
export function quoteTokens(texts: readonly string[]): string {
  const quoted = `“${texts.map(visibleBlanks).join(' ')}”`;
  return RIGHT_TO_LEFT.test(quoted) ? `${ISOLATE}${quoted}${END_OF_ISOLATE}` : quoted;
}
