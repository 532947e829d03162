// The dashboard: the run that is looked at, curves, all runs, evaluation, predictions. <gs-dashboard>
import { html, nothing, type TemplateResult } from 'lit';
import type { DashboardContract, RunSummary } from '../../extension/protocol/dashboardContract.ts';
import type { GenerateSettings } from '../../extension/protocol/engineContract.ts';
import type { Client } from '../../extension/protocol/rpc.ts';
import { CancelledError } from '../../extension/util/userError.ts';
import type { SaveFile } from '../shared/chart/curveChart.ts';
import '../shared/chart/chartGrid.ts';
import type { ChartSettings } from '../shared/chart/settings.ts';
import '../shared/evaluation/evaluationView.ts';
import { renderGroups } from '../shared/groups.ts';
import { LightElement } from '../shared/lightElement.ts';
import { emptyNotice, errorNotice, infoNotice } from '../shared/notice.ts';
import type { PageHost } from '../shared/pageHost.ts';
import { renderSamples } from '../shared/samples.ts';
import { readTheme } from '../shared/theme.ts';
import { progressRing } from '../shared/widgets.ts';
import { DashboardStore } from './dashboardStore.ts';
import './planView.ts';
import { renderRunHeader } from './runHeader.ts';
import './runTable.ts';
import type { RunTableActions } from './runTable.ts';
import './tryIt.ts';
import './writeOn.ts';

export class DashboardApp extends LightElement {
  declare store: DashboardStore;
  readonly #saveFile: SaveFile = (suggestedName, data) => this.store.client.call('saveFile', { suggestedName, data });
  #tableActions: RunTableActions | undefined;

  start(client: Client<DashboardContract>, host: PageHost): void {
    this.store = new DashboardStore(client, host, () => this.requestUpdate());
    this.#tableActions = this.#makeTableActions();
    void this.store.load();
  }

  protected override render(): TemplateResult {
    const { store } = this;
    const failure =
      store.error === undefined
        ? nothing
        : errorNotice('Something could not be loaded.', store.error, () => void store.load());
    if (!store.isLoaded)
      return html`<main>${store.error === undefined ? progressRing('Loading runs') : failure}</main>`;
    const { plan } = store.state;
    if (plan !== undefined) return html`<main>${failure} ${this.#renderPlan(plan)}</main>`;
    const { focused } = store;
    if (!focused) return html`<main>${failure}${renderNoRuns(store.whyNot)}</main>`;
    return html`<main>
      ${failure} ${renderRunHeader(focused, this.#headerActions(focused.id))}
      <section aria-label="Curves">
        <h2 class="visually-hidden">Curves</h2>
        <gs-charts
          .runs=${store.plotted}
          .settings=${store.state.charts}
          .emptyText=${store.isLoadingCurves ? 'Loading the curves …' : 'No run is plotted. Tick one in the table of runs.'}
          .saveFile=${this.#saveFile}
          @settings=${(event: CustomEvent<ChartSettings>) => store.change({ charts: event.detail })}
        ></gs-charts>
      </section>
      <section aria-label="All runs">
        <gs-run-table
          .runs=${store.runs}
          .view=${store.state}
          .plotted=${store.plottedIds}
          .focused=${focused.id}
          .colors=${(runId: string) => readTheme().runs[store.state.colors[runId] ?? 0]}
          .actions=${this.#tableActions}
        ></gs-run-table>
      </section>
      <section aria-label="Try it">${this.#renderTryIt(focused)}</section>
      <section aria-label="Evaluation">
        <gs-evaluation
          .evaluation=${store.evaluationOf(focused)}
          .inspect=${(text: string) => this.#inspect(focused.id, text)}
          .openExample=${(path: string, line: number) => this.#do(store.client.call('openExample', { runId: focused.id, path, line }))}
        ></gs-evaluation>
      </section>
      ${renderGroups(focused.groups, store.evaluationOf(focused) ?? undefined)}
      ${renderSamples(store.samplesOf(focused))}
    </main>`;
  }

  #renderPlan(configPath: string): TemplateResult {
    const { store } = this;
    return html`<gs-plan
      .client=${store.client}
      .saveFile=${this.#saveFile}
      .close=${() => store.closePlan()}
      .configPath=${configPath}
      .revision=${store.planRevision}
    ></gs-plan>`;
  }

  #renderTryIt({ id, task }: RunSummary): TemplateResult {
    const { store } = this;
    const whyNot = store.canTrain ? undefined : store.whyNot;
    if (task === 'languageModel') {
      const generate = (runId: string, settings: GenerateSettings) =>
        store.client.call('generate', { runId, settings });
      return html`<gs-write-on .runId=${id} .whyNot=${whyNot} .generate=${generate}></gs-write-on>`;
    }
    const predict = (runId: string, text: string) => store.client.call('predict', { runId, text });
    return html`<gs-try-it
      .runId=${id}
      .whyNot=${whyNot}
      .predict=${predict}
      .inspect=${(text: string) => this.#inspect(id, text)}
    ></gs-try-it>`;
  }

  #headerActions(runId: string) {
    const { client } = this.store;
    return {
      control: (action: Parameters<Parameters<typeof renderRunHeader>[1]['control']>[0]) =>
        this.#do(client.call('control', { runId, action })),
      writeNote: (note: string) => this.#do(client.call('updateRun', { runId, note })),
      openConfig: () => this.#do(client.call('openConfig', { runId })),
      inspect: () => this.#inspect(runId),
    };
  }

  #inspect(runId: string, text?: string): void {
    this.#do(this.store.client.call('inspect', { runId, text }));
  }

  #makeTableActions(): RunTableActions {
    const { store } = this;
    const { client } = store;
    return {
      focus: (runId) => store.focusRun(runId),
      togglePlotted: (runId) => store.togglePlotted(runId),
      rename: (runId, name) => this.#do(client.call('updateRun', { runId, name })),
      remove: (runId) => this.#do(client.call('deleteRuns', { runIds: [runId] })),
      inspect: (runId) => this.#inspect(runId),
      openConfig: (runId) => this.#do(client.call('openConfig', { runId })),
      revealFolder: (runId) => this.#do(client.call('revealFolder', { runId })),
      change: (part) => store.change(part),
    };
  }

  /** A failed action is said at the top of the page. */
  #do(action: Promise<unknown>): void {
    action.catch((error: unknown) => {
      if (error instanceof CancelledError) return;
      this.store.error = error;
      this.requestUpdate();
    });
  }
}

function renderNoRuns(whyNot: string | undefined): TemplateResult {
  return html`${emptyNotice('No runs yet.', 'Open a *.gatescope.json file and press Train above its first line.')}
  ${whyNot ? infoNotice(whyNot) : nothing}`;
}

customElements.define('gs-dashboard', DashboardApp);
