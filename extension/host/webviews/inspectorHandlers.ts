// What the inspector page may ask for. Parameters are checked before they come here; runs are named by id and looked up, never by path.
// Invariant: what computes asks for trust first, and ends when the page no longer wants the answer.
import * as vscode from 'vscode';
import type { RunSummary } from '../../protocol/dashboardContract.ts';
import type { EngineContract } from '../../protocol/engineContract.ts';
import type { InspectorContract, InspectorFocus, OfRun } from '../../protocol/inspectorContract.ts';
import type { Handlers, MethodOf, ParamsOf, ResultOf } from '../../protocol/rpc.ts';
import { hasWeights } from '../../protocol/runWeights.ts';
import { openDataLine, requireRun } from '../commands/runActions.ts';
import type { Engine } from '../training/engine.ts';
import { requireTrust, whyUntrusted } from '../training/trainCommand.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import { saveFile } from './saveFile.ts';

export interface InspectorHandlerDeps {
  catalog: WorkspaceCatalog;
  engine: Engine;
  openDashboard(runId: string): void;
  /** What to show first, once. */
  takeFocus(): InspectorFocus | undefined;
  /** What the page remembers: VS Code for the web does not keep it over a refresh of the browser. */
  keptState: { read(): string | undefined; write(state: string): void };
}

export function createInspectorHandlers(deps: InspectorHandlerDeps): Handlers<InspectorContract> {
  const { catalog, engine } = deps;
  const runOf = (runId: string) => requireRun(runId, catalog);
  const ofFolder = <Request extends object>({ runId, ...request }: OfRun<Request & { runDir: string }>) =>
    ({ ...request, runDir: runOf(runId).dir }) as Request & { runDir: string };
  const compute = <M extends MethodOf<EngineContract>>(
    method: M,
    params: ParamsOf<EngineContract, M>,
    signal: AbortSignal,
  ): Promise<ResultOf<EngineContract, M>> => {
    requireTrust(tracing());
    return engine.call(method, params, { signal });
  };
  return {
    async runs() {
      await catalog.refresh();
      const whyNot = whyUntrusted(tracing());
      const kept = deps.keptState.read();
      return { runs: inspectableRuns(catalog), focus: deps.takeFocus(), kept, canTrace: whyNot === undefined, whyNot };
    },
    keepState: ({ state }) => deps.keptState.write(state),
    traceSources: ({ runId }, { signal }) => engine.call('traceSources', { runDir: runOf(runId).dir }, { signal }),
    probe: (params, { signal }) => engine.call('probe', ofFolder(params), { signal }),
    trace: (params, { signal }) => compute('trace', ofFolder(params), signal),
    equation: (params, { signal }) => compute('equation', ofFolder(params), signal),
    gradients: (params, { signal }) => compute('gradients', ofFolder(params), signal),
    connectivity: (params, { signal }) => compute('connectivity', ofFolder(params), signal),
    statistics: (params, { signal }) => compute('statistics', ofFolder(params), signal),
    selectAndMatch: (params, { signal }) => compute('selectAndMatch', ofFolder(params), signal),
    openDataLine: ({ runId, path, line }) => openDataLine(runOf(runId), { path, line }),
    openDashboard: ({ runId }) => deps.openDashboard(runOf(runId).manifest.id),
    saveFile: ({ suggestedName, data }) => saveFile(suggestedName, data),
    async saveTrace({ suggestedName, ...params }, { signal }) {
      return saveFile(suggestedName, await compute('exportTrace', ofFolder(params), signal));
    },
  };
}

/** Newest first. */
export function inspectableRuns(catalog: WorkspaceCatalog): RunSummary[] {
  return catalog.summaries().filter(hasWeights);
}

const tracing = (): string => vscode.l10n.t('Tracing texts');
