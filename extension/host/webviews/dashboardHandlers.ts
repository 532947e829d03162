// What the dashboard page may ask for. Parameters are checked before they come here; runs are named by id and looked up, never by path.
import type { DashboardContract, DashboardFocus } from '../../protocol/dashboardContract.ts';
import type { InspectorFocus } from '../../protocol/inspectorContract.ts';
import type { Handlers } from '../../protocol/rpc.ts';
import { readEvaluation, readMetrics } from '../../store/runStore.ts';
import type { ConfigPlans } from '../commands/configPlans.ts';
import {
  changeRun,
  deleteRuns,
  generate,
  openExample,
  openRunConfig,
  predict,
  requireRun,
  requireWeights,
  revealRunFolder,
} from '../commands/runActions.ts';
import type { Engine } from '../training/engine.ts';
import { whyUntrusted } from '../training/trainCommand.ts';
import type { TrainingQueue } from '../training/trainingQueue.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import type { MetricBacklog } from './metricBacklog.ts';
import { saveFile } from './saveFile.ts';

export interface DashboardHandlerDeps {
  catalog: WorkspaceCatalog;
  engine: Engine;
  queue: TrainingQueue;
  inspect(focus: InspectorFocus): void;
  plans: ConfigPlans;
  backlog: MetricBacklog;
  /** What to show first, once. */
  takeFocus(): DashboardFocus | undefined;
}

export function createDashboardHandlers(deps: DashboardHandlerDeps): Handlers<DashboardContract> {
  const { catalog, engine, queue, plans, backlog } = deps;
  const runOf = (runId: string) => requireRun(runId, catalog);
  return {
    async runs() {
      await catalog.refresh();
      const whyNot = whyUntrusted();
      return { runs: catalog.summaries(), focus: deps.takeFocus(), canTrain: whyNot === undefined, whyNot };
    },
    metrics: ({ runId }) => {
      const { dir } = runOf(runId);
      return backlog.snapshot(runId, () => readMetrics(dir, runId));
    },
    evaluation: async ({ runId }) => (await readEvaluation(runOf(runId).dir)) ?? null,
    updateRun: ({ runId, name, note }) => changeRun(runOf(runId), { name, note }, catalog),
    deleteRuns: ({ runIds }) => deleteRuns(runIds.map(runOf), catalog),
    inspect: ({ runId, text }) => deps.inspect({ runId: requireWeights(runOf(runId)).manifest.id, text }),
    openConfig: ({ runId }) => openRunConfig(runOf(runId)),
    revealFolder: ({ runId }) => revealRunFolder(runOf(runId)),
    openExample: ({ runId, path, line }) => openExample(runOf(runId), { path, line }),
    control: ({ runId, action }) => queue.control(action, { runId }),
    predict: ({ runId, text }) => predict(runOf(runId), text, engine),
    generate: ({ runId, settings }) => generate(runOf(runId), settings, engine),
    plan: ({ configPath }) => plans.plan(configPath),
    findRate: ({ configPath }) => plans.findRate(configPath),
    useRate: ({ configPath, rate }) => plans.useRate(configPath, rate),
    showConfig: ({ configPath }) => plans.show(configPath),
    saveFile: ({ suggestedName, data }) => saveFile(suggestedName, data),
  };
}
