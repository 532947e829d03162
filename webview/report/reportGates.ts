// Gates of a run over one text, with the heatmaps of the inspector. <gs-report-gates>
// Without weights there are no equations: what the trace holds of a cell is read out.
import { html, nothing, type TemplateResult } from 'lit';
import type { ReportGates as Gates, ReportTrace } from '../../extension/protocol/report.ts';
import type { Direction, DirectionTrace, SignalName, Trace } from '../../extension/protocol/trace.ts';
import type { Disposable } from '../../extension/util/disposable.ts';
import { ROW_ORDERS, type RowOrder, type TracePlace } from '../inspector/inspectorState.ts';
import { exactNumber, quoteToken } from '../inspector/numbers.ts';
import { renderOutcome } from '../inspector/outcome.ts';
import { rowOrder } from '../inspector/rowOrders.ts';
import '../inspector/signalHeatmaps.ts';
import { matrixOf, rangeOf, SIGNAL_FACTS } from '../inspector/signals.ts';
import { renderDirections, renderOrders, renderSignals } from '../inspector/signalTools.ts';
import { signalSymbol } from '../inspector/symbols.ts';
import { visibleBlanks } from '../shared/format.ts';
import { naturalOrder } from '../shared/heatmap/matrix.ts';
import { LightElement } from '../shared/lightElement.ts';
import { onThemeChange, readTheme } from '../shared/theme.ts';

/** Nothing can be pinned in a report. */
const ORDERS = ROW_ORDERS.filter((order) => order !== 'pinned');
const NO_MARKS: ReadonlyMap<number, string> = new Map();

export class ReportGates extends LightElement {
  static override properties = {
    signal: { state: true },
    direction: { state: true },
    rows: { state: true },
    zoom: { state: true },
    place: { state: true },
    hovered: { state: true },
  };
  declare gates: Gates;
  declare signal: SignalName | 'all';
  declare direction: Direction;
  declare rows: RowOrder;
  declare zoom: number;
  declare place: TracePlace | undefined;
  declare hovered: TracePlace | undefined;
  #trace: Trace | undefined;
  #themeWatch: Disposable | undefined;
  #order: { key: string; rows: Uint32Array } = { key: '', rows: naturalOrder(0) };

  override connectedCallback(): void {
    super.connectedCallback();
    this.#trace = fromReport(this.gates.trace);
    this.signal = 'all';
    this.direction = 0;
    this.rows = 'similarity';
    this.zoom = 1;
    this.#themeWatch = onThemeChange(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#themeWatch?.dispose();
  }

  protected override render(): TemplateResult {
    const trace = this.#trace!;
    const names = trace.signals.map(({ name }) => name);
    const shown = trace.layers[0][this.direction] as DirectionTrace;
    return html`
      <p class="tokens">${trace.tokens.map(({ text, isUnknown }) => html`<span class="token ${isUnknown ? 'is-unknown' : ''}">${visibleBlanks(text)}</span>`)}</p>
      <p class="muted">${this.gates.origin} · layer ${shown.layer} of ${trace.layerCount}, counted from 0</p>
      ${renderOutcome(trace, this.#cursor?.token)}
      <div class="tools" role="group" aria-label="What is shown">
        ${renderSignals(trace, this.signal, (signal) => this.#set({ signal }))}
        ${trace.directionCount > 1 ? renderDirections(this.direction, (direction) => this.#set({ direction })) : nothing}
        ${renderOrders(ORDERS, this.rows, (rows) => this.#set({ rows }))}
      </div>
      ${this.#renderReadout(trace, shown)}
      <gs-signal-heatmaps
        .trace=${trace}
        .shown=${shown}
        .signals=${this.signal === 'all' ? names : [this.signal]}
        .order=${this.#orderOf(trace, shown)}
        .place=${this.place}
        .hovered=${this.hovered}
        .zoom=${this.zoom}
        .marks=${NO_MARKS}
        .ground=${readTheme().ground}
        @hovered=${(event: CustomEvent<TracePlace | null>) => this.#set({ hovered: event.detail ?? undefined })}
        @chosen=${(event: CustomEvent<TracePlace>) => this.#set({ place: event.detail })}
        @picked=${(event: CustomEvent<TracePlace>) => this.#set({ place: event.detail })}
        @zoom=${(event: CustomEvent<number>) => this.#set({ zoom: event.detail })}
      ></gs-signal-heatmaps>
    `;
  }

  /** Every signal of the cell at the cursor. */
  #renderReadout({ tokens, hiddenSize, signals }: Trace, shown: DirectionTrace): TemplateResult {
    const at = this.#cursor;
    if (!at)
      return html`<p class="cell-readout muted">Point at a cell, or walk through a heatmap with the arrow keys, to read its values.</p>`;
    const read = (name: SignalName) => shown.signals[name]?.[at.token * hiddenSize + at.unit];
    return html`<p class="cell-readout">
      Unit ${at.unit}, token ${at.token}, ${quoteToken(tokens[at.token].text)}:
      ${signals.map(({ name }) => html`<span title=${SIGNAL_FACTS[name].title}>${signalSymbol(name)} = ${exactNumber(read(name))}</span> `)}
    </p>`;
  }

  get #cursor(): TracePlace | undefined {
    return this.hovered ?? this.place;
  }

  #orderOf(trace: Trace, shown: DirectionTrace): Uint32Array {
    const signal = this.signal === 'all' ? trace.signals[trace.signals.length - 1].name : this.signal;
    const key = `${this.rows} ${signal} ${this.direction}`;
    if (key !== this.#order.key) {
      const matrix = matrixOf(trace, shown.signals[signal]!);
      this.#order = { key, rows: rowOrder(this.rows, { matrix, range: rangeOf(trace, signal), pinned: [] }) };
    }
    return this.#order.rows;
  }

  #set(part: Partial<Pick<ReportGates, 'signal' | 'direction' | 'rows' | 'zoom' | 'place' | 'hovered'>>): void {
    Object.assign(this, part);
  }
}

function fromReport(report: ReportTrace): Trace {
  const layers = report.layers.map((directions) =>
    directions.map(({ signals, ...place }) => ({
      ...place,
      signals: Object.fromEntries(Object.entries(signals).map(([name, text]) => [name, fromBase64(text)])),
    })),
  );
  return { ...report, layers };
}

function fromBase64(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer);
}

customElements.define('gs-report-gates', ReportGates);
