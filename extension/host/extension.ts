// Entry point inside VS Code: makes the parts and connects them. No logic lives here.

import './loadTime.ts';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { markCrashed, readRun } from '../store/runStore.ts';
import { DisposableStore } from '../util/disposable.ts';
import type { CommandApi } from './commands/commandApi.ts';
import { createCompareConfigsCommand } from './commands/compareConfigsCommand.ts';
import { ConfigPlans } from './commands/configPlans.ts';
import { createDatasetCommands } from './commands/datasetCommands.ts';
import { createEngineInfoCommand } from './commands/engineInfoCommand.ts';
import { createExperimentCommands } from './commands/experimentCommands.ts';
import { createExportCommand } from './commands/exportCommand.ts';
import { createFineTuneCommands } from './commands/fineTuneCommands.ts';
import { createFormCommand } from './commands/formCommand.ts';
import { createGenerateCommand } from './commands/generateCommand.ts';
import { createImportCommand } from './commands/importCommand.ts';
import { createInspectorCommands } from './commands/inspectorCommands.ts';
import { createInstallTensorflowCommand } from './commands/installTensorflowCommand.ts';
import { createPredictCommand } from './commands/predictCommand.ts';
import { createPreviewCommand } from './commands/previewCommand.ts';
import { ReadOnlyDocuments } from './commands/readOnlyDocuments.ts';
import { registerCommands } from './commands/registerCommands.ts';
import { createRunCommands } from './commands/runCommands.ts';
import { runNamedBy } from './commands/targets.ts';
import { createTrainingCommands } from './commands/trainingCommands.ts';
import { configChecker } from './config/checkConfig.ts';
import { ConfigDiagnostics } from './config/configDiagnostics.ts';
import { ExperimentReader } from './config/experimentReader.ts';
import { registerLanguageFeatures } from './config/languageFeatures.ts';
import { ParameterCounts } from './config/parameterCounts.ts';
import { DatasetCatalog } from './datasets/datasetCatalog.ts';
import { loadedAtMs } from './loadTime.ts';
import { VIEWS } from './manifest/ids.ts';
import { keepContextKeys } from './training/contextKeys.ts';
import { Engine } from './training/engine.ts';
import { createThreadTransport } from './training/threadTransport.ts';
import { TrainingQueue } from './training/trainingQueue.ts';
import { createTrainingStatusBar } from './training/trainingStatusBar.ts';
import { DatasetsView } from './views/datasetsView.ts';
import { ExperimentsView } from './views/experimentsView.ts';
import { RunsView } from './views/runsView.ts';
import { WorkspaceCatalog } from './views/workspaceCatalog.ts';
import { Dashboard } from './webviews/dashboard.ts';
import { DatasetPage } from './webviews/datasetPage.ts';
import { FormEditor } from './webviews/form.ts';
import { Inspector } from './webviews/inspector.ts';

export interface GatescopeApi {
  /** Loading the bundle plus `activate`, as VS Code counts it: what it does in between is not ours. */
  activationMs: number;
}

const loadMs = performance.now() - loadedAtMs;

interface Parts {
  context: vscode.ExtensionContext;
  /** Disposed in reverse order: what uses a part goes before the part. */
  owned: DisposableStore;
  log: vscode.LogOutputChannel;
  engine: Engine;
  queue: TrainingQueue;
  catalog: WorkspaceCatalog;
  datasets: DatasetCatalog;
  diagnostics: ConfigDiagnostics;
  reader: ExperimentReader;
  counts: ParameterCounts;
  plans: ConfigPlans;
  dashboard: Dashboard;
  inspector: Inspector;
  datasetPage: DatasetPage;
}

export function activate(context: vscode.ExtensionContext): GatescopeApi {
  const startedAtMs = performance.now();
  const parts = createParts(context);
  connectEngineLog(parts);
  parts.owned.add(registerLanguageFeatures(parts));
  registerViews(parts);
  parts.owned.add(new FormEditor({ ...parts, extensionUri: context.extensionUri }).register());
  parts.owned.add(registerAllCommands(parts));
  parts.owned.add(createTrainingStatusBar(parts.queue));
  parts.owned.add(keepContextKeys(parts.queue, parts.catalog));
  void parts.datasets.refresh().catch((error: unknown) => parts.log.error(String(error)));
  void parts.catalog.refresh().catch((error: unknown) => parts.log.error(String(error)));
  const activationMs = loadMs + performance.now() - startedAtMs;
  parts.log.info(`Activated in ${activationMs.toFixed(1)} ms`);
  return { activationMs };
}

function createParts(context: vscode.ExtensionContext): Parts {
  const owned = new DisposableStore();
  context.subscriptions.push(owned);
  const log = owned.add(vscode.window.createOutputChannel('Gatescope', { log: true }));
  const workerPath = join(context.extensionPath, 'dist', 'worker.cjs');
  const engine = owned.add(
    new Engine(() =>
      createThreadTransport({
        workerPath,
        env: { GATESCOPE_STORAGE: context.globalStorageUri.fsPath },
        onOutput: (line) => log.info(`engine: ${line}`),
      }),
    ),
  );
  const catalog = owned.add(new WorkspaceCatalog(engine, log));
  const datasets = owned.add(new DatasetCatalog(log));
  const queue = owned.add(
    new TrainingQueue({
      engine,
      async markCrashed(runDir) {
        await markCrashed(runDir);
        catalog.put(await readRun(runDir));
      },
    }),
  );
  const reader = new ExperimentReader(configChecker);
  const diagnostics = owned.add(new ConfigDiagnostics(engine, configChecker, log));
  const counts = new ParameterCounts(engine);
  const plans = new ConfigPlans({ engine, checker: configChecker, catalog });
  const { extensionUri } = context;
  const dashboard = owned.add(
    new Dashboard({
      ...{ engine, catalog, queue, log, extensionUri, plans },
      inspect: (focus) => inspector.open(focus),
    }),
  );
  const inspector = owned.add(
    new Inspector({
      engine,
      catalog,
      log,
      extensionUri,
      workspaceState: context.workspaceState,
      openDashboard: (runId) => dashboard.open(runId),
    }),
  );
  const datasetPage = owned.add(new DatasetPage({ engine, datasets, catalog, reader, log, extensionUri }));
  return {
    context,
    owned,
    log,
    engine,
    queue,
    catalog,
    datasets,
    diagnostics,
    reader,
    counts,
    plans,
    dashboard,
    inspector,
    datasetPage,
  };
}

function connectEngineLog({ owned, engine, log }: Parts): void {
  owned.add(engine.on('log', ({ level, text }) => (level === 'warning' ? log.warn(text) : log[level](text))));
  owned.add(engine.onDied((reason) => log.error(reason)));
}

function registerViews({ owned, catalog, queue, reader, engine, datasets: known }: Parts): void {
  const experiments = owned.add(new ExperimentsView(catalog, queue));
  const runs = owned.add(new RunsView(catalog));
  const datasets = owned.add(new DatasetsView(catalog, reader, { engine, datasets: known }));
  owned.add(vscode.window.createTreeView(VIEWS.experiments, { treeDataProvider: experiments }));
  owned.add(vscode.window.createTreeView(VIEWS.runs, { treeDataProvider: runs, canSelectMany: true }));
  owned.add(
    vscode.window.createTreeView(VIEWS.datasets, { treeDataProvider: datasets, dragAndDropController: datasets }),
  );
}

function registerAllCommands(parts: Parts): vscode.Disposable {
  const { context, owned, catalog, datasets, engine, reader, counts, plans, diagnostics, dashboard, log } = parts;
  const documents = owned.add(new ReadOnlyDocuments());
  const api: CommandApi = {
    ...createTrainingCommands({ ...parts, openDashboard: (runId) => dashboard.open(runId, true) }),
    ...createExperimentCommands({ mediaPath: join(context.extensionPath, 'media'), catalog }),
    ...createFormCommand(catalog),
    ...createDatasetCommands({ catalog, datasets, engine, page: parts.datasetPage }),
    ...createRunCommands({ catalog, engine }, log),
    ...createFineTuneCommands({
      ...{ catalog, checker: configChecker, counts, plans, log },
      openPlan: (configPath) => dashboard.openPlan(configPath),
    }),
    ...createPredictCommand({ catalog, engine }),
    ...createGenerateCommand({ catalog, engine }),
    ...createInspectorCommands(parts),
    ...createCompareConfigsCommand({ catalog }),
    ...createExportCommand({ catalog, engine }),
    ...createImportCommand({ catalog, engine, documents }),
    ...createPreviewCommand({ engine, catalog, reader, documents }),
    ...createEngineInfoCommand({ engine, documents }),
    ...createInstallTensorflowCommand(engine),
    async 'gatescope.dashboard.open'(target) {
      const run = runNamedBy(target, catalog, () => true);
      dashboard.open(run?.manifest.id);
    },
    async 'gatescope.view.refresh'() {
      diagnostics.recheckAll();
      await Promise.all([catalog.refresh(), datasets.refresh()]);
    },
    'gatescope.log.show': () => log.show(),
    async 'gatescope.settings.open'() {
      await vscode.commands.executeCommand('workbench.action.openSettings', '@ext:gatescope.gatescope');
    },
  };
  return registerCommands(api, log);
}
