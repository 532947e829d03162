// Which branch of a union a value was meant for, so that errors speak of that one.
import type { TSchema } from '@sinclair/typebox';
import type { Node } from 'jsonc-parser';

/** Undefined where the value is of a kind that no branch takes. */
export function chooseBranch(node: Node, branches: readonly TSchema[]): TSchema | undefined {
  const fitting = branches.filter((branch) => fits(node, branch));
  if (node.type !== 'object' || fitting.length < 2)
    return fitting.find((branch) => isExact(node, branch)) ?? fitting[0];
  const keys = new Map((node.children ?? []).map(({ children }) => [children?.[0]?.value as string, children?.[1]]));
  const scored = fitting.map((branch) => ({ branch, score: scoreOf(branch, keys) }));
  return scored.reduce((best, candidate) => (candidate.score > best.score ? candidate : best)).branch;
}

/** The key whose constant tells the branches of a union of objects apart, such as `type`; undefined where there is none. */
export function tagOf(branches: readonly TSchema[]): string | undefined {
  const [first, ...others] = branches.map(({ properties = {} }) => properties as Record<string, TSchema>);
  return Object.keys(first).find((name) => [first, ...others].every((keys) => keys[name] && 'const' in keys[name]));
}

/** The keys of a branch; its tag may be that of any branch. */
export function keysOfBranch(branch: TSchema, branches: readonly TSchema[]): Record<string, TSchema> {
  const keys = (branch.properties ?? {}) as Record<string, TSchema>;
  const tag = tagOf(branches);
  if (tag === undefined) return keys;
  const { const: _own, ...any } = keys[tag];
  return { ...keys, [tag]: { ...any, enum: branches.map(({ properties }) => properties[tag].const) } as TSchema };
}

function fits(node: Node, { type, const: constant }: TSchema): boolean {
  if (constant !== undefined) return typeof constant === node.type;
  return type === node.type || (type === 'integer' && node.type === 'number');
}

function isExact(node: Node, schema: TSchema): boolean {
  return schema.const !== undefined && schema.const === node.value;
}

/** A constant that agrees decides; then required keys that are there; then known keys. */
function scoreOf(branch: TSchema, keys: ReadonlyMap<string, Node | undefined>): number {
  const properties = (branch.properties ?? {}) as Record<string, TSchema>;
  let score = 0;
  for (const [name, node] of keys) {
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (!known) continue;
    const isRequired = ((branch.required ?? []) as string[]).includes(name);
    const agrees = known.const !== undefined && node?.value === known.const;
    score += agrees ? 1000 : isRequired ? 10 : 1;
  }
  return score;
}
