// Numbers and lines as sentences of the engine and of the command line have them.

/** `1,234` */
export const grouped = (count: number): string => count.toLocaleString('en-US');

/** `9.4 %`, `12 %`: of a share, 0 to 1; a decimal where a whole number would say little. */
export const shareText = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** Columns a terminal shows for a text: East Asian wide characters take two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const char of text)
    width += /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\uff01-\uff60]/u.test(char) ? 2 : 1;
  return width;
}

/** Cut at white space, line breaks among it, into lines of at most `columns`; a longer word keeps a line of its own. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/u)) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && displayWidth(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
