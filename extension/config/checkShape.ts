// Holds a config against its schema. Invariant: there is an error here exactly where TypeBox's own check fails,
// but at one place, in words, and with a fix where there is one.
import type { TSchema } from '@sinclair/typebox';
import { getNodeValue, type Node } from 'jsonc-parser';
import { nearestName } from '../util/editDistance.ts';
import { type ConfigText, type JsonPath, replaceNode } from './configText.ts';
import type { ConfigProblem, ProblemFix } from './problem.ts';
import { chooseBranch, keysOfBranch, tagOf } from './schemaBranch.ts';
import { describeSchema, initialValue } from './schemaWords.ts';

/** Characters of a value in a message or a title. */
const MAX_SHOWN = 60;
/** Values that are offered one by one where none is near. */
const MAX_OFFERED = 8;

export function checkShape(config: ConfigText, schema: TSchema): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (config.root) new ShapeCheck(config, problems).check(config.root, schema, []);
  return problems;
}

class ShapeCheck {
  readonly #config: ConfigText;
  readonly #problems: ConfigProblem[];

  constructor(config: ConfigText, problems: ConfigProblem[]) {
    this.#config = config;
    this.#problems = problems;
  }

  /** `branches` are those of the union that `schema` was chosen from. */
  check(node: Node, schema: TSchema, path: JsonPath, branches: readonly TSchema[] = [schema]): void {
    if (schema.anyOf) {
      const branch = chooseBranch(node, schema.anyOf as TSchema[]);
      if (branch) this.check(node, branch, path, schema.anyOf as TSchema[]);
      else this.#wrongType(node, schema);
    } else if ('const' in schema) {
      if (getNodeValue(node) !== schema.const) this.#notAllowed(node, [schema.const]);
    } else if (node.type !== (schema.type === 'integer' ? 'number' : schema.type)) {
      this.#wrongType(node, schema);
    } else if (schema.type === 'object') {
      this.#object(node, schema, path, branches);
    } else if (schema.type === 'array') {
      this.#array(node, schema, path);
    } else if (node.type === 'number') {
      this.#number(node, schema);
    } else if (node.type === 'string') {
      this.#string(node, schema, path);
    }
  }

  #object(node: Node, schema: TSchema, path: JsonPath, branches: readonly TSchema[]): void {
    const properties = keysOfBranch(schema, branches);
    const values = Object.values((schema.patternProperties ?? {}) as Record<string, TSchema>)[0];
    const seen = new Set<string>();
    for (const { children } of node.children ?? []) {
      const [key, value] = children ?? [];
      if (!key || !value) continue;
      const name = key.value as string;
      if (seen.has(name)) this.#duplicateKey(key, [...path, name]);
      seen.add(name);
      const known = Object.hasOwn(properties, name) ? properties[name] : values;
      if (known) this.check(value, known, [...path, name]);
      else this.#unknownKey(key, [...path, name], schema, branches);
    }
    for (const name of (schema.required ?? []) as string[]) {
      if (!seen.has(name)) this.#missingKey(node, name, { schema: properties[name], path });
    }
  }

  #duplicateKey(key: Node, path: JsonPath): void {
    const name = key.value as string;
    const fix = this.#config.fixByRemoval(`Remove the first "${name}"`, path);
    this.#add(key, 'config.duplicateKey', `"${name}" stands here twice; the last one counts.`, [fix], 'warning');
  }

  #unknownKey(key: Node, path: JsonPath, schema: TSchema, branches: readonly TSchema[]): void {
    const name = key.value as string;
    const removal = this.#config.fixByRemoval(`Remove "${name}"`, path);
    const tag = tagOf(branches);
    const owners = branches.filter(({ properties = {} }) => Object.hasOwn(properties, name));
    if (tag !== undefined && owners.length > 0) {
      const tagged = ({ properties }: TSchema): string => `"${tag}": ${JSON.stringify(properties[tag].const)}`;
      const message = `"${name}" has no use with ${tagged(schema)}; it belongs to ${owners.map(tagged).join(' and ')}.`;
      this.#add(key, 'config.unknownKey', message, [removal]);
      return;
    }
    const known = Object.keys((schema.properties ?? {}) as Record<string, TSchema>);
    const nearest = nearestName(name, known);
    const remedy = nearest ? `Did you mean "${nearest}"?` : `Known keys: ${known.join(', ')}.`;
    const fixes: ProblemFix[] = [removal];
    if (nearest) fixes.unshift(replaceNode(`Change to "${nearest}"`, key, JSON.stringify(nearest)));
    this.#add(key, 'config.unknownKey', `There is no key "${name}" here. ${remedy}`, fixes);
  }

  /** Shown at the key of the object that lacks it, or at its opening brace. */
  #missingKey(node: Node, name: string, { schema, path }: { schema: TSchema; path: JsonPath }): void {
    const at = node.parent?.type === 'property' ? (node.parent.children?.[0] ?? node) : { ...node, length: 1 };
    const fix = this.#config.fixByValue(`Add "${name}"`, [...path, name], initialValue(schema));
    this.#add(at, 'config.missingKey', `The key "${name}" is missing: ${describeSchema(schema)}.`, [fix]);
  }

  #array(node: Node, schema: TSchema, path: JsonPath): void {
    const items = node.children ?? [];
    if (Array.isArray(schema.items)) {
      if (items.length !== schema.items.length) {
        this.#add(
          node,
          'config.type',
          `Exactly ${schema.items.length} values are expected here, not ${items.length}.`,
          fixesByValue(node, schema),
        );
        return;
      }
      for (const [at, item] of items.entries()) this.check(item, schema.items[at] as TSchema, [...path, at]);
      return;
    }
    if (items.length > (schema.maxItems ?? Number.POSITIVE_INFINITY)) {
      const message = `There are ${items.length} values here: ${describeSchema(schema)} is expected.`;
      this.#add(node.parent?.children?.[0] ?? node, 'config.range', message, [keepFirst(items, schema.maxItems)]);
    }
    const seen = new Set<string>();
    for (const [at, item] of items.entries()) {
      this.check(item, schema.items as TSchema, [...path, at]);
      const text = JSON.stringify(getNodeValue(item));
      if (schema.uniqueItems && seen.has(text)) {
        const fix = this.#config.fixByRemoval(`Remove the second ${text}`, [...path, at]);
        this.#add(item, 'config.duplicateItem', `${text} stands in this list twice.`, [fix]);
      }
      seen.add(text);
    }
  }

  #number(node: Node, schema: TSchema): void {
    const value = node.value as number;
    if (schema.type === 'integer' && !Number.isInteger(value)) {
      const fix = replaceNode(`Change to ${Math.round(value)}`, node, String(Math.round(value)));
      this.#add(node, 'config.type', `${value} is not a whole number.`, [fix]);
      return;
    }
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
    const isLow = value < minimum || value <= exclusiveMinimum;
    const isHigh = value > maximum || value >= exclusiveMaximum;
    if (!isLow && !isHigh) return;
    const bound = (isLow ? minimum : maximum) as number | undefined;
    const fixes =
      bound === undefined ? fixesByValue(node, schema) : [replaceNode(`Change to ${bound}`, node, String(bound))];
    this.#add(node, 'config.range', `${value} is out of range: ${describeSchema(schema)} is expected.`, fixes);
  }

  #string(node: Node, schema: TSchema, path: JsonPath): void {
    const value = node.value as string;
    if (schema.enum) {
      if (!(schema.enum as string[]).includes(value)) this.#notAllowed(node, schema.enum as string[]);
    } else if (
      value.length < (schema.minLength ?? 0) ||
      value.length > (schema.maxLength ?? Number.POSITIVE_INFINITY)
    ) {
      this.#add(
        node,
        'config.range',
        `This text has ${value.length} characters: ${describeSchema(schema)} is expected.`,
        this.#fixesOfLength(node, schema, path),
      );
    }
  }

  /** A longer text is cut; an item of a list that is too short is left out. */
  #fixesOfLength(node: Node, { maxLength = Number.POSITIVE_INFINITY }: TSchema, path: JsonPath): ProblemFix[] {
    const value = node.value as string;
    if (value.length > maxLength)
      return [replaceNode(`Cut to ${maxLength}`, node, JSON.stringify(value.slice(0, maxLength)))];
    return node.parent?.type === 'array' ? [this.#config.fixByRemoval('Remove it', path)] : [];
  }

  #notAllowed(node: Node, allowed: readonly unknown[]): void {
    const value: unknown = getNodeValue(node);
    const names = allowed.filter((name) => typeof name === 'string');
    const nearest = typeof value === 'string' ? nearestName(value, names) : undefined;
    const offered = nearest ? [nearest] : names.length <= MAX_OFFERED ? names : [];
    const fixes = offered.map((name) => replaceNode(`Change to "${name}"`, node, JSON.stringify(name)));
    const list = allowed.map((name) => JSON.stringify(name)).join(', ');
    const remedy = nearest ? `Did you mean "${nearest}"? ` : '';
    this.#add(
      node,
      'config.enum',
      `${shown(node)} is not one of the values allowed here. ${remedy}Allowed: ${list}.`,
      fixes,
    );
  }

  #wrongType(node: Node, schema: TSchema): void {
    const quoted = schema.type === 'string' && node.type !== 'object' && node.type !== 'array';
    const fixes = quoted
      ? [replaceNode('Put it in quotes', node, JSON.stringify(String(getNodeValue(node))))]
      : fixesByValue(node, schema);
    this.#add(node, 'config.type', `${shown(node)} cannot stand here: ${describeSchema(schema)} is expected.`, fixes);
  }

  #add(
    { offset, length }: Pick<Node, 'offset' | 'length'>,
    code: string,
    message: string,
    fixes: readonly ProblemFix[],
    severity: ConfigProblem['severity'] = 'error',
  ): void {
    this.#problems.push({ code, severity, message, start: offset, end: offset + length, fixes });
  }
}

/** A value that fits in the place of one that does not, where it is short enough to be read in a menu. */
function fixesByValue(node: Node, schema: TSchema): ProblemFix[] {
  const text = JSON.stringify(initialValue(schema));
  return text.length <= MAX_SHOWN ? [replaceNode(`Change to ${text}`, node, text)] : [];
}

function keepFirst(items: readonly Node[], count: number): ProblemFix {
  const [last, end] = [items[count - 1], items[items.length - 1]];
  const edit = { start: last.offset + last.length, end: end.offset + end.length, text: '' };
  return { title: `Keep the first ${count}`, edits: [edit] };
}

/** A value in a message: short ones as they are, others by kind. */
function shown(node: Node): string {
  if (node.type === 'object') return 'An object';
  if (node.type === 'array') return 'A list';
  const text = JSON.stringify(getNodeValue(node)) ?? 'This';
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text;
}
