// The schema as editors see it: every key explained, the editor's form silent but helpful, the reference page up to date.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import type { TSchema } from '@sinclair/typebox';
import { ExperimentSchema } from '../../../extension/schema/experiment.ts';
import { generateDocs } from '../../../scripts/generateDocs.ts';
import { generateSchemas } from '../../../scripts/generateSchemas.ts';

function* keysOf(schema: TSchema, path: string): Generator<{ path: string; schema: TSchema }> {
  yield { path, schema };
  for (const [name, property] of Object.entries((schema.properties ?? {}) as Record<string, TSchema>))
    yield* keysOf(property, `${path}.${name}`);
  for (const branch of (schema.anyOf ?? []) as TSchema[])
    yield* keysOf({ ...branch, description: branch.description ?? schema.description }, path);
}

test('every key has a description', () => {
  const keys = [...keysOf(ExperimentSchema, '')];
  assert.ok(keys.length > 60);
  assert.deepEqual(
    keys.filter(({ schema }) => !schema.description).map(({ path }) => path),
    [],
  );
});

test('the strict schema is draft 7 and refuses unknown keys', () => {
  const strict = generateSchemas().experiment as { $schema: string; additionalProperties: boolean };
  assert.match(strict.$schema, /draft-07/);
  assert.equal(strict.additionalProperties, false);
});

test('docs/config.md is up to date: node scripts/generateDocs.ts', () => {
  const path = resolve(import.meta.dirname, '../../../docs/config.md');
  assert.equal(readFileSync(path, 'utf8'), generateDocs());
});
