// Metrics on the wire: columns of typed arrays made from the lines of metrics.jsonl.
// `seq` is the line number of the first event in the frame, `count` the number of lines: the next frame starts at seq + count. A gap means: ask again.
import type { RunEvent } from '../schema/run.ts';

/** NaN where the task of the run has no such score. */
const TRAINING_SCORES = ['loss', 'accuracy', 'perplexity', 'bitsPerCharacter'] as const;

const COLUMNS = {
  step: ['t', 'step', 'epoch', ...TRAINING_SCORES, 'learningRate', 'gradNorm', 'tokensPerSecond'],
  epoch: ['t', 'step', 'epoch', ...TRAINING_SCORES],
  validation: ['t', 'step', 'epoch', ...TRAINING_SCORES, 'macroF1', 'weightedF1'],
} as const;

export type MetricGroup = keyof typeof COLUMNS;
export type Column<G extends MetricGroup> = (typeof COLUMNS)[G][number];
/** Columns of one group, all of the same length. */
export type Columns<G extends MetricGroup> = Record<Column<G>, Float64Array>;

export interface RunMessage {
  t: number;
  level: 'info' | 'warning' | 'error';
  text: string;
}

/** What the model did after an epoch, in words. */
export interface RunSample {
  epoch: number;
  text: string;
}

export interface MetricFrame {
  runId: string;
  seq: number;
  count: number;
  step: Columns<'step'>;
  epoch: Columns<'epoch'>;
  validation: Columns<'validation'>;
  messages: RunMessage[];
  samples: RunSample[];
}

function toColumns<G extends MetricGroup>(group: G, events: readonly RunEvent[]): Columns<G> {
  const rows = events.filter((event) => event.type === group) as unknown as Record<string, number | null>[];
  const entries = COLUMNS[group].map((name) => [name, Float64Array.from(rows, (row) => row[name] ?? Number.NaN)]);
  return Object.fromEntries(entries) as Columns<G>;
}

/** `seq` is the line number of `events[0]`. A value that JSON could not hold (NaN, infinity) comes back as NaN. */
export function toMetricFrame(runId: string, seq: number, events: readonly RunEvent[]): MetricFrame {
  return {
    runId,
    seq,
    count: events.length,
    step: toColumns('step', events),
    epoch: toColumns('epoch', events),
    validation: toColumns('validation', events),
    messages: events.filter((event) => event.type === 'message').map(({ t, level, text }) => ({ t, level, text })),
    samples: events.filter((event) => event.type === 'sample').map(({ epoch, text }) => ({ epoch, text })),
  };
}

function concatColumns<G extends MetricGroup>(group: G, parts: readonly MetricFrame[]): Columns<G> {
  const entries = COLUMNS[group].map((name) => {
    const arrays = parts.map((part) => (part[group] as Record<string, Float64Array>)[name]);
    const joined = new Float64Array(arrays.reduce((total, array) => total + array.length, 0));
    let at = 0;
    for (const array of arrays) {
      joined.set(array, at);
      at += array.length;
    }
    return [name, joined];
  });
  return Object.fromEntries(entries) as Columns<G>;
}

/** Joins frames of one run that follow each other without a gap. */
export function joinMetricFrames(runId: string, parts: readonly MetricFrame[]): MetricFrame {
  return {
    runId,
    seq: parts[0]?.seq ?? 0,
    count: parts.reduce((total, part) => total + part.count, 0),
    step: concatColumns('step', parts),
    epoch: concatColumns('epoch', parts),
    validation: concatColumns('validation', parts),
    messages: parts.flatMap((part) => part.messages),
    samples: parts.flatMap((part) => part.samples),
  };
}
