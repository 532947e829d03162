// Changes to a config for one run: `training.epochs=3`. The rest of the text, comments too, stays.
import type { TSchema } from '@sinclair/typebox';
import { findNodeAtLocation, modify, parseTree } from 'jsonc-parser';
import { ExperimentSchema } from '../schema/experiment.ts';
import { nearestName } from '../util/editDistance.ts';
import { UserError } from '../util/userError.ts';
import { applyEdits } from './configText.ts';

/** Applies `key=value` pairs in order. A value is JSON, or else a text. Throws UserError `config.override`. */
export function overrideConfig(text: string, overrides: readonly string[]): string {
  return overrides.reduce(applyOverride, text);
}

function applyOverride(text: string, override: string): string {
  const [, key, value] = /^([^=]+)=([\s\S]*)$/.exec(override) ?? [];
  if (key === undefined) throw badOverride(`"${override}" is not of the form key=value.`, 'E.g. training.epochs=3.');
  const path = key.trim().split('.');
  const defaults = checkKey(path);
  return setValue(withKinds(text, path, defaults), path, parseValue(value));
}

function setValue(text: string, path: string[], value: unknown): string {
  const edits = modify(text, path, value, { formattingOptions: { insertSpaces: true, tabSize: 2 } });
  return applyEdits(
    text,
    edits.map(({ offset, length, content }) => ({ start: offset, end: offset + length, text: content })),
  );
}

/** A key of an absent object is one of its default kind: `optimizer.learningRate` alone is that of the default optimizer. */
function withKinds(text: string, path: string[], defaults: readonly unknown[]): string {
  return defaults.slice(0, -1).reduce((changed: string, value, depth) => {
    const kind = (value as { type?: unknown } | undefined)?.type;
    const at = path.slice(0, depth + 1);
    if (kind === undefined || path[depth + 1] === 'type') return changed;
    const root = parseTree(changed);
    return root && findNodeAtLocation(root, at) ? changed : setValue(changed, [...at, 'type'], kind);
  }, text);
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** Every part of the path must be a key of the schema; their defaults. */
function checkKey(path: readonly string[]): unknown[] {
  const defaults: unknown[] = [];
  let schemas: TSchema[] = [ExperimentSchema];
  for (const [depth, name] of path.entries()) {
    const objects = schemas.flatMap((schema) => (schema.anyOf as TSchema[] | undefined) ?? [schema]);
    if (objects.some((schema) => schema.patternProperties)) return defaults;
    const properties = objects.map((schema) => (schema.properties ?? {}) as Record<string, TSchema>);
    const known = properties.filter((keys) => Object.hasOwn(keys, name));
    if (known.length === 0) {
      const prefix = path
        .slice(0, depth)
        .map((part) => `${part}.`)
        .join('');
      const nearest = nearestName(name, properties.flatMap(Object.keys));
      throw badOverride(
        `There is no key "${prefix}${name}".`,
        nearest ? `Did you mean "${prefix}${nearest}"?` : undefined,
      );
    }
    schemas = known.map((keys) => keys[name]);
    defaults.push(schemas[0].default);
  }
  return defaults;
}

function badOverride(message: string, remedy?: string): UserError {
  return new UserError({ code: 'config.override', message, remedy });
}
