// The gates that a report shows: the last layer over the run's first probe, or over the first text of its test data.

import { openData } from '../data/openData.ts';
import { isBadRow } from '../data/readItem.ts';
import type { ReportGates, ReportTrace } from '../protocol/report.ts';
import { CELL_SIGNALS, type RecurrentCell, type SignalName, type Trace } from '../protocol/trace.ts';
import { namedPath, type ResolvedExperiment } from '../schema/resolved.ts';
import { configDirOf } from '../store/runFolder.ts';
import { UserError } from '../util/userError.ts';
import { createRequest } from './datasets.ts';
import { createFileSource } from './fileSource.ts';
import { loadRunModel, type RunModel } from './runModel.ts';
import { readText, traceRun } from './trace/runTrace.ts';

/** Numbers in a report: two megabytes of it. */
const MAX_VALUES = 400_000;
/** A text of so many characters is worth a look; a longer one is cut. */
const MIN_LENGTH = 10;
const MAX_LENGTH = 240;

/** The signals that say most, first: those that do not fit are left out. */
const BY_WEIGHT: Readonly<Record<RecurrentCell, readonly SignalName[]>> = {
  lstm: ['h', 'c', 'f', 'i', 'o', 'g', 'tanhC'],
  gru: ['h', 'z', 'r', 'n'],
  rnn: ['h'],
};

/** A run without weights, or whose data is gone, has no gates to show: the report says why. */
export async function readReportGates(runDir: string): Promise<ReportGates | { whyNot: string }> {
  try {
    const run = await loadRunModel(runDir);
    const { text, origin } = await textToShow(run.experiment, configDirOf(runDir));
    return { origin, trace: toReport(traceRun(run, { text, ...whatFits(run, text) })) };
  } catch (error) {
    if (error instanceof UserError) return { whyNot: error.message };
    throw error;
  }
}

interface ShownText {
  text: string;
  origin: string;
}

async function textToShow({ probes, data }: ResolvedExperiment, configDir: string): Promise<ShownText> {
  if (probes?.[0]) return { text: probes[0], origin: 'the first probe of the config' };
  const part = data.test ? 'test' : 'train';
  const source = data.test ?? data.train;
  const request = await createRequest(source, configDir, ['data', part]);
  const { read } = await openData(request, createFileSource());
  for await (const items of read()) {
    for (const item of items) {
      if (isBadRow(item) || item.text.trim().length < MIN_LENGTH) continue;
      return {
        text: cut(item.text.trim()),
        origin: `${'dataset' in source ? item.path : source.path}, line ${item.line}`,
      };
    }
  }
  throw new UserError({ code: 'report.noText', message: `${namedPath(source)} holds no text to look at.` });
}

/** At a blank, and never inside a surrogate pair. */
function cut(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  const end = text.lastIndexOf(' ', MAX_LENGTH);
  return end > 0 ? text.slice(0, end) : [...text].slice(0, MAX_LENGTH).join('');
}

function whatFits(run: RunModel, text: string): { layers: number[]; signals: SignalName[] } {
  const { encoder } = run.model.shape.model;
  const perSignal = readText(run, text).ids.length * encoder.hiddenSize * (encoder.bidirectional ? 2 : 1);
  const count = Math.max(1, Math.floor(MAX_VALUES / perSignal));
  const chosen = new Set(BY_WEIGHT[encoder.type].slice(0, count));
  return { layers: [encoder.layers - 1], signals: CELL_SIGNALS[encoder.type].filter((name) => chosen.has(name)) };
}

function toReport({ embeddings: _embeddings, pooled: _pooled, ...trace }: Trace): ReportTrace {
  const layers = trace.layers.map((directions) =>
    directions.map(({ signals, ...place }) => ({
      ...place,
      signals: Object.fromEntries(Object.entries(signals).map(([name, values]) => [name, toBase64(values)])),
    })),
  );
  return { ...trace, layers };
}

function toBase64({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
