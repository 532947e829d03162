// The report of one run. <gs-report>
import { html, nothing, type TemplateResult } from 'lit';
import { backendReason, backendText } from '../../extension/protocol/backendText.ts';
import { toMetricFrame } from '../../extension/protocol/metricFrame.ts';
import type { ReportData } from '../../extension/protocol/report.ts';
import { formatScore, HEADLINES } from '../../extension/protocol/scores.ts';
import '../shared/chart/chartGrid.ts';
import type { PlottedRun } from '../shared/chart/series.ts';
import { type ChartSettings, DEFAULT_CHART_SETTINGS } from '../shared/chart/settings.ts';
import { downloadFile } from '../shared/download.ts';
import '../shared/evaluation/evaluationView.ts';
import { formatDateTime, formatDuration, groupThousands } from '../shared/format.ts';
import { renderGroups } from '../shared/groups.ts';
import './reportGates.ts';
import { LightElement } from '../shared/lightElement.ts';
import { RunMetrics } from '../shared/runMetrics.ts';
import { STATUS_TEXTS } from '../shared/runStatus.ts';
import { renderSamples } from '../shared/samples.ts';

export class ReportApp extends LightElement {
  static override properties = { settings: { state: true } };
  declare data: ReportData;
  declare settings: ChartSettings;
  #plotted: PlottedRun[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const { manifest, metrics } = this.data;
    this.settings = DEFAULT_CHART_SETTINGS;
    const { id, name, best } = manifest;
    this.#plotted = [{ id, name, color: 0, best, metrics: RunMetrics.from(toMetricFrame(id, 0, metrics.events)) }];
  }

  protected override render(): TemplateResult {
    const { manifest, evaluation } = this.data;
    return html`<main>
      <header class="run-header">
        <div class="run-title"><h1>${manifest.name}</h1></div>
        ${manifest.note ? html`<p>${manifest.note}</p>` : nothing}
        ${manifest.problem ? html`<p class="notice notice-error">${manifest.problem.message} ${manifest.problem.remedy ?? ''}</p>` : nothing}
        ${renderFacts(this.data)}
      </header>
      <section aria-label="Curves">
        <h2 class="visually-hidden">Curves</h2>
        <gs-charts
          .runs=${this.#plotted}
          .settings=${this.settings}
          .emptyText=${'Nothing was measured.'}
          .saveFile=${downloadFile}
          @settings=${(event: CustomEvent<ChartSettings>) => {
            this.settings = event.detail;
          }}
        ></gs-charts>
      </section>
      <section aria-label="Evaluation"><gs-evaluation .evaluation=${evaluation ?? null}></gs-evaluation></section>
      ${renderGroups(manifest.groups, evaluation)}
      <section aria-label="Gates">${renderGates(this.data.gates)}</section>
      ${renderSamples(this.#plotted[0].metrics.samples)}
      <section aria-label="Config">
        <div class="section-head"><h2>Config</h2></div>
        <pre tabindex="0">${JSON.stringify(this.data.config, undefined, 2)}</pre>
      </section>
      <footer class="muted">${renderOrigin(this.data)}</footer>
    </main>`;
  }
}

function renderGates(gates: ReportData['gates']): TemplateResult {
  return html`<div class="section-head"><h2>Gates</h2></div>
    ${'whyNot' in gates ? html`<p class="muted">Not shown: ${gates.whyNot}</p>` : html`<gs-report-gates .gates=${gates}></gs-report-gates>`}`;
}

function renderFacts({ manifest, environment }: ReportData): TemplateResult {
  const { status, task, test, best, epochs, startedAt, endedAt } = manifest;
  const headline = HEADLINES[task];
  const seconds = endedAt ? (Date.parse(endedAt) - Date.parse(startedAt)) / 1000 : undefined;
  const fact = (name: string, value: string) => html`<div class="fact"><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<dl class="facts">
    ${fact('Status', STATUS_TEXTS[status].label)} ${fact(`Test ${headline}`, formatScore(headline, test?.[headline]))}
    ${fact('Best validation', best ? `${formatScore(headline, best[headline])} (epoch ${best.epoch})` : '–')}
    ${fact('Epochs', `${epochs.done} / ${epochs.planned}`)} ${fact('Time', formatDuration(seconds))}
    ${environment ? fact('Parameters', groupThousands(environment.data.parameters)) : nothing}
    ${environment ? fact(task === 'languageModel' ? 'Training tokens' : 'Training examples', groupThousands(environment.data.train)) : nothing}
    ${fact('Started', formatDateTime(startedAt))}
  </dl>`;
}

function renderOrigin({ manifest, environment }: ReportData): TemplateResult {
  if (!environment) return html`${manifest.id}`;
  const { gatescope, node, platform, seed, hashes, threads } = environment;
  const backend = { ...environment.backend, threads };
  const reason = backendReason(backend);
  return html`${manifest.id} · Gatescope ${gatescope}, Node ${node}, ${platform}, ${backendText(backend)}${reason ? ` (${reason})` : ''}, seed ${seed} · training
  data SHA-256 ${hashes.train.slice(0, 16)}…`;
}

customElements.define('gs-report', ReportApp);
