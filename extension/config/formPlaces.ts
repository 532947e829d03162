// Finding one's way in text, value and schema at once, for forms: what stands at a key, which branch it is of, what it is called.
import type { TSchema } from '@sinclair/typebox';
import { findNodeAtOffset, getNodePath, type Node, parseTree } from 'jsonc-parser';
import type { FormBranch, FormPath } from '../protocol/formContract.ts';
import { chooseBranch } from './schemaBranch.ts';
import { describeSchema } from './schemaWords.ts';

/** The branch that a value is of; undefined for no value. */
export function branchOfValue(value: unknown, branches: readonly TSchema[]): TSchema | undefined {
  const node = value === undefined ? undefined : parseTree(JSON.stringify(value));
  return node && chooseBranch(node, branches);
}

/** What stands at a key or an index; of a key that stands there twice the last one counts. */
export function memberOf(node: Node | undefined, key: string | number): Node | undefined {
  if (node?.type === 'array') return typeof key === 'number' ? node.children?.[key] : undefined;
  if (node?.type !== 'object') return undefined;
  return node.children?.findLast(({ children }) => children?.[0]?.value === key)?.children?.[1];
}

export function partOf(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string | number, unknown>)[key]
    : undefined;
}

/** A branch by its title, else by what may stand there, which needs no more words. */
export function describeBranch(branch: TSchema): FormBranch {
  if (branch.title) return { label: capitalised(branch.title), description: branch.description };
  return { label: 'const' in branch ? String(branch.const) : capitalised(describeSchema(branch)) };
}

const capitalised = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** `hiddenSize` as `Hidden size`. */
export function labelOf(key: string): string {
  const words = key.replace(
    /([a-z0-9])([A-Z])/g,
    (_match, end: string, start: string) => `${end} ${start.toLowerCase()}`,
  );
  return capitalised(words);
}

/** The path of what stands at a place of the text. */
export function pathAt(root: Node | undefined, offset: number): FormPath {
  const node = root && findNodeAtOffset(root, offset);
  return node ? getNodePath(node) : [];
}
