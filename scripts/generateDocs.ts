// Writes docs/config.md, the reference of every key of a config, from the TypeBox source.
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TSchema } from '@sinclair/typebox';
import { describeSchema } from '../extension/config/schemaWords.ts';
import { ExperimentSchema } from '../extension/schema/experiment.ts';

const HEAD = `# The config

An experiment is a file \`*.gatescope.json\`: JSON with comments and trailing commas. Paths in it are relative to the file. Keys that are not in the list are errors. \`gatescope validate\` checks a config from the command line; in VS Code its problems show while you type, and [completion, hovers and fixes](editing.md) help, and **Gatescope: Open Config Form** shows it as a form beside its text.

This page is made from the schema; do not edit it by hand.

`;

/** The text of the page. */
export function generateDocs(): string {
  return HEAD + sections(ExperimentSchema, []).join('\n');
}

interface Key {
  name: string;
  schema: TSchema;
  isRequired: boolean;
}

function keysOf(schema: TSchema): Key[] {
  const required = (schema.required ?? []) as string[];
  return Object.entries((schema.properties ?? {}) as Record<string, TSchema>).map(([name, property]) => ({
    name,
    schema: property,
    isRequired: required.includes(name),
  }));
}

/** One section an object: a table of its plain keys, then the sections of the objects in it. */
function sections(schema: TSchema, path: readonly string[]): string[] {
  const title =
    path.length === 0 ? '## Top level' : `${'#'.repeat(Math.min(4, path.length + 1))} \`${path.join('.')}\``;
  const own = [title, '', ...(schema.description ? [schema.description, ''] : []), ...table(keysOf(schema)), ''];
  return [own.join('\n'), ...keysOf(schema).flatMap(({ name, schema: property }) => within(property, [...path, name]))];
}

function within(schema: TSchema, path: readonly string[]): string[] {
  if (schema.properties) return sections(schema, path);
  if (schema.items && !Array.isArray(schema.items)) return within(schema.items as TSchema, [...path, '[]']);
  const branches = ((schema.anyOf ?? []) as TSchema[]).filter((branch) => branch.properties);
  if (branches.length === 0) return [];
  const title = `${'#'.repeat(Math.min(4, path.length + 1))} \`${path.join('.')}\``;
  const parts = branches.map((branch) => {
    const name = branch.title ? `**${branch.title}.** ${branch.description ?? ''}` : (branch.description ?? '');
    return [name, '', ...table(keysOf(branch)), ''].join('\n');
  });
  const nested = branches.flatMap(keysOf).flatMap(({ name, schema: property }) => within(property, [...path, name]));
  return [[title, '', schema.description ?? '', '', ...parts].join('\n'), ...nested];
}

function table(keys: readonly Key[]): string[] {
  if (keys.length === 0) return [];
  const rows = keys.map(({ name, schema, isRequired }) => {
    const value = isRequired && schema.default === undefined ? 'required' : defaultOf(schema);
    return `| \`${name}\` | ${cell(describeSchema(schema))} | ${value} | ${cell(explain(schema))} |`;
  });
  return ['| key | value | default | |', '|---|---|---|---|', ...rows];
}

function defaultOf({ default: value }: TSchema): string {
  return value === undefined ? '' : `\`${JSON.stringify(value)}\``;
}

/** The description, and what each of the values means. */
function explain(schema: TSchema): string {
  const source = schema.enum ? schema : ((schema.items as TSchema | undefined) ?? schema);
  const values = (source.enum ?? []) as string[];
  const meanings = (source.enumDescriptions ?? []) as string[];
  const list = values.map((value, at) => (meanings[at] ? `\`${value}\`: ${meanings[at]}` : '')).filter(Boolean);
  return [schema.description, ...list].filter(Boolean).join('<br>');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

if (process.argv[1] === import.meta.filename) {
  const folder = resolve(import.meta.dirname, '../docs');
  mkdirSync(folder, { recursive: true });
  writeFileSync(resolve(folder, 'config.md'), generateDocs());
}
