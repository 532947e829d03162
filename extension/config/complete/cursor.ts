// Where in a JSON text the cursor stands, and what an offer there takes the place of. The text may be incomplete: it is being typed.
import { getLocation } from 'jsonc-parser';
import type { JsonPath } from '../configText.ts';

export interface Cursor {
  /** Of the value that the cursor is at, or of the object whose key it is at. */
  path: JsonPath;
  isKey: boolean;
  /** Whether what follows a key is there already. */
  hasColon: boolean;
  /** What an offer replaces. */
  start: number;
  end: number;
  /** What is typed of a text from its opening quote to the cursor; empty outside of quotes. */
  typed: string;
}

/** Undefined within a comment. */
export function cursorAt(text: string, offset: number): Cursor | undefined {
  if (isInComment(text, offset)) return undefined;
  const { path, previousNode, isAtPropertyKey } = getLocation(text, offset);
  const place = { path: isAtPropertyKey ? path.slice(0, -1) : path, isKey: isAtPropertyKey };
  const isAtNode = previousNode && offset <= previousNode.offset + previousNode.length;
  if (!isAtNode) {
    const start = offset - (/[^\s":{[,\]}]*$/.exec(text.slice(0, offset))?.[0].length ?? 0);
    return { ...place, hasColon: hasColonAfter(text, offset), start, end: offset, typed: '' };
  }
  const { offset: start, length } = previousNode;
  const isText = text[start] === '"';
  const isClosed = !isText || isWhole(text, start, start + length);
  // A quote that is not closed yet runs up to the next one, or to the end of the line: that is not its own.
  const end = isClosed ? start + length : offset;
  const typed = isText && offset > start ? text.slice(start + 1, Math.min(offset, isClosed ? end - 1 : end)) : '';
  return { ...place, hasColon: hasColonAfter(text, end), start, end, typed };
}

/** Whether a text ends with its own quote: behind one that opens another text there stands a word. */
function isWhole(text: string, start: number, end: number): boolean {
  return /^"(?:[^"\\]|\\.)*"$/.test(text.slice(start, end)) && !/^\w/.test(text.slice(end));
}

const hasColonAfter = (text: string, at: number): boolean => /^\s*:/.test(text.slice(at));

/** Line comments and block comments; what looks like one within quotes is text. */
function isInComment(text: string, offset: number): boolean {
  const tokens = /"(?:[^"\\\n]|\\.)*"?|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;
  for (const { 0: token, index } of text.matchAll(tokens)) {
    if (index >= offset) return false;
    const end = index + token.length;
    if (token.startsWith('//') && offset <= end) return true;
    if (token.startsWith('/*') && (offset < end || !token.endsWith('*/'))) return true;
  }
  return false;
}
