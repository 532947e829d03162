// The dataset page: what it is, what is wrong with it, and its rows. <gs-dataset>
import { html, nothing, type TemplateResult } from 'lit';
import type { DatasetContract } from '../../extension/protocol/datasetContract.ts';
import type { DatasetFinding } from '../../extension/protocol/datasetReport.ts';
import type { OpenedTable, RowFilter } from '../../extension/protocol/datasetTable.ts';
import type { Client } from '../../extension/protocol/rpc.ts';
import { groupThousands } from '../shared/format.ts';
import { iconButton } from '../shared/icons.ts';
import { LightElement } from '../shared/lightElement.ts';
import { emptyNotice, errorNotice, infoNotice } from '../shared/notice.ts';
import type { PageHost } from '../shared/pageHost.ts';
import { button, progressRing } from '../shared/widgets.ts';
import './adviceView.ts';
import type { AdviceActions } from './adviceView.ts';
import { DatasetStore } from './datasetStore.ts';
import { KnownChoices } from './filterChoices.ts';
import { renderFindings } from './findingsList.ts';
import { renderOverview } from './overview.ts';
import { renderRowDetail } from './rowDetail.ts';
import './rowFilters.ts';
import { progressBar } from './rowFilters.ts';
import './rowTable.ts';
import './splitEditor.ts';
import type { SplitActions } from './splitEditor.ts';
import './tokenView.ts';
import type { Encode } from './tokenView.ts';

export class DatasetApp extends LightElement {
  declare store: DatasetStore;
  readonly #choices = new KnownChoices();
  readonly #splitActions: SplitActions = {
    preview: (splits, signal) => this.store.client.call('previewSplits', { path: this.#path, splits }, { signal }),
    write: (splits) => this.store.client.call('writeSplits', { path: this.#path, splits }),
  };

  readonly #adviceActions: AdviceActions = {
    advise: (signal) => this.store.client.call('advise', { path: this.#path }, { signal }),
    take: () => this.#newExperiment(),
  };

  readonly #encode: Encode = (text, config, signal) =>
    this.store.client.call('previewTokens', { path: this.#path, text, config }, { signal });

  get #path(): string {
    return this.store.state.path ?? '';
  }

  start(client: Client<DatasetContract>, host: PageHost): void {
    this.store = new DatasetStore(client, host, () => this.requestUpdate());
    void this.store.load();
  }

  protected override render(): TemplateResult {
    const { store } = this;
    const failure =
      store.error === undefined
        ? nothing
        : errorNotice(
            store.table ? 'That did not work.' : 'The dataset cannot be shown.',
            store.error,
            () => void (store.isLoaded ? store.open() : store.load()),
          );
    if (!store.isLoaded)
      return html`<main>${store.error === undefined ? progressRing('Looking for datasets') : failure}</main>`;
    if (store.whyNot !== undefined) return html`<main>${infoNotice(store.whyNot)}</main>`;
    if (store.state.path === undefined) return html`<main>${failure}${renderNoDatasets()}</main>`;
    const { table } = store;
    return html`<main>
      ${this.#renderHeader()} ${failure}
      ${table ? html`${this.#renderFindings(table)} ${this.#renderRows(table)} ${this.#renderOverview()} ${this.#renderAdvice(table)} ${this.#renderSplits(table)} ${this.#renderTokens()}` : nothing}
      ${table || store.error !== undefined ? nothing : progressRing('Opening')}
    </main>`;
  }

  #renderHeader(): TemplateResult {
    const { store } = this;
    const path = store.state.path ?? '';
    const { manifest } = store.table ?? {};
    const title = store.datasets.find((dataset) => dataset.path === path)?.title ?? '';
    return html`<header>
      <div class="section-head">
        <h1><bdi>${manifest?.name ?? title}</bdi></h1>
        ${store.datasets.length > 1 ? this.#renderChoice(path) : nothing}
        <span class="spacer"></span>
        ${button({ label: 'New Experiment', icon: 'new-file', onClick: () => this.#newExperiment() })}
        ${button({ label: 'Open Manifest', icon: 'go-to-file', onClick: () => store.do(store.client.call('openManifest', { path })) })}
        ${iconButton({ label: 'Read again', icon: 'refresh', onClick: () => void store.open() })}
      </div>
      ${manifest?.description ? html`<p>${manifest.description}</p>` : nothing} ${this.#renderFacts()}
    </header>`;
  }

  #renderChoice(path: string): TemplateResult {
    const { datasets } = this.store;
    const change = (event: Event): void => {
      const { selectedIndex } = event.target as HTMLSelectElement;
      this.store.show(datasets[selectedIndex].path);
    };
    return html`<select aria-label="Dataset" @change=${change}>
      ${datasets.map((dataset) => html`<option ?selected=${dataset.path === path}>${dataset.title} (${dataset.folder})</option>`)}
    </select>`;
  }

  #renderFacts(): TemplateResult {
    const { table, report } = this.store;
    const fact = (name: string, value: string | undefined): TemplateResult | typeof nothing =>
      value === undefined ? nothing : html`<div class="fact"><dt>${name}</dt><dd>${value}</dd></div>`;
    const files = table?.manifest.files ?? [];
    return html`<dl class="facts">
      ${report?.parts.map(({ part, rows }) => fact(part, groupThousands(rows)))}
      ${fact('Files', files.length === 0 ? undefined : listed(files.map((file) => file.path)))}
      ${fact('Licence', table?.manifest.licence)} ${fact('Source', table?.manifest.source)}
    </dl>`;
  }

  #renderFindings(table: OpenedTable): TemplateResult {
    const { store } = this;
    const { report, looking } = store;
    const view = {
      findings: report?.findings ?? [],
      leftOut: table.leftOut,
      isShown: ({ code, part }: DatasetFinding) => {
        const { filter } = store.state;
        return filter.finding === code && (part === undefined || filter.part === part);
      },
      isChanging: store.isChanging || looking !== undefined,
      isEmpty: table.rows === 0,
    };
    const actions = {
      show: (finding: DatasetFinding | undefined) =>
        store.filter({ ...NO_FILTER, finding: finding?.code, part: finding?.part }),
      leaveOut: (remedy: Parameters<DatasetStore['leaveOut']>[0]) => void store.leaveOut(remedy),
      putBack: (reason: string) => void store.putBack(reason),
    };
    return html`<section aria-label="Findings">
      <div class="section-head">
        <h2>Findings</h2>
        ${store.isChanging ? html`<span class="muted" role="status">Changing the manifest …</span>` : nothing}
        ${
          looking
            ? html`<span class="muted">Looking at all rows …</span>${progressBar('Looking at all rows', looking.fraction)}
              <button type="button" class="text-button" aria-label="Stop looking at all rows" @click=${() => looking.controller.abort()}>Cancel</button>`
            : nothing
        }
      </div>
      ${store.reportError === undefined ? nothing : errorNotice('The rows could not be looked at.', store.reportError, () => void store.open())}
      ${report || looking || !table.isComplete ? nothing : button({ label: 'Look at All Rows', onClick: () => void store.describe() })}
      ${report ? renderFindings(view, actions) : nothing}
      ${report || looking || table.isComplete ? nothing : html`<p class="muted">They come when all rows ${table.error === undefined ? 'are counted' : 'can be read'}.</p>`}
      ${report?.limits.map((limit) => html`<p class="muted">${limit}</p>`)}
    </section>`;
  }

  #renderRows(table: OpenedTable): TemplateResult {
    const { store } = this;
    const { filter, active } = store.state;
    const fileName = (path: string): string => this.#fileName(path);
    const open = (row: number): void => store.do(store.client.call('openRow', { path: store.state.path ?? '', row }));
    const failed = table.error === undefined ? nothing : infoNotice(`Rows end here. ${table.error}`);
    return html`<section aria-label="Rows" class="rows-section">
      <div class="section-head">
        <h2>Rows</h2>
        ${table.isComplete || table.error !== undefined ? nothing : html`<span class="muted">Counting …</span>${progressBar('Counting rows', table.fraction)}`}
      </div>
      <gs-row-filters
        .filter=${filter}
        .choices=${this.#choices.of(table, store.report)}
        .total=${table.rows}
        .isCounted=${table.isComplete}
        .found=${store.found}
        .fraction=${store.filtering?.fraction}
        @filter=${(event: CustomEvent<Partial<RowFilter>>) => store.filter(event.detail)}
        @clear=${() => store.filter(NO_FILTER)}
        @cancel=${() => store.cancelFilter()}
      ></gs-row-filters>
      <gs-dataset-rows
        .count=${store.count}
        .total=${table.rows}
        .active=${active}
        .rows=${store.pages}
        .fileName=${fileName}
        .revision=${{}}
        @choose=${(event: CustomEvent<number>) => store.choose(event.detail)}
        @open=${(event: CustomEvent<number>) => {
          const row = store.pages.at(event.detail);
          if (row) open(row.row);
        }}
      ></gs-dataset-rows>
      ${this.#renderNoRows(table)} ${failed}
      ${table.rows === 0 ? nothing : html`<div class="row-detail">${renderRowDetail(store.chosen, { fileName, open })}</div>`}
    </section>`;
  }

  #renderOverview(): TemplateResult | typeof nothing {
    const { report, configs, state } = this.store;
    if (!report || report.parts.length === 0) return nothing;
    return html`<section aria-label="Overview">
      <h2 class="visually-hidden">Overview</h2>
      ${renderOverview({ report, configs, filter: state.filter }, (changes) => this.store.filter(changes))}
    </section>`;
  }

  #renderAdvice(table: OpenedTable): TemplateResult {
    const { focus } = this.store;
    const wish = focus?.section === 'advice' ? focus : undefined;
    return html`<section aria-label="Encoder and settings">
      <div class="section-head">
        <h2>Encoder and settings</h2>
        <span class="muted">what fits this dataset, and why</span>
      </div>
      <gs-advice-view .table=${table} .wish=${wish} .actions=${this.#adviceActions}></gs-advice-view>
    </section>`;
  }

  #renderSplits(table: OpenedTable): TemplateResult {
    return html`<section aria-label="Splits">
      <div class="section-head">
        <h2>Splits</h2>
        <span class="muted">how validation and test are cut from the training rows</span>
      </div>
      <gs-split-editor .table=${table} .actions=${this.#splitActions}></gs-split-editor>
    </section>`;
  }

  #renderTokens(): TemplateResult {
    const { chosen, configs } = this.store;
    const rowText = chosen && chosen.characters > 0 ? chosen.text : undefined;
    return html`<section aria-label="Tokens">
      <div class="section-head">
        <h2>Tokens</h2>
        <span class="muted">the chosen row, or a text of yours, as a model reads it</span>
      </div>
      <gs-token-view .rowText=${rowText} .configs=${configs} .encode=${this.#encode}></gs-token-view>
    </section>`;
  }

  #newExperiment(): void {
    this.store.do(this.store.client.call('newExperiment', { path: this.#path }));
  }

  #renderNoRows(table: OpenedTable): TemplateResult | typeof nothing {
    const { store } = this;
    if (store.count > 0 || store.filtering || !table.isComplete) return nothing;
    return emptyNotice(table.rows === 0 ? 'The files have no rows.' : 'No row fits the filter.');
  }

  /** As the manifest names it. */
  #fileName(path: string): string {
    const folder = (this.store.state.path ?? '').replace(/[^/\\]*$/, '').replaceAll('\\', '/');
    const plain = path.replaceAll('\\', '/');
    return plain.startsWith(folder) ? plain.slice(folder.length) : plain;
  }
}

const MAX_LISTED = 3;
const NO_FILTER: RowFilter = {
  text: undefined,
  label: undefined,
  part: undefined,
  finding: undefined,
  length: undefined,
};

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_LISTED).join(', ');
  return names.length > MAX_LISTED ? `${shown} and ${names.length - MAX_LISTED} more` : shown;
}

function renderNoDatasets(): TemplateResult {
  return emptyNotice(
    'There is no dataset here yet.',
    'Run “Gatescope: Import Dataset…”, or drop a file onto the Datasets view.',
  );
}

customElements.define('gs-dataset', DatasetApp);
