// A panel that shows one of our pages: its document, its wire, its life. One a window, brought to the front when it is opened again.
// It holds no state but what to show first; a page that was hidden or reloaded asks again and gets all.
// Invariant: events go only to a page that is visible and has asked (`takeFocus`) since it was (re)loaded.
import * as vscode from 'vscode';
import { type Contract, type EventOf, type Handlers, type Server, serve } from '../../protocol/rpc.ts';
import { Pace } from './pace.ts';
import { pageDocument, pageOptions } from './pageDocument.ts';
import type { PageName } from './pageHtml.ts';
import { createPageTransport } from './pageTransport.ts';
import type { ParamsCheck } from './paramChecks.ts';

/** A contract whose page is told what to show: in the answer to its first call, or by the event `focus`. */
export interface PageContract extends Contract {
  events: { focus: object };
}
type Focus<C extends PageContract> = C['events']['focus'];

export interface PagePanelOptions<C extends PageContract> {
  page: PageName;
  viewType: string;
  title: string;
  extensionUri: vscode.Uri;
  log: vscode.LogOutputChannel;
  checkParams: ParamsCheck;
  /** Called for each document. The handler of the page's first call takes what to show, once; from then on the page gets events. */
  createHandlers(takeFocus: () => Focus<C> | undefined, page: PageOrigin): Handlers<C>;
}

export interface PageOrigin {
  /** Whether VS Code brought the panel back after a reload. */
  isRevived: boolean;
}

interface LivePage<C extends PageContract> {
  panel: vscode.WebviewPanel;
  server: Server<C>;
  hasAsked: boolean;
  pace: Pace;
}

export class PagePanel<C extends PageContract> implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #options: PagePanelOptions<C>;
  readonly #subscriptions: vscode.Disposable[];
  #live: LivePage<C> | undefined;
  #focus: Focus<C> | undefined;

  constructor(options: PagePanelOptions<C>) {
    this.#options = options;
    this.#subscriptions = [
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#reload()),
      vscode.window.registerWebviewPanelSerializer(options.viewType, this),
    ];
  }

  /** Shows the panel, and in it `focus` where there is one. The editor keeps the keyboard focus when `preserveFocus` is set. */
  open(focus?: Focus<C>, preserveFocus = false): void {
    this.#focus = focus ?? this.#focus;
    if (!this.#live) {
      const { viewType, title } = this.#options;
      const where = { viewColumn: vscode.ViewColumn.Beside, preserveFocus };
      this.#attach(vscode.window.createWebviewPanel(viewType, title, where, this.#webviewOptions()), false);
      return;
    }
    const { panel, server } = this.#live;
    const { isListening } = this;
    panel.reveal(undefined, preserveFocus);
    const waiting = isListening ? this.#takeFocus() : undefined;
    if (waiting !== undefined) server.send('focus', waiting);
  }

  /** Whether a page gets what is sent. */
  get isListening(): boolean {
    return this.#live !== undefined && listens(this.#live);
  }

  /** Does nothing where no page listens: it will ask. */
  send<E extends EventOf<C>>(event: E, payload: () => C['events'][E]): void {
    if (this.isListening) this.#live?.server.send(event, payload());
  }

  /**
   * The same for what may come faster than the page takes it: sent when the page has taken what was paced before. `payload` is asked
   * then, once for all requests of one `key` that were made meanwhile; it may say that there is nothing to send any more.
   */
  sendPaced<E extends EventOf<C>>(event: E, payload: () => C['events'][E] | undefined, key: string = event): void {
    const live = this.#live;
    if (!live || !listens(live)) return;
    live.pace.request(key, async () => {
      const value = listens(live) ? payload() : undefined;
      if (value !== undefined) await live.server.deliver(event, value);
    });
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    this.#live?.panel.dispose();
    panel.webview.options = this.#webviewOptions();
    this.#attach(panel, true);
  }

  #webviewOptions(): vscode.WebviewOptions & vscode.WebviewPanelOptions {
    return { ...pageOptions(this.#options.extensionUri), retainContextWhenHidden: false };
  }

  #icon(theme: 'light' | 'dark'): vscode.Uri {
    const { extensionUri, page } = this.#options;
    return vscode.Uri.joinPath(extensionUri, 'media', 'icons', `${page}-${theme}.svg`);
  }

  #takeFocus(): Focus<C> | undefined {
    const focus = this.#focus;
    this.#focus = undefined;
    return focus;
  }

  #attach(panel: vscode.WebviewPanel, isRevived: boolean): void {
    const { page, log, checkParams, createHandlers } = this.#options;
    const takeFocus = (): Focus<C> | undefined => {
      live.hasAsked = panel.visible;
      live.pace.restart();
      return this.#takeFocus();
    };
    const server = serve<C>(createPageTransport(panel), createHandlers(takeFocus, { isRevived }), {
      checkParams,
      onBug: (method, error) => log.error(`${page} ${method}:`, error instanceof Error ? error : String(error)),
    });
    const live: LivePage<C> = { panel, server, hasAsked: false, pace: new Pace() };
    this.#live = live;
    panel.iconPath = { light: this.#icon('light'), dark: this.#icon('dark') };
    panel.onDidChangeViewState(() => {
      if (!panel.visible) live.hasAsked = false;
    });
    panel.onDidDispose(() => {
      server.dispose();
      if (this.#live === live) this.#live = undefined;
    });
    panel.webview.html = pageDocument(panel.webview, this.#options);
  }

  /** A fresh document: the page asks for everything again. */
  #reload(): void {
    if (!this.#live) return;
    this.#live.hasAsked = false;
    this.#live.panel.webview.html = pageDocument(this.#live.panel.webview, this.#options);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#live?.panel.dispose();
  }
}

function listens<C extends PageContract>({ panel, hasAsked }: LivePage<C>): boolean {
  return panel.visible && hasAsked;
}
