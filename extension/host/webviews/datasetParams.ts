// What the dataset page may send with each call. Pure.
import type { DatasetContract } from '../../protocol/datasetContract.ts';
import { REMEDIES } from '../../protocol/datasetReport.ts';
import type { RowFilter } from '../../protocol/datasetTable.ts';
import type { Splits } from '../../schema/dataset.ts';
import {
  type Check,
  checkParamsOf,
  firstOf,
  flag,
  integer,
  number,
  oneOf,
  optional,
  record,
  text,
} from './paramChecks.ts';

const MAX_ROWS = 4_294_967_295;
const MAX_ROWS_AT_ONCE = 1000;
const count = integer(0, MAX_ROWS);
const length = number(0, Number.MAX_SAFE_INTEGER);

const part: Check = (value) =>
  typeof value === 'string' && /^(?:train|validation|test|fold \d{1,3}|leftOut|unusable|pending|none)$/.test(value)
    ? undefined
    : 'must be a part';

const FILTER: Record<keyof RowFilter, Check> = {
  text: optional(text),
  label: optional(text),
  part: optional(part),
  finding: optional(text),
  length: optional(record({ unit: oneOf(['characters', 'tokens']), from: optional(length), to: optional(length) })),
};

const share = optional(number(0.0001, 0.9999));
const SPLITS: Record<keyof Splits, Check> = {
  validation: share,
  test: share,
  folds: optional(integer(2, 100)),
  seed: optional(integer(0, 4_294_967_295)),
  stratified: optional(flag),
  groupColumn: optional(firstOf([text, integer(0, 1_000_000)])),
};

const path = text;

export const checkDatasetParams = checkParamsOf<DatasetContract>({
  datasets: {},
  openTable: { path },
  rows: { path, start: count, count: integer(1, MAX_ROWS_AT_ONCE), filter: optional(record(FILTER)) },
  row: { path, row: count },
  filter: { path, filter: record(FILTER) },
  describe: { path },
  configs: { path },
  leaveOut: { path, remedy: oneOf(REMEDIES) },
  putBack: { path, reason: optional(text) },
  previewTokens: { path, text, config: optional(text) },
  advise: { path },
  previewSplits: { path, splits: record(SPLITS) },
  writeSplits: { path, splits: optional(record(SPLITS)) },
  openRow: { path, row: count },
  openManifest: { path },
  newExperiment: { path },
});
