// The heatmaps of a layer and direction: one signal, or all of them as small multiples that scroll and zoom together. <gs-signal-heatmaps>
import { html, type TemplateResult } from 'lit';
import type { DirectionTrace, SignalName, Trace } from '../../extension/protocol/trace.ts';
import { colorMap } from '../shared/heatmap/colorMap.ts';
import type { ColumnBars } from '../shared/heatmap/columnBars.ts';
import type { Heatmap } from '../shared/heatmap/heatmap.ts';
import '../shared/heatmap/heatmap.ts';
import type { Ground } from '../shared/heatmap/colorMap.ts';
import { renderLegend } from '../shared/heatmap/legend.ts';
import { type CellPlace, type HeatmapLabels, type Matrix, type ValueRange, valueAt } from '../shared/heatmap/matrix.ts';
import { LightElement } from '../shared/lightElement.ts';
import type { TracePlace } from './inspectorState.ts';
import { LinkedScroll } from './linkedScroll.ts';
import { exactNumber, quoteToken } from './numbers.ts';
import { clippingNote, isGate, isUnbounded, matrixOf, rangeOf, SIGNAL_FACTS } from './signals.ts';
import { signalSymbol } from './symbols.ts';

/** CSS pixels. */
const HEIGHT_ALONE = 560;
/** So many tokens want the whole width each time. */
const LONG_TEXT = 120;
const HEIGHT_OF_MANY = 250;

interface PanelCache {
  shown?: DirectionTrace;
  matrices: Map<SignalName, Matrix>;
  notes: Map<Matrix, string>;
  names: readonly string[];
}

export class SignalHeatmaps extends LightElement {
  static override properties = {
    trace: { attribute: false },
    shown: { attribute: false },
    signals: { attribute: false },
    order: { attribute: false },
    place: { attribute: false },
    hovered: { attribute: false },
    zoom: { attribute: false },
    marks: { attribute: false },
    bars: { attribute: false },
    ground: { attribute: false },
  };
  declare trace: Trace;
  declare shown: DirectionTrace;
  declare signals: readonly SignalName[];
  declare order: Uint32Array;
  declare place: TracePlace | undefined;
  declare hovered: TracePlace | undefined;
  declare zoom: number;
  declare marks: ReadonlyMap<number, string>;
  /** Above the tokens; undefined: none. */
  declare bars: ColumnBars | undefined;
  declare ground: Ground;
  /** The same matrices while the trace is the same, so that heatmaps do not paint anew for nothing. */
  #cache: PanelCache = { matrices: new Map(), notes: new Map(), names: [] };

  constructor() {
    super();
    new LinkedScroll(this);
  }

  protected override render(): TemplateResult {
    if (this.#cache.shown !== this.shown) {
      const names = this.trace.tokens.map(({ text }) => text);
      this.#cache = { shown: this.shown, matrices: new Map(), notes: new Map(), names };
    }
    const isAlone = this.signals.length === 1;
    const isLong = this.trace.tokens.length > LONG_TEXT;
    return html`<div class="heatmaps ${isAlone ? 'is-alone' : ''} ${isLong ? 'is-long' : ''}">
      ${this.signals.map((name) => this.#renderPanel(name, isAlone))}
    </div>`;
  }

  /** The heatmap of the first signal; what tools act on. */
  get first(): Heatmap | null {
    return this.querySelector<Heatmap>('gs-heatmap');
  }

  #matrix(name: SignalName): Matrix {
    const known = this.#cache.matrices.get(name);
    if (known) return known;
    const matrix = matrixOf(this.trace, this.shown.signals[name]!);
    this.#cache.matrices.set(name, matrix);
    return matrix;
  }

  #renderPanel(name: SignalName, isAlone: boolean): TemplateResult {
    const { trace, ground } = this;
    const matrix = this.#matrix(name);
    const range = rangeOf(trace, name);
    const { title, low, high } = SIGNAL_FACTS[name];
    const at = this.hovered ?? this.place;
    return html`<figure class="heatmap-panel" data-signal=${name}>
      <figcaption>
        <h3>${signalSymbol(name, 't')} <span class="muted">${title}</span></h3>
        ${renderLegend({
          map: colorMap(range.kind, ground),
          range,
          low: isAlone && isGate(name) ? low : undefined,
          high: isAlone && isGate(name) ? high : undefined,
          value: at && valueAt(matrix, toCell(at)),
          note: isUnbounded(trace, name) ? this.#clippingNote(matrix, range) : undefined,
        })}
      </figcaption>
      <gs-heatmap
        .matrix=${matrix}
        .order=${this.order}
        .range=${range}
        .columnNames=${this.#cache.names}
        .marks=${this.marks}
        .bars=${this.bars}
        .at=${this.place && toCell(this.place)}
        .hovered=${this.hovered && toCell(this.hovered)}
        .zoom=${this.zoom}
        .maxHeight=${isAlone ? HEIGHT_ALONE : HEIGHT_OF_MANY}
        .labels=${this.#labels(name)}
        @hover=${(event: CustomEvent<CellPlace | null>) => this.#pass('hovered', event)}
        @move=${(event: CustomEvent<CellPlace>) => this.#pass('chosen', event)}
        @pick=${(event: CustomEvent<CellPlace>) => this.#pass('picked', event)}
      ></gs-heatmap>
    </figure>`;
  }

  #labels(name: SignalName): HeatmapLabels {
    const { trace, shown } = this;
    const { title } = SIGNAL_FACTS[name];
    const reads = shown.direction === 0 ? 'forward' : 'backward';
    return {
      summary: `${title} of ${trace.hiddenSize} units, layer ${shown.layer} ${reads}, over ${trace.tokens.length} tokens. Arrow keys read the values, Enter pins a unit.`,
      describe: ({ row, column }, value) =>
        `Unit ${row}, token ${column}, ${quoteToken(trace.tokens[column].text)}: ${title} ${exactNumber(value)}${this.#barAt(column)}`,
    };
  }

  #barAt(token: number): string {
    return this.bars ? `, ${this.bars.name} ${exactNumber(this.bars.values[token])}` : '';
  }

  #pass(type: 'hovered' | 'chosen' | 'picked', { detail }: CustomEvent<CellPlace | null>): void {
    this.tell<TracePlace | null>(type, detail && { unit: detail.row, token: detail.column });
  }

  /** Counted once a matrix: it has half a million numbers, and the legend is drawn at every move of the pointer. */
  #clippingNote(matrix: Matrix, range: ValueRange): string {
    const known = this.#cache.notes.get(matrix);
    if (known !== undefined) return known;
    const note = clippingNote(matrix, range);
    this.#cache.notes.set(matrix, note);
    return note;
  }
}

const toCell = ({ unit, token }: TracePlace): CellPlace => ({ row: unit, column: token });

customElements.define('gs-signal-heatmaps', SignalHeatmaps);
