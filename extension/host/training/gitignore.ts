// .gitignore as text. Pure.

const LINE = '.gatescope/';

/** Whether a rule for the folder `.gatescope` is there (also one that takes it back: the user has thought of it). */
export function hasGatescopeRule(text: string): boolean {
  return text.split(/\r?\n/).some((line) => /^!?(\*\*\/|\/)?\.gatescope(\/|\/\*\*|\/\*)?\s*$/.test(line));
}

/** The text with a rule for `.gatescope` at its end; line ends stay as they are. */
export function withGatescopeRule(text: string): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const needsBreak = text !== '' && !text.endsWith('\n');
  return `${text}${needsBreak ? newline : ''}${LINE}${newline}`;
}
