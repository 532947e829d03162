// Which call answers what the page asks for: a trace is computed where weights are, else read from what was stored. Pure.
import type { InspectorContract } from '../../extension/protocol/inspectorContract.ts';
import type { Client, ParamsOf } from '../../extension/protocol/rpc.ts';
import type { Trace, TraceSources } from '../../extension/protocol/trace.ts';
import { UserError } from '../../extension/util/userError.ts';

export type HowToAsk =
  | { method: 'trace'; params: ParamsOf<InspectorContract, 'trace'> }
  | { method: 'probe'; params: ParamsOf<InspectorContract, 'probe'> }
  /** Nothing can: because there is no text, or for the reason. */
  | { method: 'none'; reason?: UserError };

export interface Asked {
  runId: string;
  sources: TraceSources;
  text: string;
  epoch?: number;
  layer: number;
  canTrace: boolean;
}

/** Only the shown layer is asked for: a trace of everything can be a hundred megabytes. */
export function howToAsk({ runId, sources, text, epoch, layer, canTrace }: Asked): HowToAsk {
  if (text === '') return { method: 'none' };
  const layers = [layer];
  if (canTrace && (epoch === undefined || sources.epochs.includes(epoch))) {
    return { method: 'trace', params: { runId, epoch, text, layers } };
  }
  const probe = sources.probes.findIndex((each) => each.text === text);
  const stored = sources.probes[probe]?.epochs ?? [];
  const wanted = epoch ?? sources.best ?? stored.at(-1);
  if (wanted !== undefined && stored.includes(wanted)) {
    return { method: 'probe', params: { runId, probe, epoch: wanted, layers } };
  }
  return { method: 'none', reason: whyNone(canTrace, wanted) };
}

export function callFor(
  client: Client<InspectorContract>,
  question: Exclude<HowToAsk, { method: 'none' }>,
  signal: AbortSignal,
): Promise<Trace> {
  if (question.method === 'probe') return client.call('probe', question.params, { signal });
  return client.call('trace', question.params, { signal });
}

function whyNone(canTrace: boolean, epoch: number | undefined): UserError {
  if (!canTrace) {
    return new UserError({
      code: 'inspector.restricted',
      message: 'This text was not stored while the run trained, and computing is off here.',
      remedy: 'Choose one of the probes of the run.',
    });
  }
  return new UserError({
    code: 'inspector.noWeights',
    message: `The weights of epoch ${epoch} were not kept, and this text is none of the run's probes.`,
    remedy: 'Choose another epoch, or one of the probes.',
  });
}
