// What the dashboard page may ask for. Parameters are checked before they come here; runs are named by id and looked up, never by path.
import type { DashboardContract } from '../../protocol/dashboardContract.ts';
import type { Handlers } from '../../protocol/rpc.ts';
import { readEvaluation, readMetrics } from '../../store/runStore.ts';
import { UserError, withRemedy } from '../../util/userError.ts';
import {
  changeRun,
  deleteRuns,
  generate,
  openExample,
  openRunConfig,
  predict,
  requireRun,
  revealRunFolder,
} from '../commands/runActions.ts';
import type { Engine } from '../training/engine.ts';
import { requireTrust } from '../training/trainCommand.ts';
import type { TrainingQueue } from '../training/trainingQueue.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import { saveFile } from './saveFile.ts';

export interface DashboardHandlerDeps {
  catalog: WorkspaceCatalog;
  engine: Engine;
  queue: TrainingQueue;
  /** The run to show first, once. */
  takeFocus(): string | undefined;
}

export function createDashboardHandlers(deps: DashboardHandlerDeps): Handlers<DashboardContract> {
  const { catalog, engine, queue } = deps;
  const runOf = (runId: string) => requireRun(runId, catalog);
  return {
    async runs() {
      await catalog.refresh();
      return { runs: catalog.summaries(), focus: deps.takeFocus(), ...trust() };
    },
    metrics: ({ runId }) => readMetrics(runOf(runId).dir, runId),
    evaluation: async ({ runId }) => (await readEvaluation(runOf(runId).dir)) ?? null,
    updateRun: ({ runId, name, note }) => changeRun(runOf(runId), { name, note }, catalog),
    deleteRuns: ({ runIds }) => deleteRuns(runIds.map(runOf), catalog),
    openConfig: ({ runId }) => openRunConfig(runOf(runId)),
    revealFolder: ({ runId }) => revealRunFolder(runOf(runId)),
    openExample: ({ runId, path, line }) => openExample(runOf(runId), { path, line }),
    control: ({ runId, action }) => queue.control(action, { runId }),
    predict: ({ runId, text }) => predict(runOf(runId), text, engine),
    generate: ({ runId, settings }) => generate(runOf(runId), settings, engine),
    saveFile: ({ suggestedName, data }) => saveFile(suggestedName, data),
  };
}

function trust(): { canTrain: boolean; whyNot?: string } {
  try {
    requireTrust();
    return { canTrain: true };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { canTrain: false, whyNot: withRemedy(error.message, error.remedy) };
  }
}
