// The inspector panel: the gates of one run at a time. Another run takes its place in the same panel, with the same text:
// runs are compared inside the page.
import * as vscode from 'vscode';
import type { InspectorContract, InspectorFocus } from '../../protocol/inspectorContract.ts';
import { INSPECTOR_VIEW_TYPE } from '../manifest/ids.ts';
import { createThrottled } from '../views/coalesce.ts';
import { createInspectorHandlers, type InspectorHandlerDeps, inspectableRuns } from './inspectorHandlers.ts';
import { checkInspectorParams } from './inspectorParams.ts';
import { PagePanel } from './pagePanel.ts';

const RUNS_INTERVAL_MS = 500;

/** Where the page's own state is kept, in the workspace's. */
const STATE_KEY = 'inspector.state';

export interface InspectorDeps extends Omit<InspectorHandlerDeps, 'takeFocus' | 'keptState'> {
  extensionUri: vscode.Uri;
  workspaceState: vscode.Memento;
  log: vscode.LogOutputChannel;
}

export class Inspector implements vscode.Disposable {
  readonly #panel: PagePanel<InspectorContract>;
  readonly #subscriptions: vscode.Disposable[];

  constructor(deps: InspectorDeps) {
    const { extensionUri, log, catalog, engine, workspaceState } = deps;
    this.#panel = new PagePanel<InspectorContract>({
      page: 'inspector',
      viewType: INSPECTOR_VIEW_TYPE,
      title: vscode.l10n.t('Gatescope Inspector'),
      extensionUri,
      log,
      checkParams: checkInspectorParams,
      createHandlers: (takeFocus, { isRevived }) =>
        createInspectorHandlers({
          ...deps,
          takeFocus,
          keptState: {
            // A page that is opened anew starts anew.
            read: () => (isRevived ? workspaceState.get<string>(STATE_KEY) : undefined),
            write: (state) => void workspaceState.update(STATE_KEY, state),
          },
        }),
    });
    const runsChanged = createThrottled(
      () => this.#panel.send('runsChanged', () => inspectableRuns(catalog)),
      RUNS_INTERVAL_MS,
    );
    this.#subscriptions = [
      runsChanged,
      catalog.onChange(() => runsChanged.request()),
      engine.on('matching', (progress) => this.#panel.send('matching', () => progress)),
    ];
  }

  /** Shows the panel, and in it what `focus` says; the page keeps what it does not say. */
  open(focus?: InspectorFocus): void {
    this.#panel.open(focus);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#panel.dispose();
  }
}
