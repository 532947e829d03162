// All signals of one pinned unit over the tokens, as curves with a read-out. <gs-unit-curves>
import { html, type TemplateResult } from 'lit';
import type { DirectionTrace, SignalName, Trace } from '../../extension/protocol/trace.ts';
import type { Disposable } from '../../extension/util/disposable.ts';
import type { Geometry } from '../shared/chart/geometry.ts';
import { Plot } from '../shared/chart/plot.ts';
import { visibleBlanks } from '../shared/format.ts';
import type { Span } from '../shared/heatmap/viewport.ts';
import { iconButton } from '../shared/icons.ts';
import { LightElement } from '../shared/lightElement.ts';
import { styled } from '../shared/styled.ts';
import { onThemeChange, readTheme, type ThemeColors } from '../shared/theme.ts';
import type { TracePlace } from './inspectorState.ts';
import { exactNumber, quoteToken } from './numbers.ts';
import { isUnbounded, SIGNAL_FACTS } from './signals.ts';
import { signalSymbol } from './symbols.ts';
import { SIGNAL_COLORS } from './views/titles.ts';

const HEIGHT = 170;
/** CSS pixels a token, and characters of it. */
const WORD_ROOM = 64;
const LONGEST_WORD = 10;

export class UnitCurves extends LightElement {
  static override properties = {
    trace: { attribute: false },
    shown: { attribute: false },
    unit: { attribute: false },
    color: { attribute: false },
    token: { attribute: false },
    columns: { attribute: false },
  };
  declare trace: Trace;
  declare shown: DirectionTrace;
  declare unit: number;
  /** Of its mark beside the heatmap. */
  declare color: string;
  /** Where the cursor is. Another is asked for by `hovered` and `chosen`; the unit's end by `unpin`. */
  declare token: number | undefined;
  /** Tokens to show, as the heatmap above shows them; undefined: all. */
  declare columns: Span | undefined;
  #plot: Plot | undefined;
  #theme: ThemeColors | undefined;
  #themeWatch: Disposable | undefined;
  #resizeWatch: ResizeObserver | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#themeWatch = onThemeChange(() => {
      this.#theme = undefined;
      this.#plot?.destroy();
      this.#plot = undefined;
      this.requestUpdate();
    });
    this.#resizeWatch = new ResizeObserver(() => {
      this.#plot?.resize(this.#size());
      this.#draw();
    });
    this.#resizeWatch.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#themeWatch?.dispose();
    this.#resizeWatch?.disconnect();
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  protected override updated(): void {
    this.#plot ??= this.#makePlot();
    this.#draw();
  }

  protected override render(): TemplateResult {
    const { trace, unit } = this;
    return html`
      <div class="chart-head">
        <h3><span class="dot" ${styled({ 'background-color': this.color })}></span>Unit ${unit}</h3>
        <span class="muted">${this.#where()}</span>
        <span class="spacer"></span>
        ${iconButton({ label: `Unpin unit ${unit}`, icon: 'close', onClick: () => this.tell('unpin', unit) })}
      </div>
      <div
        class="plot unit-plot"
        role="img"
        aria-label="Signals of unit ${unit} over ${trace.tokens.length} tokens"
        @click=${() => this.token !== undefined && this.tell<TracePlace>('chosen', { unit, token: this.token })}
      ></div>
      <ul class="curve-values">
        ${trace.signals.map(
          ({ name }) => html`<li title=${SIGNAL_FACTS[name].title}>
            <span class="line-sample" ${styled({ color: this.#color(name) })}></span>${signalSymbol(name)}
            <span class="numeric">${exactNumber(this.#valueOf(name))}</span>
          </li>`,
        )}
      </ul>
    `;
  }

  #where(): string {
    const { token, trace } = this;
    const found = token === undefined ? undefined : trace.tokens[token];
    return found ? `at token ${token}, ${quoteToken(found.text)}` : 'at its last token';
  }

  #valueOf(name: SignalName): number | undefined {
    const { trace, unit } = this;
    const token = this.token ?? trace.tokens.length - 1;
    return this.shown.signals[name]?.[token * trace.hiddenSize + unit];
  }

  #colors(): ThemeColors {
    this.#theme ??= readTheme();
    return this.#theme;
  }

  #color(name: SignalName): string {
    return this.#colors().runs[SIGNAL_COLORS[name]];
  }

  get #host(): HTMLElement {
    return this.querySelector<HTMLElement>('.plot')!;
  }

  #size(): { width: number; height: number } {
    return { width: Math.max(120, this.clientWidth), height: HEIGHT };
  }

  #makePlot(): Plot {
    return new Plot(this.#host, this.#size(), {
      xAxis: 'step',
      isLogY: false,
      formatX: (value) => this.#tokenLabel(value),
      formatY: (value) => String(value).replace('-', '−'),
      theme: () => this.#colors(),
      onCursor: (x) => this.#onCursor(x),
      onZoom: () => undefined,
    });
  }

  /** Its text where tokens have room for theirs, else its number; nothing between two tokens. */
  #tokenLabel(value: number): string {
    const token = this.trace.tokens[value];
    if (!token) return '';
    const { min, max } = this.#tokenRange(this.trace.tokens.length);
    if (this.#size().width / (max - min + 1) < WORD_ROOM) return String(value);
    const characters = [...visibleBlanks(token.text)];
    return characters.length > LONGEST_WORD
      ? `${characters.slice(0, LONGEST_WORD - 1).join('')}…`
      : characters.join('');
  }

  /** A redraw moves uPlot's cursor as well: only the pointer's own moves count. */
  #onCursor(x: number | undefined): void {
    if (x !== undefined && !this.#host.matches(':hover')) return;
    const token = x === undefined ? undefined : Math.round(x);
    const isInside = token !== undefined && token >= 0 && token < this.trace.tokens.length;
    this.tell<TracePlace | null>('hovered', isInside ? { unit: this.unit, token } : null);
  }

  #draw(): void {
    if (!this.#plot) return;
    this.#plot.draw(this.#geometry());
    this.#plot.showCursor(this.token === undefined ? undefined : this.token);
  }

  /** From the first to the last token in view; wider around one alone. */
  #tokenRange(count: number): { min: number; max: number } {
    const min = Math.min(this.columns?.start ?? 0, count - 1);
    const max = Math.min(this.columns?.end ?? count, count) - 1;
    return max > min ? { min, max } : { min: min - 0.5, max: min + 0.5 };
  }

  #geometry(): Geometry {
    const { trace, shown, unit } = this;
    const count = trace.tokens.length;
    const x = Float64Array.from({ length: count }, (_, token) => token);
    const curves = trace.signals.map(({ name }) => {
      const y = Float64Array.from(x, (_, token) => shown.signals[name]![token * trace.hiddenSize + unit]);
      const common = { runId: name, runName: name, kind: 'training' as const, color: SIGNAL_COLORS[name] };
      return { curve: { ...common, x, factor: 1, y, smoothed: y, best: -1 }, line: { x, y } };
    });
    return {
      x: this.#tokenRange(count),
      y: valueRange(
        trace,
        curves.map(({ line }) => line.y),
      ),
      curves,
      drawnPoints: count * curves.length,
      totalPoints: count * curves.length,
    };
  }
}

/** At least -1 to 1, so that plots compare; as far as unbounded signals go. */
function valueRange(trace: Trace, columns: readonly Float64Array[]): { min: number; max: number } {
  const isOpen = trace.signals.some(({ name }) => isUnbounded(trace, name));
  const furthest = isOpen
    ? Math.max(1, ...columns.map((column) => column.reduce((most, y) => Math.max(most, Math.abs(y)), 0)))
    : 1;
  const end = Math.ceil(furthest * 10.5) / 10;
  return { min: -end, max: end };
}

customElements.define('gs-unit-curves', UnitCurves);
