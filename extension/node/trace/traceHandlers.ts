// The calls of the engine worker that look inside a run.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { unitEquation } from '../../engine/trace/equation.ts';
import type { EngineContract } from '../../protocol/engineContract.ts';
import type { Handlers } from '../../protocol/rpc.ts';
import type { CellEquation, EquationRequest, WeightsOfRun } from '../../protocol/trace.ts';
import type { MatchProgress } from '../../protocol/traceAnalysis.ts';
import { CancelledError, UserError } from '../../util/userError.ts';
import type { LoadOptions } from '../dataReader.ts';
import { createFileSource } from '../fileSource.ts';
import type { RunModel, RunModelCache } from '../runModel.ts';
import { exportTrace } from './exportTrace.ts';
import { selectAndMatch } from './matchPlaces.ts';
import { runConnectivity, runGradients } from './runGradients.ts';
import { runStatistics } from './runStatistics.ts';
import { checkPlace, readText, traceRun } from './runTrace.ts';
import { SampleCache } from './textSample.ts';
import { readProbe, traceSources } from './traceSources.ts';

const PROGRESS_INTERVAL_MS = 100;

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

export function createTraceHandlers(
  models: RunModelCache,
  onMatching: (progress: MatchProgress) => void,
): Pick<Handlers<EngineContract>, TraceCalls> {
  const samples = new SampleCache();
  /** A request that was cancelled while it waited costs nothing: who types sends one at every key stroke. */
  const modelOf = async ({ runDir, epoch }: WeightsOfRun, signal: AbortSignal): Promise<RunModel> => {
    await nextTurn();
    if (signal.aborted) throw new CancelledError();
    return models.get(runDir, epoch);
  };
  return {
    traceSources: ({ runDir }) => traceSources(runDir),
    trace: async (request, { signal }) => traceRun(await modelOf(request, signal), request),
    exportTrace: async (request, { signal }) =>
      exportTrace(traceRun(await modelOf(request, signal), request), request.format),
    equation: async (request, { signal }) => equationOf(await modelOf(request, signal), request),
    gradients: async (request, { signal }) => runGradients(await modelOf(request, signal), request, signal),
    connectivity: async (request, { signal }) => runConnectivity(await modelOf(request, signal), request, signal),
    async statistics(request, { signal }) {
      const run = await modelOf(request, signal);
      return runStatistics(run, await samples.get(run, request.over, reading(signal)), request, signal);
    },
    probe: (request) => readProbe(request),
    async selectAndMatch(request, { signal }) {
      const run = await modelOf(request, signal);
      const onProgress = limited((progress: Omit<MatchProgress, 'requestId'>) =>
        onMatching({ requestId: request.requestId, ...progress }),
      );
      return selectAndMatch(run, request, { files: createFileSource(), signal, onProgress });
    },
  };
}

/** Calls `tell` at most ten times a second. */
function limited<T>(tell: (value: T) => void): (value: T) => void {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return (value) => {
    if (performance.now() - toldAtMs < PROGRESS_INTERVAL_MS) return;
    toldAtMs = performance.now();
    tell(value);
  };
}

function reading(signal: AbortSignal): LoadOptions {
  return { files: createFileSource(), signal, onProgress: () => undefined, onLog: () => undefined };
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
