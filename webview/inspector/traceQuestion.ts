// Which call answers what the page asks for: a trace is computed where weights are, else read from what was stored. Pure.
import type { InspectorContract } from '../../extension/protocol/inspectorContract.ts';
import type { Client, ParamsOf } from '../../extension/protocol/rpc.ts';
import type { Direction, Trace, TraceSources } from '../../extension/protocol/trace.ts';
import { UserError } from '../../extension/util/userError.ts';
import type { EquationQuestion } from './equationLoader.ts';
import type { TracePlace } from './inspectorState.ts';

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

/** How the equation of a cell of a trace is asked for; undefined where there are no weights to compute it with. */
export function equationOf(
  question: HowToAsk | undefined,
  { layer, direction }: { layer: number; direction: Direction },
  place: TracePlace,
): EquationQuestion | undefined {
  if (question?.method !== 'trace') return undefined;
  const { runId, epoch, text } = question.params;
  return { runId, epoch, text, layer, direction, ...place };
}

/** Why the parts of a trace's gates cannot be computed; undefined where they can. */
export function whyNoEquation(question: HowToAsk | undefined): string | undefined {
  if (question?.method !== 'probe') return undefined;
  return 'Only the signals of this epoch were stored: the parts of a gate need its weights.';
}

export function callFor(
  client: Pick<Client<InspectorContract>, 'call'>,
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
