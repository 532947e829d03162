// Which offers belong to which place of a JSON text. The text may be incomplete; it is read as far as it goes.
import { findNodeAtLocation, getNodeValue, type Node, parseTree } from 'jsonc-parser';
import type { JsonPath } from '../configText.ts';
import type { Completion, CompletionSources, Completions } from './completion.ts';
import { type Cursor, cursorAt } from './cursor.ts';

export interface Place {
  cursor: Cursor;
  root: Node | undefined;
  sources: CompletionSources;
}

/** One kind of place: `*` stands for any key or index. `isKey`: the keys of an object there are asked for. */
export interface Rule {
  path: readonly string[];
  isKey?: boolean;
  offer(place: Place): Promise<Completion[]> | Completion[];
}

/** Undefined where no rule is about the place. */
export async function completeAt(
  rules: readonly Rule[],
  { text, offset, sources }: { text: string; offset: number; sources: CompletionSources },
): Promise<Completions | undefined> {
  const cursor = cursorAt(text, offset);
  const rule = cursor && rules.find(({ path, isKey = false }) => isKey === cursor.isKey && fits(cursor.path, path));
  if (!cursor || !rule) return undefined;
  const items = await rule.offer({ cursor, root: parseTree(text), sources });
  return { start: cursor.start, end: cursor.end, items };
}

function fits(path: JsonPath, pattern: readonly string[]): boolean {
  return path.length === pattern.length && pattern.every((part, at) => part === '*' || part === path[at]);
}

export function valueAt(root: Node | undefined, path: JsonPath): unknown {
  const node = root && findNodeAtLocation(root, [...path]);
  return node && getNodeValue(node);
}
