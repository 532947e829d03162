// The dashboard panel: one a window. It holds no state of its own; a page that was hidden or reloaded asks again and gets all.
// Invariant: events go only to a page that is visible and has asked for the runs since it was (re)loaded.
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { DashboardContract } from '../../protocol/dashboardContract.ts';
import { type Server, serve } from '../../protocol/rpc.ts';
import { DASHBOARD_VIEW_TYPE } from '../manifest/ids.ts';
import type { Engine } from '../training/engine.ts';
import { createThrottled } from '../views/coalesce.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import { createDashboardHandlers, type DashboardHandlerDeps } from './dashboardHandlers.ts';
import { dashboardHtml } from './dashboardHtml.ts';
import { checkDashboardParams } from './dashboardParams.ts';
import { createPageTransport } from './pageTransport.ts';

const RUNS_INTERVAL_MS = 250;

export interface DashboardDeps extends Omit<DashboardHandlerDeps, 'takeFocus'> {
  engine: Engine;
  catalog: WorkspaceCatalog;
  extensionUri: vscode.Uri;
  log: vscode.LogOutputChannel;
}

interface LivePage {
  panel: vscode.WebviewPanel;
  server: Server<DashboardContract>;
  /** The page has asked for the runs and listens. */
  isReady: boolean;
}

export class Dashboard implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #deps: DashboardDeps;
  readonly #subscriptions: vscode.Disposable[];
  #page: LivePage | undefined;
  #focus: string | undefined;

  constructor(deps: DashboardDeps) {
    this.#deps = deps;
    const runsChanged = createThrottled(
      () => this.#send((server) => server.send('runsChanged', deps.catalog.summaries())),
      RUNS_INTERVAL_MS,
    );
    this.#subscriptions = [
      runsChanged,
      deps.catalog.onChange(() => runsChanged.request()),
      deps.catalog.onProgress(() => runsChanged.request()),
      deps.engine.on('append', (frame) => this.#send((server) => server.send('append', frame))),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#reload()),
      vscode.window.registerWebviewPanelSerializer(DASHBOARD_VIEW_TYPE, this),
    ];
  }

  /** Shows the panel; with a run, shows that run first. The editor keeps the keyboard focus when `preserveFocus` is set. */
  open(runId?: string, preserveFocus = false): void {
    this.#focus = runId ?? this.#focus;
    if (!this.#page) {
      const panel = vscode.window.createWebviewPanel(
        DASHBOARD_VIEW_TYPE,
        vscode.l10n.t('Gatescope Dashboard'),
        { viewColumn: vscode.ViewColumn.Beside, preserveFocus },
        this.#options(),
      );
      this.#attach(panel);
      return;
    }
    const wasVisible = this.#page.panel.visible;
    this.#page.panel.reveal(undefined, preserveFocus);
    const focus = wasVisible && this.#page.isReady ? this.#takeFocus() : undefined;
    if (focus !== undefined) this.#page.server.send('focus', { runId: focus });
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    this.#page?.panel.dispose();
    panel.webview.options = this.#options();
    this.#attach(panel);
  }

  #options(): vscode.WebviewOptions & vscode.WebviewPanelOptions {
    return { enableScripts: true, retainContextWhenHidden: false, localResourceRoots: [this.#webviewFolder()] };
  }

  #webviewFolder(): vscode.Uri {
    return vscode.Uri.joinPath(this.#deps.extensionUri, 'dist', 'webview');
  }

  #icon(theme: 'light' | 'dark'): vscode.Uri {
    return vscode.Uri.joinPath(this.#deps.extensionUri, 'media', 'icons', `dashboard-${theme}.svg`);
  }

  #takeFocus(): string | undefined {
    const focus = this.#focus;
    this.#focus = undefined;
    return focus;
  }

  #attach(panel: vscode.WebviewPanel): void {
    const { log } = this.#deps;
    const handlers = createDashboardHandlers({ ...this.#deps, takeFocus: () => this.#takeFocus() });
    const server = serve<DashboardContract>(
      createPageTransport(panel),
      {
        ...handlers,
        async runs(params, context) {
          const answer = await handlers.runs(params, context);
          page.isReady = panel.visible;
          return answer;
        },
      },
      {
        checkParams: checkDashboardParams,
        onBug: (method, error) => log.error(`dashboard ${method}:`, error instanceof Error ? error : String(error)),
      },
    );
    const page: LivePage = { panel, server, isReady: false };
    this.#page = page;
    panel.iconPath = { light: this.#icon('light'), dark: this.#icon('dark') };
    panel.onDidChangeViewState(() => {
      if (!panel.visible) page.isReady = false;
    });
    panel.onDidDispose(() => {
      server.dispose();
      if (this.#page === page) this.#page = undefined;
    });
    panel.webview.html = this.#html(panel.webview);
  }

  /** A fresh document: the page asks for everything again. */
  #reload(): void {
    if (!this.#page) return;
    this.#page.isReady = false;
    this.#page.panel.webview.html = this.#html(this.#page.panel.webview);
  }

  #html(webview: vscode.Webview): string {
    const folder = this.#webviewFolder();
    return dashboardHtml({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('hex'),
      uri: (file) => webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString(),
      title: vscode.l10n.t('Gatescope Dashboard'),
      language: vscode.env.language,
    });
  }

  #send(action: (server: Server<DashboardContract>) => void): void {
    if (this.#page?.isReady && this.#page.panel.visible) action(this.#page.server);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#page?.panel.dispose();
  }
}
