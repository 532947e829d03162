// Places in a text as compilers print them.
import type { ConfigProblem } from './problem.ts';

export interface LineColumn {
  /** 1-based. */
  line: number;
  /** 1-based, in UTF-16 code units. */
  column: number;
}

export function toLineColumn(text: string, offset: number): LineColumn {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

/** `path:line:column: error: message [code]` */
export function formatProblem(path: string, text: string, { severity, message, code, start }: ConfigProblem): string {
  const { line, column } = toLineColumn(text, start);
  return `${path}:${line}:${column}: ${severity}: ${message} [${code}]`;
}
