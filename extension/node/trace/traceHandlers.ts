// The calls of the engine worker that look inside a run.
import type { EngineContract } from '../../protocol/engineContract.ts';
import type { Handlers } from '../../protocol/rpc.ts';

type TraceCalls =
  | 'traceSources'
  | 'trace'
  | 'exportTrace'
  | 'equation'
  | 'gradients'
  | 'connectivity'
  | 'statistics'
  | 'probe'
  | 'selectAndMatch';

export function createTraceHandlers(): Pick<Handlers<EngineContract>, TraceCalls> {
  const later = (): never => {
    throw new Error('This call is agreed on, and not built yet');
  };
  return {
    traceSources: later,
    trace: later,
    exportTrace: later,
    equation: later,
    gradients: later,
    connectivity: later,
    statistics: later,
    probe: later,
    selectAndMatch: later,
  };
}
