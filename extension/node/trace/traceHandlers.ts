// The calls of the engine worker that look inside a run.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { unitEquation } from '../../engine/trace/equation.ts';
import type { EngineContract } from '../../protocol/engineContract.ts';
import type { Handlers } from '../../protocol/rpc.ts';
import type { CellEquation, EquationRequest, WeightsOfRun } from '../../protocol/trace.ts';
import { CancelledError, UserError } from '../../util/userError.ts';
import type { RunModel, RunModelCache } from '../runModel.ts';
import { exportTrace } from './exportTrace.ts';
import { checkPlace, readText, traceRun } from './runTrace.ts';

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

export function createTraceHandlers(models: RunModelCache): Pick<Handlers<EngineContract>, TraceCalls> {
  const later = (): never => {
    throw new Error('This call is agreed on, and not built yet');
  };
  /** A request that was cancelled while it waited costs nothing: who types sends one at every key stroke. */
  const modelOf = async ({ runDir, epoch }: WeightsOfRun, signal: AbortSignal): Promise<RunModel> => {
    await nextTurn();
    if (signal.aborted) throw new CancelledError();
    return models.get(runDir, epoch);
  };
  return {
    traceSources: later,
    trace: async (request, { signal }) => traceRun(await modelOf(request, signal), request),
    exportTrace: async (request, { signal }) =>
      exportTrace(traceRun(await modelOf(request, signal), request), request.format),
    equation: async (request, { signal }) => equationOf(await modelOf(request, signal), request),
    gradients: later,
    connectivity: later,
    statistics: later,
    probe: later,
    selectAndMatch: later,
  };
}

/** Throws UserError `trace.*` for a place that is not there. */
function equationOf(run: RunModel, request: EquationRequest): CellEquation {
  checkPlace(run, request);
  const { ids } = readText(run, request.text);
  const { hiddenSize } = run.model.shape.model.encoder;
  const { token, unit, terms } = request;
  checkIndex('token', token, ids.length);
  checkIndex('unit', unit, hiddenSize);
  return unitEquation(run.model, ids, request, terms);
}

function checkIndex(what: 'token' | 'unit', index: number, count: number): void {
  if (Number.isInteger(index) && index >= 0 && index < count) return;
  throw new UserError({
    code: what === 'token' ? 'trace.noToken' : 'trace.noUnit',
    message: `There is no ${what} ${index}.`,
    remedy: `Choose one from 0 to ${count - 1}.`,
  });
}
