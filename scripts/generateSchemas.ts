// Makes the JSON Schemas that editors and other tools read, from the TypeBox source.
// `experiment` is strict. `experiment.editor` only completes and explains: in VS Code the extension's own checks speak,
// with better words, ranges and fixes, and nobody wants to read an error twice.
import type { TSchema } from '@sinclair/typebox';
import { tagOf } from '../extension/config/schemaBranch.ts';
import { describeSchema } from '../extension/config/schemaWords.ts';
import { DatasetSchema } from '../extension/schema/dataset.ts';
import { ExperimentSchema } from '../extension/schema/experiment.ts';

const COMMON = { $schema: 'http://json-schema.org/draft-07/schema#', allowComments: true, allowTrailingCommas: true };

/** File name (without `.schema.json`) -> JSON Schema. */
export function generateSchemas(): Record<string, object> {
  return {
    experiment: { ...COMMON, ...ExperimentSchema },
    'experiment.editor': { ...COMMON, ...toEditorSchema(ExperimentSchema) },
    dataset: { ...COMMON, ...DatasetSchema },
    'dataset.editor': { ...COMMON, ...toEditorSchema(DatasetSchema) },
  };
}

interface Suggestion {
  label: string;
  body: unknown;
  description?: string;
}

/** The same keys, texts and suggestions without anything that validates. */
function toEditorSchema(schema: TSchema): Record<string, unknown> {
  const out: Record<string, unknown> = { markdownDescription: explain(schema) };
  if (schema.default !== undefined) out.default = schema.default;
  if (schema.anyOf) Object.assign(out, toEditorUnion(schema.anyOf as TSchema[]));
  if (schema.properties) {
    const properties = Object.entries(schema.properties as Record<string, TSchema>);
    out.properties = Object.fromEntries(properties.map(([name, value]) => [name, toEditorSchema(value)]));
  }
  if (schema.items && !Array.isArray(schema.items)) out.items = toEditorSchema(schema.items as TSchema);
  const suggestions = suggestionsOf(schema);
  if (suggestions.length > 0) out.defaultSnippets = suggestions;
  return out;
}

/**
 * Branches that a constant tells apart apply under the condition that it stands there, so that a key is explained as its own branch has it:
 * without validation all branches fit, and the first would speak for all.
 */
function toEditorUnion(branches: readonly TSchema[]): Record<string, unknown> {
  const tag = tagOf(branches);
  if (!tag) return { anyOf: branches.map(toEditorSchema) };
  const tags = branches.map(
    ({ properties, description }) => ({ ...(properties[tag] as TSchema), description }) as TSchema,
  );
  const suggestions = tags.map(({ const: body, description }) => ({ label: JSON.stringify(body), body, description }));
  return {
    properties: {
      [tag]: { markdownDescription: branches[0].properties[tag].description, defaultSnippets: suggestions },
    },
    allOf: branches.map((branch, at) => ({
      if: { properties: { [tag]: { const: tags[at].const } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: toEditorSchema(branch),
    })),
  };
}

function suggestionsOf(schema: TSchema): Suggestion[] {
  if (schema.defaultSnippets) return schema.defaultSnippets as Suggestion[];
  if ('const' in schema) return [{ label: JSON.stringify(schema.const), body: schema.const }];
  if (schema.type === 'boolean') return [true, false].map((body) => ({ label: String(body), body }));
  const body = placeholderOf(schema);
  if (body !== undefined) return [{ label: schema.type === 'string' ? '""' : '{ … }', body }];
  const descriptions = (schema.enumDescriptions ?? []) as string[];
  return ((schema.enum ?? []) as unknown[]).map((body, at) => ({
    label: JSON.stringify(body),
    body,
    ...(descriptions[at] ? { description: descriptions[at] } : {}),
  }));
}

/** What a key without a default begins as: an empty text, or an object with what it must have, with stops for the cursor. */
function placeholderOf(schema: TSchema): unknown {
  let stop = 0;
  const visit = (schema: TSchema): unknown => {
    const { type, enum: values, default: byDefault, properties, required, anyOf } = schema;
    if (byDefault !== undefined) return byDefault;
    if ('const' in schema) return schema.const;
    if (anyOf?.[0].type === 'object') return visit(anyOf[0]);
    if (values) return (values as unknown[])[0];
    if (type === 'string') return `$${++stop}`;
    if (type !== 'object' || !required) return undefined;
    const keys = (required as string[]).map((name) => [name, visit((properties as Record<string, TSchema>)[name])]);
    return Object.fromEntries(keys);
  };
  return schema.default === undefined && !schema.enum ? visit(schema) : undefined;
}

/** Description, then what may stand there and what stands there by default. */
function explain(schema: TSchema): string {
  const facts = schema.type === 'object' || 'const' in schema ? [] : [`${upperFirst(describeSchema(schema))}.`];
  if (schema.default !== undefined && schema.type !== 'object')
    facts.push(`Default: \`${JSON.stringify(schema.default)}\`.`);
  return [schema.description, facts.join(' ')].filter(Boolean).join('\n\n');
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
