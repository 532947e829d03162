// Where saturation shares come from: the engine counts them over texts and data sets; of a stored probe the page counts them itself.
import type { Direction, SignalName, Trace } from '../../../extension/protocol/trace.ts';
import type { TextSample, TraceStatistics } from '../../../extension/protocol/traceAnalysis.ts';
import { keyOf, type Look } from './look.ts';
import { type SaturationShares, saturationShares, type Thresholds } from './saturation.ts';
import { gatesOf } from './titles.ts';

export const SAMPLES = ['text', 'train', 'validation', 'test'] as const;
/** What is counted over: the text at the top, or a sample of a data set. */
export type Sample = (typeof SAMPLES)[number];

export interface GateShares {
  layer: number;
  direction: Direction;
  gate: SignalName;
  shares: SaturationShares;
}

export interface Saturation {
  epoch?: number;
  gates: GateShares[];
  textCount: number;
  stepCount: number;
}

export interface SaturationWish {
  over: Sample;
  thresholds: Thresholds;
}

export const toTextSample = (over: Sample, text: string): TextSample =>
  over === 'text' ? { texts: [text] } : { split: over };

export const saturationKey = (look: Look, wish: SaturationWish): string => keyOf(look, wish);

export async function loadSaturation(look: Look, wish: SaturationWish, signal: AbortSignal): Promise<Saturation> {
  const { client, runId, epoch, text, question } = look;
  if (wish.over === 'text' && question.method === 'probe') {
    const { probe, epoch: stored } = question.params;
    return ofTrace(await client.call('probe', { runId, probe, epoch: stored }, { signal }), wish.thresholds);
  }
  const request = { runId, epoch, over: toTextSample(wish.over, text), thresholds: wish.thresholds };
  return ofStatistics(await client.call('statistics', request, { signal }));
}

/** The same text at every epoch that was kept, in order; empty where there is at most one. */
export async function loadHistory(look: Look, thresholds: Thresholds, signal: AbortSignal): Promise<Saturation[]> {
  const { client, runId, sources, text, question } = look;
  const probe = sources.probes.findIndex((each) => each.text === text);
  const history: Saturation[] = [];
  if (probe >= 0) {
    for (const epoch of sources.probes[probe].epochs) {
      history.push(ofTrace(await client.call('probe', { runId, probe, epoch }, { signal }), thresholds));
    }
  } else if (question.method === 'trace') {
    for (const epoch of sources.epochs) {
      const request = { runId, epoch, over: { texts: [text] }, thresholds };
      history.push(ofStatistics(await client.call('statistics', request, { signal })));
    }
  }
  return history.length > 1 ? history : [];
}

function ofTrace(trace: Trace, thresholds: Thresholds): Saturation {
  const gates = trace.layers.flat().flatMap(({ layer, direction, signals }) =>
    gatesOf(trace.cell).flatMap((gate): GateShares[] => {
      const values = signals[gate];
      return values ? [{ layer, direction, gate, shares: saturationShares(values, trace.hiddenSize, thresholds) }] : [];
    }),
  );
  return { epoch: trace.epoch, gates, textCount: 1, stepCount: trace.tokens.length };
}

function ofStatistics({ epoch, layers, textCount, tokenCount }: TraceStatistics): Saturation {
  const gates = layers
    .flat()
    .flatMap(({ layer, direction, saturation }) =>
      saturation.map(
        ({ signal, left, right }): GateShares => ({ layer, direction, gate: signal, shares: { left, right } }),
      ),
    );
  return { epoch, gates, textCount, stepCount: tokenCount };
}
