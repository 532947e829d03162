// The trace on the right of a comparison: another text, epoch or run than the one on the page.
import { callFor, howToAsk } from '../traceQuestion.ts';
import { epochsOf } from './epochsOf.ts';
import type { Look } from './look.ts';
import type { AnsweredTrace } from './sides.ts';

export interface OtherTrace {
  runId: string;
  /** Absent: the best. */
  epoch?: number;
  text: string;
  /** The last layer of a network that has fewer. */
  layer: number;
}

/** Epochs to compare with, the untrained network first: all there are but the one on the page. */
export function otherEpochs(look: Look): number[] {
  const shown = look.epoch ?? look.sources.best;
  return epochsOf(look.sources, look.text, look.canTrace).filter((epoch) => epoch !== shown);
}

/** Refused with the reason where nothing can answer it. */
export async function loadOther(
  { client, runId, sources, canTrace }: Look,
  wish: OtherTrace,
  signal: AbortSignal,
): Promise<AnsweredTrace> {
  const theirs = wish.runId === runId ? sources : await client.call('traceSources', { runId: wish.runId }, { signal });
  // The best weights are there without a checkpoint of their epoch.
  const epoch = wish.epoch === theirs.best ? undefined : wish.epoch;
  const layer = Math.min(wish.layer, theirs.layerCount - 1);
  const question = howToAsk({ ...wish, epoch, layer, sources: theirs, canTrace });
  if (question.method === 'none') throw question.reason ?? new Error('There is no text to compare with.');
  return { trace: await callFor(client, question, signal), question };
}
