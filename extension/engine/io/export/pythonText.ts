// Text that goes into Python source. Names of runs and labels are anybody's: they become literals, never code.

/** A Python string literal of ASCII: JSON's, whose escapes Python shares. */
export function pythonString(text: string): string {
  return Array.from(JSON.stringify(text.toWellFormed()), (character) => {
    const code = character.codePointAt(0)!;
    if (code < 0x7f) return character;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  }).join('');
}

export function pythonList(texts: readonly string[]): string {
  return `[${texts.map(pythonString).join(', ')}]`;
}

export const pythonBool = (value: boolean): string => (value ? 'True' : 'False');

/** A line of a docstring or comment: no quotes, backslashes or line ends that could end it. */
export function pythonComment(text: string): string {
  return text
    .replace(/[\p{C}\p{Zl}\p{Zp}"\\]/gu, ' ')
    .trim()
    .slice(0, 100);
}
