// What the further views look at: a run, one of its epochs, a text, and the trace of it on the page.
import type { InspectorContract } from '../../../extension/protocol/inspectorContract.ts';
import type { Client } from '../../../extension/protocol/rpc.ts';
import type { Trace, TraceSources } from '../../../extension/protocol/trace.ts';
import type { HowToAsk } from '../traceQuestion.ts';

export interface Look {
  client: Pick<Client<InspectorContract>, 'call' | 'on'>;
  runId: string;
  /** Absent: the best. */
  epoch?: number;
  text: string;
  /** Whether anything can be computed; else only what was stored is there. */
  canTrace: boolean;
  sources: TraceSources;
  /** How the trace on the page was asked for. */
  question: HowToAsk;
  /** What is on the page: of one layer, and maybe of the text before this one while the next is on its way. */
  trace: Trace | undefined;
}

/** The same for the same question; a change of it means: ask again. */
export const keyOf = ({ runId, epoch, text, question }: Look, ...more: unknown[]): string =>
  JSON.stringify([runId, epoch, text, question.method, ...more]);
