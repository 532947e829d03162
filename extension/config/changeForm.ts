// What a form asks for as one edit of the config's text. A key of an object that is absent needs more than itself:
// `training.optimizer.learningRate` alone is that of the optimizer that counts, so its type is written too.
import type { TSchema } from '@sinclair/typebox';
import { getNodeValue, type Node } from 'jsonc-parser';
import type { FormChange, FormPath } from '../protocol/formContract.ts';
import { ExperimentSchema } from '../schema/experiment.ts';
import { ConfigText } from './configText.ts';
import { editConfig } from './editConfig.ts';
import { branchOfValue, memberOf, partOf } from './formPlaces.ts';
import type { TextEdit } from './problem.ts';
import { chooseBranch } from './schemaBranch.ts';
import { initialValue } from './schemaWords.ts';

/** `effective`: the config with its defaults filled in. Throws UserError `config.syntax` as editConfig does. */
export function changeForm(text: string, change: FormChange, effective: unknown): TextEdit[] {
  if (change.kind === 'start') return editConfig(text, [], initialValue(ExperimentSchema));
  const { path } = change;
  // The config as a whole is an object, and stays one.
  if (path.length === 0) return [];
  const place = placeAt(text, path, effective);
  switch (change.kind) {
    case 'set':
      return write(text, path, { value: change.value, effective });
    case 'reset':
      return editConfig(text, path, undefined);
    case 'choose': {
      const branch = branchesOf(place.schema)[change.branch];
      return branch ? write(text, path, { value: switched(place.node, branch), effective }) : [];
    }
    case 'add':
      return add(text, change, { place, effective });
    case 'move':
      return move(text, path, change.by);
  }
}

interface Place {
  schema: TSchema;
  node: Node | undefined;
  effective: unknown;
}

const branchesOf = (schema: TSchema): TSchema[] => (schema.anyOf as TSchema[] | undefined) ?? [schema];

/** The place below `place`: in the branch that the text has, else in the one that counts. */
function step({ schema, node, effective }: Place, key: string | number): Place {
  const branch = branchAt({ schema, node, effective });
  return {
    schema: memberSchema(branch, key),
    node: memberOf(node, key),
    effective: partOf(effective ?? branch.default, key),
  };
}

function branchAt({ schema, node, effective }: Place): TSchema {
  const branches = branchesOf(schema);
  if (branches.length === 1) return branches[0];
  return (node && chooseBranch(node, branches)) ?? branchOfValue(effective, branches) ?? branches[0];
}

function memberSchema(schema: TSchema, key: string | number): TSchema {
  if (Array.isArray(schema.items)) return (schema.items as TSchema[])[Number(key)] ?? ({} as TSchema);
  if (schema.items) return schema.items as TSchema;
  const properties = (schema.properties ?? {}) as Record<string, TSchema>;
  if (Object.hasOwn(properties, key)) return properties[key];
  return Object.values((schema.patternProperties ?? {}) as Record<string, TSchema>)[0] ?? ({} as TSchema);
}

function placeAt(text: string, path: FormPath, effective: unknown): Place {
  return path.reduce<Place>(step, { schema: ExperimentSchema, node: new ConfigText(text).root, effective });
}

/** Puts the value at `path`, and what must stand beside it where objects on the way are absent. */
function write(text: string, path: FormPath, { value, effective }: { value: unknown; effective: unknown }): TextEdit[] {
  let place: Place = { schema: ExperimentSchema, node: new ConfigText(text).root, effective };
  if (!place.node) return editConfig(text, [], filled(place, path, value));
  for (const [depth, key] of path.entries()) {
    place = step(place, key);
    if (!place.node) return editConfig(text, path.slice(0, depth + 1), filled(place, path.slice(depth + 1), value));
  }
  return editConfig(text, path, value);
}

/** A value for an absent place that holds `value` at `path` in it. */
function filled(place: Place, path: FormPath, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const branch = branchAt(place);
  const member = filled(step(place, key), rest, value);
  if (branch.type === 'array') {
    const items = Array.isArray(branch.items) ? [...((place.effective ?? branch.default) as unknown[])] : [];
    items[Number(key)] = member;
    return items;
  }
  // The whole config is missing its required parts; that is said as a problem and not made up here.
  const isRoot = branch === (ExperimentSchema as TSchema);
  const required = isRoot ? [] : ((branch.required ?? []) as string[]);
  const own = required.map((name) => [name, partOf(place.effective, name) ?? initialValue(branch.properties[name])]);
  return { ...Object.fromEntries(own), [key]: member };
}

/** The value as one of another branch: what both know stays, what the new one needs is added. */
function switched(node: Node | undefined, branch: TSchema): unknown {
  const properties = branch.properties as Record<string, TSchema> | undefined;
  if (!properties) return initialValue(branch);
  const old: unknown = node?.type === 'object' ? getNodeValue(node) : undefined;
  const required = (branch.required ?? []) as string[];
  const own = Object.entries(properties).flatMap(([name, property]): [string, unknown][] => {
    const kept = 'const' in property ? undefined : partOf(old, name);
    if (kept !== undefined) return [[name, kept]];
    return required.includes(name) ? [[name, initialValue(property)]] : [];
  });
  return Object.fromEntries(own);
}

function add(
  text: string,
  { path, key, value }: Extract<FormChange, { kind: 'add' }>,
  { place, effective }: { place: Place; effective: unknown },
): TextEdit[] {
  const branch = branchAt(place);
  if (branch.type === 'array') {
    const items = (place.node?.children ?? []).length;
    const item = value ?? initialValue(branch.items as TSchema);
    return write(text, [...path, items], { value: item, effective });
  }
  if (key !== undefined)
    return write(text, [...path, key], { value: initialValue(memberSchema(branch, key)), effective });
  return write(text, path, { value: initialValue(branch), effective });
}

/** Changes the places of two items; comments stay where they are. */
function move(text: string, path: FormPath, by: number): TextEdit[] {
  const list = path.slice(0, -1);
  const from = Number(path.at(-1));
  const node = placeAt(text, list, undefined).node;
  const items = (node ? getNodeValue(node) : []) as unknown[];
  const to = from + by;
  if (!Array.isArray(items) || to < 0 || to >= items.length || from >= items.length) return [];
  const moved = [...items];
  [moved[from], moved[to]] = [items[to], items[from]];
  return editConfig(text, list, moved);
}
