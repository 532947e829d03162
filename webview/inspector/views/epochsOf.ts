// Which epochs of a run can be shown for a text: those whose weights were kept, and those at which the text was stored as a probe. Pure.
import type { TraceSources } from '../../../extension/protocol/trace.ts';

/** Rising, each once. Without `canTrace` only what was stored counts. */
export function epochsOf(sources: TraceSources, text: string, canTrace: boolean): number[] {
  const stored = sources.probes.find((probe) => probe.text === text)?.epochs ?? [];
  const best = sources.best === undefined ? [] : [sources.best];
  const weights = canTrace ? [...sources.epochs, ...best] : [];
  return [...new Set([...stored, ...weights])].sort((a, b) => a - b);
}

/** How an epoch is remembered: the best one is not named, so that it stays the best while the run goes on. */
export const toChosenEpoch = (sources: TraceSources | undefined, epoch: number): number | undefined =>
  epoch === sources?.best ? undefined : epoch;
