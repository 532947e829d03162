// One chart: title, plot, read-out of all curves at the cross-hair, export. <gs-curve-chart>
// Zoom and cross-hair belong to all charts together: this element asks for a change by an event and shows what it is given.
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Disposable } from '../../../extension/util/disposable.ts';
import { formatShort, toFileName } from '../format.ts';
import { LightElement } from '../lightElement.ts';
import { onThemeChange, readTheme, type ThemeColors } from '../theme.ts';
import { nextPoint, zoomAround } from './crosshair.ts';
import { describeChart } from './describe.ts';
import { curvesToCsv } from './exportCsv.ts';
import { svgToPng } from './exportPng.ts';
import { geometryToSvg } from './exportSvg.ts';
import { buildGeometry, type Geometry } from './geometry.ts';
import type { MetricKind } from './metricKinds.ts';
import { Plot } from './plot.ts';
import { renderReadout } from './readout.ts';
import { buildCurves, type Curve, type PlottedRun, type Range, X_AXIS_TITLES, xRange } from './series.ts';
import type { ChartSettings } from './settings.ts';
import { formatClock } from './ticks.ts';

export type SaveFile = (name: string, data: Uint8Array<ArrayBuffer>) => Promise<unknown>;
export const EXPORT_FORMATS = ['png', 'svg', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const HEIGHT = 210;
const EXPORT_COLUMNS = 1280;

export class CurveChart extends LightElement {
  static override properties = {
    kind: { attribute: false },
    runs: { attribute: false },
    settings: { attribute: false },
    crosshair: { attribute: false },
    spoken: { state: true },
  };
  declare kind: MetricKind;
  declare runs: readonly PlottedRun[];
  declare settings: ChartSettings;
  /** Position in axis units; undefined: the last values are read out. */
  declare crosshair: number | undefined;
  declare saveFile: SaveFile;
  declare spoken: string;

  #curves: Curve[] = [];
  #plot: Plot | undefined;
  #geometry: Geometry | undefined;
  #theme: ThemeColors | undefined;
  #themeWatch: Disposable | undefined;
  #resizeWatch: ResizeObserver | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.spoken = '';
    this.classList.add('chart');
    this.#themeWatch = onThemeChange(() => {
      this.#theme = undefined;
      this.#rebuild();
      this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#themeWatch?.dispose();
    this.#resizeWatch?.disconnect();
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('runs') || changed.has('settings') || changed.has('kind')) {
      this.#curves = buildCurves(this.runs, this.kind, this.settings);
    }
  }

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get('settings');
    const isOtherAxis = before && (before.xAxis !== this.settings.xAxis || before.isLogY !== this.settings.isLogY);
    if (!this.#plot || isOtherAxis || changed.has('kind')) this.#rebuild();
    else if (changed.has('runs') || changed.has('settings')) this.#draw();
    if (changed.has('crosshair')) this.#plot?.showCursor(this.crosshair);
  }

  protected override render(): TemplateResult {
    const { kind } = this;
    const hintId = `hint-${kind.key}`;
    return html`
      <div class="chart-head">
        <h3>${kind.title}</h3>
        ${this.#renderExport()}
      </div>
      <div
        class="plot"
        role="img"
        tabindex="0"
        aria-label=${describeChart(kind, this.#curves)}
        aria-describedby=${hintId}
        data-metric=${kind.key}
        @keydown=${this.#onKey}
      ></div>
      <p id=${hintId} class="visually-hidden">
        Arrow keys read the values, plus and minus zoom, Escape shows everything.
      </p>
      <p class="visually-hidden" aria-live="polite">${this.spoken}</p>
      ${this.#curves.length === 0 ? html`<p class="chart-empty muted">No points yet.</p>` : this.#renderReadout()}
    `;
  }

  #renderReadout(): TemplateResult {
    return renderReadout(this.#curves, {
      at: this.crosshair,
      xText: this.#xText(this.crosshair),
      format: this.kind.format,
      valueTitle: this.kind.valueTitle,
      colors: this.#colors().runs,
    });
  }

  #renderExport(): TemplateResult | typeof nothing {
    if (this.#curves.length === 0) return nothing;
    return html`<div class="chart-export" role="group" aria-label="Export ${this.kind.title}">
      ${EXPORT_FORMATS.map(
        (format) => html`<button
          type="button"
          class="text-button"
          aria-label="Export ${this.kind.title} as ${format.toUpperCase()}"
          title="Export as ${format.toUpperCase()}"
          @click=${() => this.export(format)}
        >
          ${format.toUpperCase()}
        </button>`,
      )}
    </div>`;
  }

  /** Hands the chart as a file to `saveFile`. */
  async export(format: ExportFormat): Promise<void> {
    const name = `${toFileName(this.kind.title).toLowerCase()}.${format}`;
    await this.saveFile(name, await this.#content(format));
  }

  async #content(format: ExportFormat): Promise<Uint8Array<ArrayBuffer>> {
    const { kind, settings } = this;
    if (format === 'csv') return new TextEncoder().encode(curvesToCsv(this.#curves, settings.xAxis, kind.key));
    const theme = this.#colors();
    const geometry = buildGeometry(this.#curves, { ...settings, columns: EXPORT_COLUMNS });
    const text = {
      title: kind.title,
      summary: describeChart(kind, this.#curves),
      xAxis: settings.xAxis,
      xTitle: X_AXIS_TITLES[settings.xAxis],
      isLogY: settings.isLogY,
      formatX: (value: number) => this.#formatX(value),
      formatY: kind.axis,
    };
    const svg = geometryToSvg(geometry, text, { ...theme, colors: theme.runs });
    return format === 'svg' ? new TextEncoder().encode(svg) : svgToPng(svg);
  }

  #colors(): ThemeColors {
    this.#theme ??= readTheme();
    return this.#theme;
  }

  #formatX(value: number): string {
    if (this.settings.xAxis === 'rate') return formatShort(10 ** value);
    return this.settings.xAxis === 'time' ? formatClock(value) : Number(value.toFixed(2)).toLocaleString('en-US');
  }

  #xText(x: number | undefined): string {
    if (x === undefined) return this.kind.valueTitle ? 'At the end' : 'Latest';
    const title = X_AXIS_TITLES[this.settings.xAxis];
    return `${title} ${this.settings.xAxis === 'step' ? Math.round(x).toLocaleString('en-US') : this.#formatX(x)}`;
  }

  get #host(): HTMLElement {
    return this.querySelector<HTMLElement>('.plot')!;
  }

  #rebuild(): void {
    if (!this.isConnected) return;
    this.#plot?.destroy();
    this.#plot = new Plot(this.#host, this.#size(), {
      xAxis: this.settings.xAxis,
      isLogY: this.settings.isLogY,
      formatX: (value) => this.#formatX(value),
      formatY: this.kind.axis,
      theme: () => this.#colors(),
      onCursor: (x) => this.tell('crosshair', x),
      onZoom: (range) => this.tell('zoom', range),
    });
    this.#resizeWatch ??= this.#watchSize();
    this.#draw();
  }

  #size(): { width: number; height: number } {
    return { width: Math.max(120, this.#host.clientWidth), height: HEIGHT };
  }

  #watchSize(): ResizeObserver {
    let width = this.#host.clientWidth;
    const observer = new ResizeObserver(() => {
      if (this.#host.clientWidth === width) return;
      width = this.#host.clientWidth;
      this.#plot?.resize(this.#size());
      this.#draw();
    });
    observer.observe(this.#host);
    return observer;
  }

  #draw(): void {
    if (!this.#plot) return;
    const startedAt = performance.now();
    this.#geometry = buildGeometry(this.#curves, { ...this.settings, columns: this.#plot.columns });
    this.#plot.draw(this.#geometry);
    this.#plot.showCursor(this.crosshair);
    const { dataset } = this.#host;
    dataset.points = String(this.#geometry.totalPoints);
    dataset.drawn = String(this.#geometry.drawnPoints);
    dataset.xMin = String(this.#geometry.x.min);
    dataset.xMax = String(this.#geometry.x.max);
    // uPlot draws in a microtask, so this one comes after it.
    queueMicrotask(() => {
      dataset.redrawMs = (performance.now() - startedAt).toFixed(1);
    });
  }

  #onKey(event: KeyboardEvent): void {
    const geometry = this.#geometry;
    if (!geometry || this.#curves.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const range: Range = geometry.x;
    const at = this.crosshair ?? range.max;
    const stride = event.shiftKey ? 10 : 1;
    switch (event.key) {
      case 'ArrowLeft':
        this.#moveCrosshair(nextPoint(this.#curves, at, -1, range, stride));
        break;
      case 'ArrowRight':
        this.#moveCrosshair(nextPoint(this.#curves, this.crosshair ?? range.min, 1, range, stride));
        break;
      case 'Home':
        this.#moveCrosshair(range.min);
        break;
      case 'End':
        this.#moveCrosshair(range.max);
        break;
      case '+':
      case '=':
        this.tell('zoom', zoomAround(range, at, 0.5, xRange(this.#curves)));
        break;
      case '-':
        this.tell('zoom', zoomAround(range, at, 2, xRange(this.#curves)));
        break;
      case 'Escape':
      case '0':
        this.tell('crosshair', undefined);
        this.tell('zoom', undefined);
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  #moveCrosshair(x: number): void {
    this.tell('crosshair', x);
    void this.updateComplete.then(() => {
      this.spoken = this.querySelector('.readout')?.getAttribute('data-spoken') ?? '';
    });
  }
}

customElements.define('gs-curve-chart', CurveChart);
