// Run-time check of what the dashboard page sends. A page is not trusted: unknown methods, keys and types are refused. Pure.

import type { DashboardContract } from '../../protocol/dashboardContract.ts';
import type { GenerateSettings } from '../../protocol/engineContract.ts';
import type { MethodOf } from '../../protocol/rpc.ts';

type Check = (value: unknown) => string | undefined;

const MAX_TEXT = 1_000_000;
const MAX_FILE_BYTES = 256 << 20;

const text: Check = (value) =>
  typeof value === 'string' && value.length <= MAX_TEXT ? undefined : 'must be a text of at most a million characters';
const runId: Check = (value) =>
  typeof value === 'string' && /^[^/\\]{1,300}$/.test(value) && value !== '..' && value !== '.'
    ? undefined
    : 'must be the id of a run';
const line: Check = (value) => (Number.isSafeInteger(value) && (value as number) >= 1 ? undefined : 'must be a line');
const action: Check = (value) =>
  ['pause', 'resume', 'stop', 'cancel'].includes(value as string) ? undefined : 'must be an action';
const runIds: Check = (value) =>
  Array.isArray(value) && value.length > 0 && value.every((member) => runId(member) === undefined)
    ? undefined
    : 'must be ids of runs';
const bytes: Check = (value) =>
  value instanceof Uint8Array && value.byteLength <= MAX_FILE_BYTES ? undefined : 'must be bytes, at most 256 MB';
const fileName: Check = (value) =>
  typeof value === 'string' && /^[^/\\\0]{1,200}$/.test(value) ? undefined : 'must be a file name';
const between =
  (minimum: number, maximum: number, isValid: (value: unknown) => boolean): Check =>
  (value) =>
    isValid(value) && (value as number) >= minimum && (value as number) <= maximum
      ? undefined
      : `must be a number from ${minimum} to ${maximum}`;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? undefined : check(value);

/** Texts that a page may ask for at once. */
const MAX_GENERATED = 100_000;
const SETTINGS: Record<keyof GenerateSettings, Check> = {
  prompt: text,
  length: between(1, MAX_GENERATED, Number.isSafeInteger),
  temperature: between(0, 100, Number.isFinite),
  topK: optional(between(1, Number.MAX_SAFE_INTEGER, Number.isSafeInteger)),
  seed: between(0, 0xffffffff, Number.isSafeInteger),
};
const settings: Check = (value) => checkKeys(SETTINGS, value);

const CHECKS: Record<MethodOf<DashboardContract>, Record<string, Check>> = {
  runs: {},
  metrics: { runId },
  evaluation: { runId },
  updateRun: { runId, name: optional(text), note: optional(text) },
  deleteRuns: { runIds },
  openConfig: { runId },
  revealFolder: { runId },
  openExample: { runId, path: text, line },
  control: { runId, action },
  predict: { runId, text },
  generate: { runId, settings },
  saveFile: { suggestedName: fileName, data: bytes },
};

/** What is wrong with the parameters of a call, or undefined. */
export function checkDashboardParams(method: string, params: unknown): string | undefined {
  if (!Object.hasOwn(CHECKS, method)) return 'no such method';
  return checkKeys(CHECKS[method as MethodOf<DashboardContract>], params);
}

function checkKeys(checks: Record<string, Check>, params: unknown): string | undefined {
  if (typeof params !== 'object' || params === null || Array.isArray(params)) return 'must be an object';
  const extra = Object.keys(params).find((key) => !Object.hasOwn(checks, key));
  if (extra !== undefined) return `unknown key ${extra}`;
  for (const [key, check] of Object.entries(checks)) {
    const problem = check((params as Record<string, unknown>)[key]);
    if (problem !== undefined) return `${key} ${problem}`;
  }
  return undefined;
}
