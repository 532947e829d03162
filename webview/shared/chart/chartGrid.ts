// All charts with their common tools: axis, scale, smoothing, which charts, zoom. <gs-charts>
// Owns the cross-hair; the settings belong to the page, which hears of a change by `settings` events.
import { html, nothing, type TemplateResult } from 'lit';
import { LightElement } from '../lightElement.ts';
import { closeOnEscape, closeWhenLeft } from '../menu.ts';
import { emptyNotice } from '../notice.ts';
import type { SaveFile } from './curveChart.ts';
import './curveChart.ts';
import { isMeasured, METRIC_KEYS, METRIC_KINDS, type MetricKey } from './metricKinds.ts';
import { type PlottedRun, type Range, X_AXES, X_AXIS_TITLES } from './series.ts';
import { type ChartSettings, MAX_SMOOTHING } from './settings.ts';

export class ChartGrid extends LightElement {
  static override properties = {
    runs: { attribute: false },
    settings: { attribute: false },
    emptyText: { attribute: false },
    crosshair: { state: true },
  };
  declare runs: readonly PlottedRun[];
  declare settings: ChartSettings;
  /** Said when no run is plotted. */
  declare emptyText: string;
  declare saveFile: SaveFile;
  declare crosshair: number | undefined;

  protected override render(): TemplateResult {
    return html`
      ${this.#renderTools()}
      ${this.runs.length === 0 ? emptyNotice(this.emptyText) : this.#renderCharts()}
    `;
  }

  #renderCharts(): TemplateResult {
    const charts = this.#measured().filter((key) => this.settings.charts.includes(key));
    if (charts.length === 0) return emptyNotice('No chart is chosen.', 'Choose at least one above.');
    return html`<div
      class="chart-grid"
      @crosshair=${(event: CustomEvent<number | null>) => {
        this.crosshair = event.detail ?? undefined;
      }}
      @zoom=${(event: CustomEvent<Range | null>) => this.#change({ zoom: event.detail ?? undefined })}
    >
      ${charts.map(
        (key) => html`<gs-curve-chart
          .kind=${METRIC_KINDS[key]}
          .runs=${this.runs}
          .settings=${this.settings}
          .crosshair=${this.crosshair}
          .saveFile=${this.saveFile}
        ></gs-curve-chart>`,
      )}
    </div>`;
  }

  #renderTools(): TemplateResult {
    const { xAxis, isLogY, smoothing, zoom } = this.settings;
    return html`<div class="tools" role="group" aria-label="Chart settings">
      <fieldset class="segmented">
        <legend class="visually-hidden">X axis</legend>
        ${X_AXES.map(
          (axis) => html`<label class=${axis === xAxis ? 'is-on' : ''}
            ><input
              type="radio"
              name="gs-x-axis"
              .checked=${axis === xAxis}
              @change=${() => this.#change({ xAxis: axis, zoom: undefined })}
            />${X_AXIS_TITLES[axis]}</label
          >`,
        )}
      </fieldset>
      <label class="check"
        ><input
          type="checkbox"
          .checked=${isLogY}
          @change=${(event: Event) => this.#change({ isLogY: (event.target as HTMLInputElement).checked })}
        />Log y</label
      >
      <label class="slider"
        >Smoothing<input
          type="range"
          min="0"
          max=${MAX_SMOOTHING}
          step="0.01"
          .value=${String(smoothing)}
          @input=${(event: Event) => this.#change({ smoothing: Number((event.target as HTMLInputElement).value) })}
        /><output>${smoothing.toFixed(2)}</output></label
      >
      ${this.#renderChoice()}
      ${
        zoom
          ? html`<button type="button" class="text-button" @click=${() => this.#change({ zoom: undefined })}>Reset zoom</button>`
          : nothing
      }
    </div>`;
  }

  #renderChoice(): TemplateResult {
    const { charts } = this.settings;
    const measured = this.#measured();
    return html`<details class="menu" @keydown=${closeOnEscape} @focusout=${closeWhenLeft}>
      <summary>Charts (${measured.filter((key) => charts.includes(key)).length})</summary>
      <div class="menu-body" role="group" aria-label="Charts shown">
        ${measured.map(
          (key) => html`<label class="check"
            ><input type="checkbox" .checked=${charts.includes(key)} @change=${() => this.#toggle(key)} />${
              METRIC_KINDS[key].title
            }</label
          >`,
        )}
      </div>
    </details>`;
  }

  /** Charts that some plotted run has points for; all of them while no run is plotted. */
  #measured(): MetricKey[] {
    if (this.runs.length === 0) return [...METRIC_KEYS];
    return METRIC_KEYS.filter((key) => this.runs.some(({ metrics }) => isMeasured(METRIC_KINDS[key], metrics)));
  }

  #toggle(key: MetricKey): void {
    const chosen = new Set(this.settings.charts);
    if (!chosen.delete(key)) chosen.add(key);
    this.#change({ charts: METRIC_KEYS.filter((each) => chosen.has(each)) });
  }

  #change(part: Partial<ChartSettings>): void {
    if ('xAxis' in part) this.crosshair = undefined;
    this.tell('settings', { ...this.settings, ...part });
  }
}

customElements.define('gs-charts', ChartGrid);
