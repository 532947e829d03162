// Numbers, durations and tables for terminals.
import { displayWidth, grouped } from '../../util/words.ts';

/** `83.4 %` */
export const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;

/** `42 s`, `3 min 05 s`, `2 h 10 min` */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}

export const count = grouped;

/** Control characters but for tabs and line breaks become U+FFFD: a terminal would obey them. */
export const withoutControls = (text: string): string => text.replace(/(?![\t\n])\p{Cc}/gu, '\ufffd');

/** Shortens to `columns` with an ellipsis; line breaks become spaces. */
export function ellipsis(text: string, columns: number): string {
  const flat = text.replace(/\s+/g, ' ');
  if (displayWidth(flat) <= columns) return flat;
  let out = '';
  for (const char of flat) {
    if (displayWidth(out + char) > columns - 1) break;
    out += char;
  }
  return `${out}…`;
}

/** Left-aligned columns; a column whose cells are all numbers is right-aligned. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(displayWidth(title), ...rows.map((row) => displayWidth(row[column]))),
  );
  const isNumeric = header.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^[\d.,\s%–-]*$/.test(row[column])),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const space = ' '.repeat(widths[column] - displayWidth(cell));
        return isNumeric[column] ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd();
  return [line(header), ...rows.map(line)].join('\n');
}
