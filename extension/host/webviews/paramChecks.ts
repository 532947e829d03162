// Run-time checks of what a page sends. A page is not trusted: unknown methods, keys and types are refused. Pure.
import type { Contract, MethodOf } from '../../protocol/rpc.ts';

/** What is wrong with a value ("must be …"), or undefined. */
export type Check = (value: unknown) => string | undefined;
/** One check a key; other keys are refused. */
export type KeyChecks = Record<string, Check>;

const MAX_TEXT = 1_000_000;
const MAX_FILE_BYTES = 256 << 20;

export const text: Check = (value) =>
  typeof value === 'string' && value.length <= MAX_TEXT ? undefined : 'must be a text of at most a million characters';
export const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
export const runId: Check = (value) =>
  typeof value === 'string' && /^[^/\\]{1,300}$/.test(value) && value !== '..' && value !== '.'
    ? undefined
    : 'must be the id of a run';
export const line: Check = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 1 ? undefined : 'must be a line';
export const bytes: Check = (value) =>
  value instanceof Uint8Array && value.byteLength <= MAX_FILE_BYTES ? undefined : 'must be bytes, at most 256 MB';
export const fileName: Check = (value) =>
  typeof value === 'string' && /^[^/\\\0]{1,200}$/.test(value) ? undefined : 'must be a file name';

export const integer = (minimum: number, maximum: number): Check => between(minimum, maximum, Number.isSafeInteger);
export const number = (minimum: number, maximum: number): Check => between(minimum, maximum, Number.isFinite);

function between(minimum: number, maximum: number, isValid: (value: unknown) => boolean): Check {
  return (value) =>
    isValid(value) && (value as number) >= minimum && (value as number) <= maximum
      ? undefined
      : `must be a number from ${minimum} to ${maximum}`;
}

export const oneOf =
  (members: readonly unknown[]): Check =>
  (value) =>
    members.includes(value) ? undefined : `must be one of ${members.join(', ')}`;

export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? undefined : check(value);

/** An array of at most `limit` members, each of which passes. */
export const arrayOf =
  (check: Check, limit: number): Check =>
  (value) =>
    Array.isArray(value) && value.length <= limit && value.every((member) => check(member) === undefined)
      ? undefined
      : `must be an array of at most ${limit}, of which each ${check(undefined)}`;

export const record =
  (checks: KeyChecks): Check =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object';
    const extra = Object.keys(value).find((key) => !Object.hasOwn(checks, key));
    if (extra !== undefined) return `has the unknown key ${extra}`;
    for (const [key, check] of Object.entries(checks)) {
      const problem = check((value as Record<string, unknown>)[key]);
      if (problem !== undefined) return `${key} ${problem}`;
    }
    return undefined;
  };

/** A value that one of `checks` lets pass. */
export const firstOf =
  (checks: readonly Check[]): Check =>
  (value) => {
    const problems = checks.map((check) => check(value));
    return problems.includes(undefined) ? undefined : problems.join(', or ');
  };

/** What is wrong with the parameters of a call, or undefined. */
export type ParamsCheck = (method: string, params: unknown) => string | undefined;

export function checkParamsOf<C extends Contract>(checks: Record<MethodOf<C>, KeyChecks>): ParamsCheck {
  return (method, params) =>
    Object.hasOwn(checks, method) ? record(checks[method as MethodOf<C>])(params) : 'no such method';
}
