// Made-up gates of a report. Pure and the same every time.
import type { ReportGates } from '../../extension/protocol/report.ts';
import { CELL_SIGNALS } from '../../extension/protocol/trace.ts';
import { traceLayer } from './traceNetworks.ts';

export const REPORT_NETWORK = { cell: 'lstm', hiddenSize: 60, layerCount: 1, directionCount: 2, gain: 1.8 } as const;
export const REPORT_TOKENS = 'What is the origin of the name <i>Scarlett</i> ?'.split(' ');

export function makeReportGates(): ReportGates {
  const directions = traceLayer(REPORT_NETWORK, REPORT_TOKENS, 0).map(({ signals, ...place }) => ({
    ...place,
    signals: Object.fromEntries(Object.entries(signals).map(([name, values]) => [name, toBase64(values)])),
  }));
  return {
    origin: 'data/TREC.test.all, line 1',
    trace: {
      ...REPORT_NETWORK,
      runId: 'trec',
      text: REPORT_TOKENS.join(' '),
      tokens: REPORT_TOKENS.map((text, id) => ({ text, id, isUnknown: text.startsWith('<') })),
      truncated: 0,
      signals: CELL_SIGNALS.lstm.map((name) => ({
        name,
        range: name === 'c' ? undefined : 'ifo'.includes(name) ? [0, 1] : [-1, 1],
      })),
      layers: [directions],
      classes: ['ABBR', 'DESC', 'NUM'].map((label, at) => ({ label, logit: -at, probability: [0.66, 0.24, 0.1][at] })),
    },
  };
}

function toBase64(values: Float32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
