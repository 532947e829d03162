// What a config would train, before it does: groups with their locks, the learning rate of each over the run, and a search for one. <gs-plan>
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { ConfigPlan, DashboardContract } from '../../extension/protocol/dashboardContract.ts';
import type { FoundRate } from '../../extension/protocol/foundRate.ts';
import type { Client } from '../../extension/protocol/rpc.ts';
import { CancelledError } from '../../extension/util/userError.ts';
import type { SaveFile } from '../shared/chart/curveChart.ts';
import '../shared/chart/curveChart.ts';
import type { MetricKind } from '../shared/chart/metricKinds.ts';
import type { PlottedRun, Range, XAxis } from '../shared/chart/series.ts';
import { formatCount, groupThousands } from '../shared/format.ts';
import { renderGroups } from '../shared/groups.ts';
import { LightElement } from '../shared/lightElement.ts';
import { errorNotice } from '../shared/notice.ts';
import { button, progressRing } from '../shared/widgets.ts';
import { RATES_KIND, ratesOf, SEARCH_KIND, searchOf, shownOf } from './planCharts.ts';

type ChartName = 'rates' | 'search';

export class PlanView extends LightElement {
  static override properties = {
    configPath: { attribute: false },
    /** Another number: the config was saved, or a search has ended. */
    revision: { attribute: false },
    loaded: { state: true },
    error: { state: true },
    isSearching: { state: true },
    views: { state: true },
  };
  declare client: Client<DashboardContract>;
  declare saveFile: SaveFile;
  declare close: () => void;
  declare configPath: string;
  declare revision: number;
  declare loaded: ConfigPlan | undefined;
  declare error: unknown;
  declare isSearching: boolean;
  declare views: Partial<Record<ChartName, { crosshair?: number; zoom?: Range }>>;
  #rates: PlottedRun[] = [];
  #search: PlottedRun[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.views = {};
    this.isSearching = false;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('configPath')) this.loaded = undefined;
    if (changed.has('configPath') || changed.has('revision')) void this.#load();
  }

  async #load(): Promise<void> {
    const { configPath, revision } = this;
    this.error = undefined;
    try {
      const loaded = await this.client.call('plan', { configPath });
      // What was asked for since is newer.
      if (configPath === this.configPath && revision === this.revision) this.#take(loaded);
    } catch (error) {
      this.error = error;
    }
  }

  #take(loaded: ConfigPlan): void {
    this.loaded = loaded;
    this.#rates = ratesOf(loaded.plan.rates);
    this.#search = loaded.found ? searchOf(loaded.found) : [];
    this.views = {};
  }

  protected override render(): TemplateResult {
    const { loaded, configPath, client } = this;
    const file = configPath.replace(/^.*[/\\]/, '');
    return html`
      <header class="run-header">
        <div class="run-title">
          <h1 title=${configPath}>Plan of ${loaded?.name ?? file}</h1>
          <span class="spacer"></span>
          <div class="controls">
            ${button({ label: 'Open Config', icon: 'go-to-file', onClick: () => this.#do(client.call('showConfig', { configPath })) })}
            ${button({ label: 'Back to Runs', icon: 'arrow-left', onClick: () => this.close() })}
          </div>
        </div>
        ${loaded ? renderFacts(loaded) : nothing}
      </header>
      ${
        this.error === undefined
          ? nothing
          : errorNotice(`The plan of ${file} cannot be shown.`, this.error, () => void this.#load())
      }
      ${loaded ? this.#renderPlan(loaded) : this.error === undefined ? progressRing('Reading the data') : nothing}
    `;
  }

  #renderPlan({ plan, found }: ConfigPlan): TemplateResult {
    return html`
      ${renderGroups(plan.groups)}
      <section aria-label="Learning rates">
        <div class="section-head">
          <h2>Learning rates</h2>
          <span class="muted">over the whole run; 0 while a group is frozen</span>
        </div>
        ${this.#renderChart('rates', { kind: RATES_KIND, runs: this.#rates, xAxis: 'epoch' })}
      </section>
      <section aria-label="Search">${this.#renderSearch(found)}</section>
    `;
  }

  #renderSearch(found: FoundRate | undefined): TemplateResult {
    const { configPath } = this;
    const rate = found?.suggestion === undefined ? undefined : Number(found.suggestion.toPrecision(2));
    return html`<div class="section-head">
        <h2>Find a learning rate</h2>
        <span class="spacer"></span>
        ${button({
          label: found ? 'Search Again' : 'Find Learning Rate',
          icon: 'search',
          isDisabled: this.isSearching,
          onClick: () => this.#do(this.#find()),
        })}
      </div>
      ${this.isSearching ? progressRing('Trying rates from tiny to huge') : nothing}
      ${found ? html`${this.#renderChart('search', { kind: SEARCH_KIND, runs: this.#search, xAxis: 'rate' })} ${sayCut(found)}` : nothing}
      <p>
        ${
          !found
            ? html`<span class="muted">Tries rates from tiny to huge on a copy of the model, and suggests one within the longest fall of the loss.</span>`
            : rate === undefined
              ? 'The loss never falls: there is no rate to suggest.'
              : html`<strong>${rate}</strong>, the ring in the chart, lies within the longest fall of the loss.${sayFactors(found, rate)}
                  ${button({ label: `Write ${rate} into Config`, icon: 'edit', isPrimary: true, onClick: () => this.#do(this.client.call('useRate', { configPath, rate })) })}`
        }
      </p>`;
  }

  #renderChart(
    name: ChartName,
    { kind, runs, xAxis }: { kind: MetricKind; runs: PlottedRun[]; xAxis: XAxis },
  ): TemplateResult {
    const { crosshair, zoom } = this.views[name] ?? {};
    const change = (part: { crosshair?: number; zoom?: Range }): void => {
      this.views = { ...this.views, [name]: { ...this.views[name], ...part } };
    };
    return html`<gs-curve-chart
      .kind=${kind}
      .runs=${runs}
      .settings=${{ xAxis, isLogY: false, smoothing: 0, zoom, charts: [] }}
      .crosshair=${crosshair}
      .saveFile=${this.saveFile}
      @crosshair=${(event: CustomEvent<number | null>) => change({ crosshair: event.detail ?? undefined })}
      @zoom=${(event: CustomEvent<Range | null>) => change({ zoom: event.detail ?? undefined })}
    ></gs-curve-chart>`;
  }

  async #find(): Promise<void> {
    const { configPath, loaded } = this;
    this.isSearching = true;
    try {
      const found = await this.client.call('findRate', { configPath });
      if (loaded && configPath === this.configPath) this.#take({ ...loaded, found });
    } finally {
      this.isSearching = false;
    }
  }

  /** A failed action is said at the top. */
  #do(action: Promise<unknown>): void {
    action.catch((error: unknown) => {
      if (!(error instanceof CancelledError)) this.error = error;
    });
  }
}

/** What the groups were trained at, where they differ. */
function sayFactors({ groups }: FoundRate, rate: number): string {
  if (groups.every(({ factor }) => factor === 1)) return '';
  const of = ({ name, factor }: FoundRate['groups'][number]): string =>
    factor === 0 ? `${name} frozen` : `${name} ${Number((factor * rate).toPrecision(2))}`;
  return ` Each group kept its relation to it: ${groups.map(of).join(', ')}.`;
}

/** What the chart leaves out. */
function sayCut(found: FoundRate): TemplateResult | typeof nothing {
  const left = found.rates.length - shownOf(found);
  if (left === 0) return nothing;
  return html`<p class="muted">Not drawn: ${formatCount(left, 'larger rate')}, at which the loss blows up.</p>`;
}

function renderFacts({ plan: { total, groups, rates, vocabulary, examples } }: ConfigPlan): TemplateResult {
  const fact = (name: string, value: string) => html`<div class="fact"><dt>${name}</dt><dd>${value}</dd></div>`;
  const trained = groups.reduce((sum, group) => sum + group.trainable, 0);
  const steps = rates.steps.at(-1) ?? 0;
  return html`<dl class="facts">
    ${fact('Parameters', groupThousands(total))} ${fact('Trained at the start', groupThousands(trained))}
    ${fact('Epochs', groupThousands(Math.ceil(steps / rates.stepsPerEpoch)))}
    ${fact('Steps', groupThousands(steps))} ${fact('Vocabulary', groupThousands(vocabulary))}
    ${fact('Data', `${groupThousands(examples.train)} training, ${groupThousands(examples.validation)} validation${examples.test ? `, ${formatCount(examples.test, 'test', 'test')}` : ''}`)}
  </dl>`;
}

customElements.define('gs-plan', PlanView);
