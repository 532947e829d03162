// What the form page may send with each call. Pure.
import type { FormChange, FormContract } from '../../protocol/formContract.ts';
import {
  arrayOf,
  type Check,
  checkParamsOf,
  firstOf,
  flag,
  integer,
  number,
  optional,
  record,
  text,
} from './paramChecks.ts';

/** Deeper than any key of a config. */
const MAX_DEPTH = 20;
const MAX_ITEMS = 1_000_000;

const path = arrayOf(firstOf([text, integer(0, MAX_ITEMS)]), MAX_DEPTH);
const scalar = firstOf([text, flag, number(-Number.MAX_VALUE, Number.MAX_VALUE)]);

const CHANGES: { [K in FormChange['kind']]: Record<string, Check> } = {
  set: { path, value: scalar },
  reset: { path },
  choose: { path, branch: integer(0, MAX_ITEMS) },
  add: { path, key: optional(text), value: optional(text) },
  move: { path, by: integer(-MAX_ITEMS, MAX_ITEMS) },
  start: {},
};

const change: Check = (value) => {
  const { kind, ...rest } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (typeof kind !== 'string' || !Object.hasOwn(CHANGES, kind)) return 'must be a known kind of change';
  return record(CHANGES[kind as FormChange['kind']])(rest);
};

export const checkFormParams = checkParamsOf<FormContract>({
  state: {},
  change: { change },
  fix: { message: text, title: text },
  showText: { path: optional(path) },
  save: {},
  train: {},
});
