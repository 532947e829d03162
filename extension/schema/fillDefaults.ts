// Fills in the defaults of a schema. TypeBox's own Value.Default merges an object's default into a value that is there,
// which would turn { "path": … } into { "path": …, "split": 0.1 }.
import type { TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

/** A copy of a valid `value` in which every absent key that has a default is filled in, also within what was filled in. */
export function fillDefaults(schema: TSchema, value: unknown): unknown {
  if (value === undefined)
    return schema.default === undefined ? undefined : fillDefaults(schema, structuredCopy(schema.default));
  if (schema.anyOf) {
    const branch = (schema.anyOf as TSchema[]).find((candidate) => Value.Check(candidate, value));
    return branch ? fillDefaults(branch, value) : value;
  }
  if (Array.isArray(value) && schema.items && !Array.isArray(schema.items))
    return value.map((item) => fillDefaults(schema.items as TSchema, item));
  if (Array.isArray(value) || typeof value !== 'object' || value === null || !schema.properties) return value;
  const filled: Record<string, unknown> = { ...value };
  for (const [name, property] of Object.entries(schema.properties as Record<string, TSchema>)) {
    const member = fillDefaults(property, filled[name]);
    if (member !== undefined) filled[name] = member;
  }
  return filled;
}

const structuredCopy = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
