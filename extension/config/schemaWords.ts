// What a schema expects, in words, and a value to begin with.
import type { TSchema } from '@sinclair/typebox';
import { tagOf } from './schemaBranch.ts';

/** e.g. `a whole number from 1 to 64`, `"none" or "balanced"`. */
export function describeSchema(schema: TSchema): string {
  if (schema.anyOf) return describeUnion(schema.anyOf as TSchema[]);
  if ('const' in schema) return JSON.stringify(schema.const);
  if (schema.enum) return joined((schema.enum as unknown[]).map((value) => JSON.stringify(value)));
  switch (schema.type) {
    case 'integer':
      return `a whole number${rangeOf(schema)}`;
    case 'number':
      return `a number${rangeOf(schema)}`;
    case 'string':
      return `a text${lengthOf(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return listOf(schema);
    case 'object':
      return objectOf(schema);
    default:
      return 'a value';
  }
}

function describeUnion(branches: readonly TSchema[]): string {
  const tag = tagOf(branches);
  if (tag === undefined) return joined(branches.map(describeSchema));
  return `an object with "${tag}": ${joined(branches.map(({ properties }) => describeSchema(properties[tag])))}`;
}

function joined(parts: readonly string[]): string {
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} or ${parts.at(-1)}` : parts.join('');
}

function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: TSchema): string {
  const low = minimum ?? exclusiveMinimum;
  const high = maximum ?? exclusiveMaximum;
  const lowWords = minimum === undefined ? `above ${low}` : `of at least ${low}`;
  const highWords = maximum === undefined ? `below ${high}` : `of at most ${high}`;
  if (minimum !== undefined && maximum !== undefined) return ` from ${low} to ${high}`;
  if (low !== undefined && high !== undefined) return ` ${lowWords} and ${highWords}`;
  if (low !== undefined) return ` ${lowWords}`;
  return high === undefined ? '' : ` ${highWords}`;
}

function lengthOf({ minLength, maxLength }: TSchema): string {
  if (minLength === 1 && maxLength === 1) return ' of one character';
  if (minLength && maxLength !== undefined) return ` of ${minLength} to ${maxLength} characters`;
  if (minLength) return ` of at least ${minLength} character${minLength === 1 ? '' : 's'}`;
  return maxLength === undefined ? '' : ` of at most ${maxLength} characters`;
}

function listOf({ items, maxItems }: TSchema): string {
  if (Array.isArray(items)) return `a list of ${items.length} values`;
  return maxItems === undefined ? 'a list' : `a list of at most ${maxItems} values`;
}

function objectOf({ required, patternProperties, title }: TSchema): string {
  if (patternProperties) return `an object of ${title ?? 'label and weight'}`;
  const keys = ((required ?? []) as string[]).map((key) => `"${key}"`);
  return keys.length > 0 ? `an object with ${keys.join(' and ')}` : 'an object';
}

/** A value that fits the schema as far as a machine can know: defaults, else the smallest. */
export function initialValue(schema: TSchema): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema.anyOf) return initialValue((schema.anyOf as TSchema[])[0]);
  if ('const' in schema) return schema.const;
  if (schema.enum) return (schema.enum as unknown[])[0];
  if (schema.type === 'object') {
    const properties = (schema.properties ?? {}) as Record<string, TSchema>;
    const required = (schema.required ?? []) as string[];
    return Object.fromEntries(required.map((name) => [name, initialValue(properties[name])]));
  }
  if (schema.type === 'array') return [];
  if (schema.type === 'string') return 'data.csv';
  if (schema.type === 'boolean') return false;
  const { minimum, exclusiveMinimum = 0, exclusiveMaximum } = schema;
  return minimum ?? (exclusiveMaximum === undefined ? exclusiveMinimum + 1 : (exclusiveMinimum + exclusiveMaximum) / 2);
}
