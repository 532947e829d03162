// A config's text as the fields of a form: made from the schema, with what stands in the text and what counts where nothing does.
// Invariant: every key of the schema but `$schema` has a field, and every problem stands at one.
import type { TSchema } from '@sinclair/typebox';
import type { Node } from 'jsonc-parser';
import type {
  FormControl,
  FormField,
  FormOption,
  FormPath,
  FormProblem,
  ListAddition,
} from '../protocol/formContract.ts';
import { ExperimentSchema } from '../schema/experiment.ts';
import { ConfigText } from './configText.ts';
import { branchOfValue, describeBranch, labelOf, memberOf, partOf, pathAt } from './formPlaces.ts';
import type { ConfigProblem } from './problem.ts';
import { chooseBranch } from './schemaBranch.ts';
import { describeSchema } from './schemaWords.ts';

/** For other editors; nobody sets it in a form. */
const HIDDEN = new Set(['$schema']);

export interface FormSource {
  /** Valid JSON; comments and trailing commas count as valid. */
  text: string;
  /** What counts at every place: the config with its defaults filled in. */
  effective: unknown;
  problems: readonly ConfigProblem[];
}

export function formFields({ text, effective, problems }: FormSource): FormField {
  const { root } = new ConfigText(text);
  const open = problems.map((problem) => ({ path: pathAt(root, problem.start), problem }));
  const place: Place = { path: [], schema: ExperimentSchema, node: root, effective, isNeeded: true };
  return new FieldBuilder(text, open).field(place, 'Experiment');
}

/** A place of the config: what may stand there, what does, and what counts. */
interface Place {
  path: FormPath;
  schema: TSchema;
  node: Node | undefined;
  effective: unknown;
  /** Whether a config without it is none: then its required keys are missing even where it is absent itself. */
  isNeeded: boolean;
  isItem?: boolean;
}

class FieldBuilder {
  readonly #text: string;
  /** Problems that no field has taken yet. */
  #open: { path: FormPath; problem: ConfigProblem }[];

  constructor(text: string, open: { path: FormPath; problem: ConfigProblem }[]) {
    this.#text = text;
    this.#open = open;
  }

  field(place: Place, label: string): FormField {
    const control = this.#control(place);
    const { path, schema, node, isNeeded } = place;
    const { description } = schema;
    return {
      path,
      label,
      description,
      isRequired: isNeeded,
      isItem: place.isItem ?? false,
      isSet: node !== undefined,
      problems: this.#take(path),
      control,
    };
  }

  /** The problems at a place and below it: those of the fields in it are taken by then. */
  #take(path: FormPath): FormProblem[] {
    const isBelow = (other: FormPath): boolean => path.every((key, at) => other[at] === key);
    const own = this.#open.filter((each) => isBelow(each.path));
    this.#open = this.#open.filter((each) => !isBelow(each.path));
    return own.map(({ problem: { severity, message, fixes } }) => ({
      severity,
      message,
      // What only the editor can do has no place in a form.
      fixes: fixes.filter(({ edits }) => edits.length > 0).map(({ title }) => title),
    }));
  }

  #control(place: Place): FormControl {
    const { schema, node } = place;
    if (schema.anyOf) return this.#union(place, schema.anyOf as TSchema[]);
    if (node && node.type !== (schema.type === 'integer' ? 'number' : schema.type))
      return { kind: 'other', value: this.#written(node) };
    if (schema.enum) return choiceOf(place);
    switch (schema.type) {
      case 'array':
        return this.#list(place);
      case 'object':
        return schema.patternProperties ? this.#map(place) : this.#group(place);
      case 'boolean':
        return { kind: 'flag', value: node?.value as boolean | undefined, byDefault: defaultOf<boolean>(place) };
      case 'integer':
      case 'number':
        return this.#number(place);
      default:
        return textOf(place, false);
    }
  }

  #number(place: Place): FormControl {
    const { schema, node } = place;
    return {
      kind: 'number',
      value: node && this.#written(node),
      byDefault: printed(defaultOf(place)),
      isInteger: schema.type === 'integer',
      expected: describeSchema(schema),
    };
  }

  #group(place: Place): FormControl {
    const { node, effective } = place;
    return {
      kind: 'group',
      fields: this.#fields(place),
      isOff: !node && effective === undefined,
    };
  }

  /** Constants that tell branches apart are no fields: their select stands for them. */
  #fields({ path, schema, node, effective, isNeeded }: Place): FormField[] {
    const required = (schema.required ?? []) as string[];
    return Object.entries((schema.properties ?? {}) as Record<string, TSchema>)
      .filter(([key, property]) => !HIDDEN.has(key) && !('const' in property))
      .map(([key, property]) =>
        this.field(
          {
            path: [...path, key],
            schema: property,
            node: memberOf(node, key),
            effective: partOf(effective, key),
            isNeeded: required.includes(key) && (isNeeded || node !== undefined),
          },
          labelOf(key),
        ),
      );
  }

  #list(place: Place): FormControl {
    const { path, schema, node, effective } = place;
    const isTuple = Array.isArray(schema.items);
    const children = node?.children ?? [];
    const count = isTuple ? (schema.items as TSchema[]).length : children.length;
    const items = Array.from({ length: count }, (_, at) =>
      this.field(
        {
          path: [...path, at],
          schema: isTuple ? (schema.items as TSchema[])[at] : (schema.items as TSchema),
          node: children[at],
          effective: partOf(effective ?? schema.default, at),
          isNeeded: isTuple && node !== undefined,
          isItem: true,
        },
        String(at + 1),
      ),
    );
    const byDefault = defaultOf<unknown[]>(place);
    const isFull = children.length >= (schema.maxItems ?? Number.POSITIVE_INFINITY);
    const adds = isTuple || isFull ? ({ kind: 'none' } as const) : additionOf(schema, children);
    return {
      kind: 'list',
      items,
      byDefault: isTuple || byDefault?.length === 0 ? undefined : printed(byDefault),
      adds,
    };
  }

  #map({ path, schema, node, effective }: Place): FormControl {
    const [values] = Object.values(schema.patternProperties as Record<string, TSchema>);
    const keys = [...new Set((node?.children ?? []).map(({ children }) => String(children?.[0]?.value)))];
    const items = keys.map((key) =>
      this.field(
        {
          path: [...path, key],
          schema: values,
          node: memberOf(node, key),
          effective: partOf(effective, key),
          isNeeded: false,
          isItem: true,
        },
        key,
      ),
    );
    return { kind: 'map', items, keyWord: String(schema.title ?? 'label').split(' ')[0] };
  }

  #union(place: Place, branches: readonly TSchema[]): FormControl {
    const { node, effective } = place;
    const types = branches.map(({ type }) => type);
    if (types.length === 2 && types.includes('string') && types.includes('integer') && !('const' in branches[0]))
      return node?.type === 'string' || node?.type === 'number' || !node
        ? textOf(place, true)
        : { kind: 'other', value: this.#written(node) };
    const ownBranch = node && chooseBranch(node, branches);
    if (node && !ownBranch) return { kind: 'other', value: this.#written(node) };
    const counts = branchOfValue(effective, branches);
    const shown = ownBranch ?? counts;
    const byDefault = node ? branchOfValue(place.schema.default, branches) : counts;
    return {
      kind: 'variant',
      branches: branches.map(describeBranch),
      chosen: ownBranch && branches.indexOf(ownBranch),
      byDefault: byDefault && branches.indexOf(byDefault),
      fields: shown
        ? this.#branchFields({ ...place, schema: shown, effective: counts === shown ? effective : undefined })
        : [],
    };
  }

  #branchFields(place: Place): FormField[] {
    const { schema } = place;
    if ('const' in schema) return [];
    if (schema.properties) return this.#fields(place);
    return [this.field({ ...place, isNeeded: true, isItem: false }, describeBranch(schema).label)];
  }

  #written({ offset, length }: Node): string {
    return this.#text.slice(offset, offset + length);
  }
}

/** What counts where the key is absent; beside one that is there, the schema's own default. */
function defaultOf<T>({ schema, node, effective }: Place): T | undefined {
  return (node || effective === undefined ? schema.default : effective) as T | undefined;
}

function textOf(place: Place, canBeNumber: boolean): FormControl {
  const { schema, node } = place;
  const value = node && String(node.value);
  const isLong = !canBeNumber && schema.minLength === undefined && schema.maxLength === undefined;
  const byDefault = defaultOf(place);
  return {
    kind: 'text',
    value,
    byDefault: byDefault === undefined ? undefined : String(byDefault),
    isLong,
    canBeNumber,
  };
}

function choiceOf(place: Place): FormControl {
  const { schema, node } = place;
  return {
    kind: 'choice',
    value: node?.value as string | undefined,
    byDefault: defaultOf<string>(place),
    options: optionsOf(schema),
  };
}

function optionsOf(schema: TSchema): FormOption[] {
  const descriptions = (schema.enumDescriptions ?? []) as string[];
  return (schema.enum as string[]).map((value, at) => ({ value, description: descriptions[at] }));
}

function additionOf({ items, uniqueItems }: TSchema, present: readonly Node[]): ListAddition {
  if (items.enum) {
    const taken = new Set(uniqueItems ? present.map(({ value }) => value as unknown) : []);
    return { kind: 'choice', options: optionsOf(items).filter(({ value }) => !taken.has(value)) };
  }
  return { kind: items.type === 'string' ? 'text' : 'item' };
}

const printed = (value: unknown): string | undefined => (value === undefined ? undefined : JSON.stringify(value));
