// What the inspector page may send with each call. Pure.
import type { InspectorContract } from '../../protocol/inspectorContract.ts';
import { CELL_SIGNALS, type TraceFormat } from '../../protocol/trace.ts';
import {
  arrayOf,
  bytes,
  type Check,
  checkParamsOf,
  fileName,
  firstOf,
  flag,
  integer,
  type KeyChecks,
  line,
  number,
  oneOf,
  optional,
  record,
  runId,
  text,
} from './paramChecks.ts';

const MAX_EPOCH = 1_000_000;
const MAX_LAYERS = 1000;
const MAX_TOKENS = 10_000_000;
const MAX_UNITS = 1_000_000;
const MAX_TEXTS = 10_000;
const FORMATS: readonly TraceFormat[] = ['safetensors', 'npz', 'csv'];

const signal = oneOf([...new Set(Object.values(CELL_SIGNALS).flat())]);
const split = oneOf(['train', 'validation', 'test']);
const layer = integer(0, MAX_LAYERS);
const token = integer(0, MAX_TOKENS);
const epoch = integer(0, MAX_EPOCH);
/** At least `1`: an answer without entries would say nothing. */
const count = (most: number): Check => integer(1, most);

const ofWeights: KeyChecks = { runId, epoch: optional(epoch) };
const ofText: KeyChecks = { ...ofWeights, text };
const ofDirection: KeyChecks = { ...ofText, layer, direction: oneOf([0, 1]) };
const selection: KeyChecks = {
  layers: optional(arrayOf(layer, MAX_LAYERS)),
  signals: optional(arrayOf(signal, 100)),
};
const ofTrace: KeyChecks = { ...ofText, ...selection, topK: optional(count(1000)) };

export const checkInspectorParams = checkParamsOf<InspectorContract>({
  runs: {},
  keepState: { state: text },
  traceSources: { runId },
  trace: ofTrace,
  equation: { ...ofDirection, token, unit: integer(0, MAX_UNITS), terms: optional(integer(0, MAX_UNITS)) },
  gradients: {
    ...ofText,
    target: optional(text),
    position: optional(token),
    integratedSteps: optional(count(10_000)),
  },
  connectivity: ofDirection,
  statistics: {
    ...ofWeights,
    over: firstOf([
      record({ texts: arrayOf(text, MAX_TEXTS) }),
      record({ split, maxTexts: optional(count(MAX_TEXTS)) }),
    ]),
    thresholds: optional(record({ left: number(0, 1), right: number(0, 1) })),
    correlate: optional(signal),
  },
  probe: { runId, probe: integer(0, MAX_TEXTS), epoch, ...selection },
  selectAndMatch: {
    ...ofDirection,
    requestId: text,
    signal,
    from: token,
    to: token,
    threshold: number(-1e30, 1e30),
    isOffLeft: optional(flag),
    isOffRight: optional(flag),
    data: record({ split }),
    top: optional(count(10_000)),
  },
  openDataLine: { runId, path: text, line },
  openDashboard: { runId },
  saveFile: { suggestedName: fileName, data: bytes },
  saveTrace: { ...ofTrace, suggestedName: fileName, format: oneOf(FORMATS) },
});
