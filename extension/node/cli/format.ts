// Numbers, durations and tables for terminals.

/** `83.4 %` */
export const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;

/** `42 s`, `3 min 05 s`, `2 h 10 min` */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}

export const count = (value: number): string => value.toLocaleString('en-US');

/** Columns a terminal shows for a text: East Asian wide characters take two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const char of text)
    width += /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\uff01-\uff60]/u.test(char) ? 2 : 1;
  return width;
}

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

/** Cut between words into lines of at most `columns`; a longer word keeps a line of its own. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && displayWidth(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
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
