// How the numbers of cells, and the tokens they belong to, read. Pure.
import { visibleBlanks } from '../shared/format.ts';

/** Four decimals, aligned in a column; a real minus sign; an en dash where there is no number. */
export function exactNumber(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  const text = size >= 1000 ? value.toPrecision(5) : value.toFixed(4);
  return text.replace('-', '−');
}

export const quoteToken = (text: string): string => `“${visibleBlanks(text)}”`;
