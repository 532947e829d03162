// What the dashboard page may send with each call. Pure.
import type { DashboardContract } from '../../protocol/dashboardContract.ts';
import type { GenerateSettings } from '../../protocol/engineContract.ts';
import {
  arrayOf,
  bytes,
  type Check,
  checkParamsOf,
  fileName,
  integer,
  line,
  number,
  oneOf,
  optional,
  record,
  runId,
  text,
} from './paramChecks.ts';

/** Tokens that a page may ask for at once. */
const MAX_GENERATED = 100_000;
const MAX_RUNS = 100_000;
const SETTINGS: Record<keyof GenerateSettings, Check> = {
  prompt: text,
  length: integer(1, MAX_GENERATED),
  temperature: number(0, 100),
  topK: optional(integer(1, Number.MAX_SAFE_INTEGER)),
  seed: integer(0, 0xffffffff),
};
const runIds: Check = (value) =>
  Array.isArray(value) && value.length === 0 ? 'must be ids of runs' : arrayOf(runId, MAX_RUNS)(value);

export const checkDashboardParams = checkParamsOf<DashboardContract>({
  runs: {},
  metrics: { runId },
  evaluation: { runId },
  updateRun: { runId, name: optional(text), note: optional(text) },
  deleteRuns: { runIds },
  inspect: { runId, text: optional(text) },
  openConfig: { runId },
  revealFolder: { runId },
  openExample: { runId, path: text, line },
  control: { runId, action: oneOf(['pause', 'resume', 'stop', 'cancel']) },
  predict: { runId, text },
  generate: { runId, settings: record(SETTINGS) },
  plan: { configPath: text },
  findRate: { configPath: text },
  useRate: { configPath: text, rate: number(Number.MIN_VALUE, 100) },
  showConfig: { configPath: text },
  saveFile: { suggestedName: fileName, data: bytes },
});
