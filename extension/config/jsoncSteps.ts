// The three steps that change JSON with comments: replace a value, insert an item, remove one.
// Invariant: a step deletes white space and its own code only, never a comment, and writes as the text around it is written.
import type { Node } from 'jsonc-parser';

export interface TextStyle {
  /** One level of indentation. */
  unit: string;
  eol: string;
}

interface Place {
  parent: Node;
  /** Index of the item that the new one follows; -1 for the first place. */
  after: number;
}

interface NewItem {
  /** Absent in a list. */
  key?: string;
  value: unknown;
}

interface Span {
  start: number;
  end: number;
}

const MAX_INLINE = 90;
const TOKEN = /(\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)|(\s+)|"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s"{}[\],:/]+/y;

/** How a text is indented and how its lines end: by its first indented line and its first line break. */
export function styleOf(text: string): TextStyle {
  const eol = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
  return { unit: /^[\t ]+(?=["{[])/m.exec(text)?.[0] ?? '  ', eol };
}

/** A value as JSON: on one line where it is short, unless `isOpen` asks for a line an item. */
export function printValue(value: unknown, style: TextStyle & { indent: string }, isOpen = false): string {
  const isList = Array.isArray(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const items: [string, unknown][] = isList
    ? Array.from(value, (item): [string, unknown] => ['', item])
    : Object.entries(value).map(([key, member]) => [`${JSON.stringify(key)}: `, member]);
  const [open, close] = isList ? '[]' : '{}';
  if (items.length === 0) return open + close;
  const inline = items.map(([key, item]) => key + printInline(item)).join(', ');
  if (!isOpen && inline.length <= MAX_INLINE) return isList ? `[${inline}]` : `{ ${inline} }`;
  const indent = style.indent + style.unit;
  const lines = items.map(([key, item]) => indent + key + printValue(item, { ...style, indent }));
  return [open, lines.join(`,${style.eol}`), style.indent + close].join(style.eol);
}

const printInline = (value: unknown): string => printValue(value, { unit: '', eol: ' ', indent: '' });

export function replaceValue(text: string, { offset, length }: Node, value: unknown): string {
  const printed = printValue(value, { ...styleOf(text), indent: indentAt(text, offset) });
  const old = text.slice(offset, offset + length);
  if (!/\/[/*]/.test(old)) return text.slice(0, offset) + printed + text.slice(offset + length);
  // The new value takes the place of the first token: comments between the others stay where they are.
  const [first] = tokensIn(text, { start: offset, end: offset + length });
  const changed = text.slice(0, offset) + printed + text.slice(first.end);
  const shift = printed.length - (first.end - first.start);
  return deleteCode(changed, [{ start: offset + printed.length, end: offset + length + shift }]);
}

export function removeItem(text: string, parent: Node, at: number): string {
  const items = parent.children ?? [];
  const own = { start: items[at].offset, end: endOf(items[at]) };
  const next = commaAfter(text, own.end);
  // The last item of a list without a trailing comma takes the comma before it along.
  const comma = next ?? (at > 0 ? commaAfter(text, endOf(items[at - 1])) : undefined);
  const ranges = comma ? [own, comma] : [own];
  return deleteCode(
    text,
    ranges.sort((a, b) => a.start - b.start),
  );
}

export function insertItem(text: string, { parent, after }: Place, { key, value }: NewItem): string {
  const style = styleOf(text);
  const [first] = parent.children ?? [];
  const end = endOf(parent) - 1;
  const isOpen = (!first && !parent.parent) || /[\r\n]/.test(text.slice(parent.offset, first ? first.offset : end));
  const own = indentAt(text, parent.offset);
  const indent = !isOpen
    ? own
    : first && isFirstOnLine(text, first.offset)
      ? indentAt(text, first.offset)
      : own + style.unit;
  const name = key === undefined ? '' : `${JSON.stringify(key)}: `;
  const printed = name + (isOpen ? printValue(value, { ...style, indent }) : printInline(value));
  if (!first) return fillEmpty(text, parent, { printed, isOpen, indent: style.eol + indent, close: style.eol + own });
  const last = parent.children?.[after];
  const comma = last && commaAfter(text, endOf(last));
  const at = behindComments(text, comma?.end ?? (last ? endOf(last) : parent.offset + 1));
  const lineBreak = style.eol + indent;
  const head =
    last && !comma ? `${text.slice(0, endOf(last))},${text.slice(endOf(last), at.place)}` : text.slice(0, at.place);
  const isTight = !last && !/\s/.test(text[at.place]);
  const gap = isOpen || at.isLineComment ? lineBreak : isTight ? '' : ' ';
  const tail = !last && isTight ? ', ' : comma || !last ? ',' : '';
  return head + gap + printed + tail + text.slice(at.place);
}

/** The only item of an object or a list. */
function fillEmpty(
  text: string,
  parent: Node,
  { printed, isOpen, indent, close }: { printed: string; isOpen: boolean; indent: string; close: string },
): string {
  const inner = { start: parent.offset + 1, end: endOf(parent) - 1 };
  const comment = tokensIn(text, inner).findLast(({ isComment }) => isComment);
  const at = comment?.end ?? inner.start;
  const rest = text.slice(at, inner.end);
  const isLineComment = comment !== undefined && text.startsWith('//', comment.start);
  if (isOpen || isLineComment) {
    const end = /[\r\n]/.test(rest) ? rest : close;
    return text.slice(0, at) + indent + printed + end + text.slice(inner.end);
  }
  const pad = parent.type === 'object' || comment ? ' ' : '';
  return text.slice(0, at) + pad + printed + pad + text.slice(inner.end);
}

const endOf = ({ offset, length }: Node): number => offset + length;

interface Token extends Span {
  isComment: boolean;
  isSpace: boolean;
}

/** The tokens of a stretch of valid text. */
function tokensIn(text: string, { start, end }: Span): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = start;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found) break;
    tokens.push({
      start: from,
      end: TOKEN.lastIndex,
      isComment: found[1] !== undefined,
      isSpace: found[2] !== undefined,
    });
  }
  return tokens;
}

/** The comma that follows an item, behind comments too. */
function commaAfter(text: string, place: number): Span | undefined {
  const next = tokensIn(text, { start: place, end: text.length }).find(
    ({ isComment, isSpace }) => !isComment && !isSpace,
  );
  return next && text[next.start] === ',' ? next : undefined;
}

/** Behind the comments on the line of `place`, which belong to what stands before them. */
function behindComments(text: string, place: number): { place: number; isLineComment: boolean } {
  let end = place;
  let isLineComment = false;
  for (const token of tokensIn(text, { start: place, end: text.length })) {
    if (token.isSpace && !/[\r\n]/.test(text.slice(token.start, token.end))) continue;
    if (!token.isComment) break;
    end = token.end;
    isLineComment = text.startsWith('//', token.start);
  }
  return { place: end, isLineComment };
}

function lineStart(text: string, place: number): number {
  let start = place;
  while (start > 0 && !/[\r\n]/.test(text[start - 1])) start--;
  return start;
}

const indentAt = (text: string, place: number): string => /^[\t ]*/.exec(text.slice(lineStart(text, place)))?.[0] ?? '';
const isFirstOnLine = (text: string, place: number): boolean => text.slice(lineStart(text, place), place).trim() === '';

/** Deletes all that is not a comment in `ranges`, which are in order. */
function deleteCode(text: string, ranges: readonly Span[]): string {
  const spans: Span[] = [];
  for (const { start, end, isComment, isSpace } of ranges.flatMap((range) => tokensIn(text, range))) {
    if (isComment || isSpace) continue;
    const before = spans.at(-1);
    if (before && text.slice(before.end, start).trim() === '') before.end = end;
    else spans.push({ start, end });
  }
  return spans.reduceRight(deleteSpan, text);
}

/** Deletes a stretch with the white space that nothing needs any more: its lines where nothing else stands on them. */
function deleteSpan(text: string, { start, end }: Span): string {
  const before = text.slice(lineStart(text, start), start);
  const after = /^[^\r\n]*/.exec(text.slice(end))?.[0] ?? '';
  const spaceBefore = before.length - before.trimEnd().length;
  const spaceAfter = after.length - after.trimStart().length;
  if (before.trim() === '' && after.trim() === '') {
    const lineBreak = /^(?:\r\n|\n|\r)?/.exec(text.slice(end + after.length))?.[0] ?? '';
    return text.slice(0, start - before.length) + text.slice(end + after.length + lineBreak.length);
  }
  const isFirst = before.trim() === '' || /[{[]$/.test(before.trimEnd());
  const isOnly = isFirst && before.trim() !== '' && /^[}\]]/.test(after.trimStart());
  const from = isOnly || !isFirst ? start - spaceBefore : start;
  const to = isFirst ? end + spaceAfter : end;
  return text.slice(0, from) + text.slice(to);
}
