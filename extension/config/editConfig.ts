// One change of a value in a config's text. The rest of the text is the user's: its order, its lines, its comments.
// Invariant: parsed before and after, the texts differ at `path` alone, and every comment is still there, byte for byte and in order;
// jsonc-parser's `modify` takes the comments around a key that it removes along, so the steps are our own (jsoncSteps.ts).
import type { TSchema } from '@sinclair/typebox';
import { getNodeValue, type Node } from 'jsonc-parser';
import { ExperimentSchema } from '../schema/experiment.ts';
import { UserError } from '../util/userError.ts';
import { ConfigText, type JsonPath } from './configText.ts';
import { insertItem, printValue, removeItem, replaceValue, styleOf } from './jsoncSteps.ts';
import type { TextEdit } from './problem.ts';

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * The edit, none where the value stands there already, that puts `value` at `path`; `undefined` removes the key or the item.
 * Objects that lead to `path` and are absent are made; a text without any value becomes an object.
 * Throws UserError `config.syntax` where the text is no JSON object.
 */
export function editConfig(text: string, path: JsonPath, value: unknown): TextEdit[] {
  if (text.startsWith(BYTE_ORDER_MARK)) {
    const edits = editConfig(text.slice(1), path, value);
    return edits.map(({ start, end, text: inserted }) => ({ start: start + 1, end: end + 1, text: inserted }));
  }
  requireObject(text);
  const changed = value === undefined ? removeAt(text, path) : writeAt(text, path, value);
  return changed === text ? [] : [shortestEdit(text, changed)];
}

/** Whether a text holds no value yet: nothing, or comments alone. */
export function isBlankConfig(text: string): boolean {
  return /^\uFEFF?(?:\s|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)*$/.test(text);
}

function requireObject(text: string): void {
  if (isBlankConfig(text)) return;
  const { root, syntaxProblems } = new ConfigText(text);
  if (syntaxProblems.length === 0 && root?.type === 'object') return;
  throw new UserError({
    code: 'config.syntax',
    message: syntaxProblems[0]?.message ?? 'A config is an object { … }.',
    remedy: 'Mend the text first.',
  });
}

const rootOf = (text: string): Node | undefined => new ConfigText(text).root;

/** The place of an item in its object or list. Of a key that stands there twice the last one counts. */
function indexOf(parent: Node, key: string | number): number {
  const children = parent.children ?? [];
  if (parent.type === 'array') return typeof key === 'number' && key < children.length ? key : -1;
  return children.findLastIndex(({ children: pair }) => pair?.[0]?.value === key);
}

function childAt(parent: Node, key: string | number): Node | undefined {
  const item = parent.children?.[indexOf(parent, key)];
  return item?.type === 'property' ? item.children?.[1] : item;
}

const nodeAt = (text: string, path: JsonPath): Node | undefined =>
  path.reduce<Node | undefined>((node, key) => node && childAt(node, key), rootOf(text));

function removeAt(text: string, path: JsonPath): string {
  const key = path.at(-1);
  const parent = nodeAt(text, path.slice(0, -1));
  if (key === undefined || !parent) return text;
  const at = indexOf(parent, key);
  if (at < 0) return text;
  const changed = removeItem(text, parent, at);
  // An earlier key of the same name would count now.
  return parent.type === 'object' ? removeAt(changed, path) : changed;
}

function writeAt(text: string, path: JsonPath, value: unknown): string {
  const node = nodeAt(text, path);
  if (!node) return insertAt(text, path, value);
  if (node.type === 'object' && isRecord(value)) return writeMembers(text, path, { node, value });
  if (node.type === 'array' && Array.isArray(value)) return writeItems(text, path, { node, value });
  return isEqual(getNodeValue(node), value) ? text : replaceValue(text, node, value);
}

function writeMembers(
  text: string,
  path: JsonPath,
  { node, value }: { node: Node; value: Record<string, unknown> },
): string {
  const old = (node.children ?? []).map(({ children }) => String(children?.[0]?.value));
  const gone = old.filter((key) => !Object.hasOwn(value, key));
  const without = gone.reduce((changed, key) => removeAt(changed, [...path, key]), text);
  return Object.entries(value).reduce((changed, [key, member]) => writeAt(changed, [...path, key], member), without);
}

/** A step reads the whole text: of more, a list without comments is written anew instead. */
const MAX_STEPS = 50;

/** Items that are the same at both ends stay untouched; of those between, each takes the place of one that stood there. */
function writeItems(text: string, path: JsonPath, { node, value }: { node: Node; value: unknown[] }): string {
  const old = getNodeValue(node) as unknown[];
  const shorter = Math.min(old.length, value.length);
  let same = 0;
  while (same < shorter && isEqual(old[same], value[same])) same++;
  let sameAtEnd = 0;
  while (sameAtEnd < shorter - same && isEqual(old.at(-1 - sameAtEnd), value.at(-1 - sameAtEnd))) sameAtEnd++;
  const endOfOld = old.length - sameAtEnd;
  const endOfNew = value.length - sameAtEnd;
  const own = text.slice(node.offset, node.offset + node.length);
  if (Math.max(endOfOld, endOfNew) - same > MAX_STEPS && !/\/[/*]/.test(own)) return replaceValue(text, node, value);
  let changed = text;
  for (let at = same; at < Math.min(endOfOld, endOfNew); at++) changed = writeAt(changed, [...path, at], value[at]);
  for (let at = endOfOld - 1; at >= endOfNew; at--) changed = removeAt(changed, [...path, at]);
  for (let at = endOfOld; at < endOfNew; at++) {
    const list = nodeAt(changed, path);
    if (list) changed = insertItem(changed, { parent: list, after: at - 1 }, { value: value[at] });
  }
  return changed;
}

function insertAt(text: string, path: JsonPath, value: unknown): string {
  const key = path.at(-1);
  const above = path.slice(0, -1);
  if (key === undefined) return startWith(text, value);
  const parent = nodeAt(text, above);
  if (parent?.type === 'object')
    return insertItem(text, { parent, after: placeOf(parent, path) }, { key: String(key), value });
  if (parent?.type === 'array')
    return insertItem(text, { parent, after: (parent.children?.length ?? 0) - 1 }, { value });
  return writeAt(text, above, typeof key === 'number' ? [value] : { [key]: value });
}

/** Behind the last key that the schema has before this one; keys that the schema does not know go to the end. */
function placeOf(parent: Node, path: JsonPath): number {
  const keys = (parent.children ?? []).map(({ children }) => String(children?.[0]?.value));
  const order = keysAt(path.slice(0, -1));
  const before = order.slice(0, order.indexOf(String(path.at(-1))));
  if (!order.includes(String(path.at(-1)))) return keys.length - 1;
  return keys.findLastIndex((key) => before.includes(key));
}

/** The keys that may stand in the object at `path`, in the order of the schema. */
function keysAt(path: JsonPath): string[] {
  const schemas = path.reduce<TSchema[]>(
    (found, key) => found.flatMap(branchesOf).flatMap((schema) => memberOf(schema, key)),
    [ExperimentSchema],
  );
  return [...new Set(schemas.flatMap(branchesOf).flatMap((schema) => Object.keys(schema.properties ?? {})))];
}

const branchesOf = (schema: TSchema): TSchema[] => (schema.anyOf as TSchema[] | undefined) ?? [schema];

function memberOf(schema: TSchema, key: string | number): TSchema[] {
  if (typeof key === 'number') return Array.isArray(schema.items) || !schema.items ? [] : [schema.items as TSchema];
  const properties = (schema.properties ?? {}) as Record<string, TSchema>;
  return Object.hasOwn(properties, key) ? [properties[key]] : [];
}

function startWith(text: string, value: unknown): string {
  const { eol } = styleOf(text);
  const head = text.trim() === '' || /[\r\n]$/.test(text) ? text : text + eol;
  return `${head}${printValue(value, { ...styleOf(text), indent: '' }, true)}${eol}`;
}

function shortestEdit(before: string, after: string): TextEdit {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < shorter - start && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  if (isWithinPair(before, start) || isWithinPair(after, start)) start--;
  if (isWithinPair(before, before.length - tail) || isWithinPair(after, after.length - tail)) tail--;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}

/** An editor has no place between the halves of a line break, nor between those of a surrogate pair. */
const isWithinPair = (text: string, at: number): boolean =>
  /^(?:\r\n|[\uD800-\uDBFF][\uDC00-\uDFFF])$/.test(text.slice(Math.max(0, at - 1), at + 1));

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isEqual = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
