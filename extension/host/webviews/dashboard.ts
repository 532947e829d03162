// The dashboard panel: all runs, kept up to date while one trains, no faster than the page follows.
import * as vscode from 'vscode';
import type { DashboardContract } from '../../protocol/dashboardContract.ts';
import { DASHBOARD_VIEW_TYPE } from '../manifest/ids.ts';
import { createThrottled } from '../views/coalesce.ts';
import { createDashboardHandlers, type DashboardHandlerDeps } from './dashboardHandlers.ts';
import { checkDashboardParams } from './dashboardParams.ts';
import { MetricBacklog } from './metricBacklog.ts';
import { PagePanel } from './pagePanel.ts';

const RUNS_INTERVAL_MS = 250;

export interface DashboardDeps extends Omit<DashboardHandlerDeps, 'takeFocus' | 'backlog'> {
  extensionUri: vscode.Uri;
  log: vscode.LogOutputChannel;
}

export class Dashboard implements vscode.Disposable {
  readonly #panel: PagePanel<DashboardContract>;
  readonly #subscriptions: vscode.Disposable[];

  constructor(deps: DashboardDeps) {
    const { extensionUri, log, catalog, engine } = deps;
    const backlog = new MetricBacklog((runId) =>
      this.#panel.sendPaced('append', () => backlog.take(runId), `append ${runId}`),
    );
    this.#panel = new PagePanel<DashboardContract>({
      page: 'dashboard',
      viewType: DASHBOARD_VIEW_TYPE,
      title: vscode.l10n.t('Gatescope Dashboard'),
      extensionUri,
      log,
      checkParams: checkDashboardParams,
      createHandlers: (takeFocus) => createDashboardHandlers({ ...deps, backlog, takeFocus }),
    });
    const runsChanged = createThrottled(
      () => this.#panel.sendPaced('runsChanged', () => catalog.summaries()),
      RUNS_INTERVAL_MS,
    );
    this.#subscriptions = [
      runsChanged,
      catalog.onChange(() => runsChanged.request()),
      catalog.onProgress(() => runsChanged.request()),
      vscode.workspace.onDidSaveTextDocument(({ uri }) =>
        this.#panel.send('configSaved', () => ({ configPath: uri.fsPath })),
      ),
      engine.on('append', (frame) => (this.#panel.isListening ? backlog.add(frame) : backlog.clear())),
    ];
  }

  /** Shows the panel; with a run, shows that run first. The editor keeps the keyboard focus when `preserveFocus` is set. */
  open(runId?: string, preserveFocus = false): void {
    this.#panel.open(runId === undefined ? undefined : { runId }, preserveFocus);
  }

  /** Shows the plan of a config. */
  openPlan(configPath: string): void {
    this.#panel.open({ configPath });
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#panel.dispose();
  }
}
