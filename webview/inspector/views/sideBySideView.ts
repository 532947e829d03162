// Two traces beside each other, with linked cursors: two texts, two epochs, or two runs. <gs-side-by-side>
// The left one is what the page shows. Tells `pickunit` with a UnitPlace of it, and `picture` with the promise of a file.
import { html, type PropertyValues, type TemplateResult } from 'lit';
import type { RunSummary } from '../../../extension/protocol/dashboardContract.ts';
import {
  CELL_SIGNALS,
  type Direction,
  type DirectionTrace,
  type SignalName,
  type Trace,
} from '../../../extension/protocol/trace.ts';
import { type CellPlace, type Matrix, naturalOrder, valueAt } from '../../shared/heatmap/matrix.ts';
import { LightElement } from '../../shared/lightElement.ts';
import { emptyNotice } from '../../shared/notice.ts';
import { exactNumber, quoteToken } from '../numbers.ts';
import { matrixOf, rangeOf, SIGNAL_FACTS } from '../signals.ts';
import { signalSymbol } from '../symbols.ts';
import { type AlignedColumn, alignTokens } from './alignTokens.ts';
import { renderAnswer } from './answer.ts';
import { segmented } from './controls.ts';
import { renderPanelExport } from './exportPanels.ts';
import { type HeatmapPanel, renderHeatmapPanel } from './heatmapPanel.ts';
import { aNumber, anIndex, aRecord, aText, Kept, MAX_ZOOM, oneOf } from './kept.ts';
import { LinkedScroll } from './linkedScroll.ts';
import type { Look } from './look.ts';
import { COMPARISONS, type Comparison, chosenRun, renderOtherChoice } from './otherChoice.ts';
import { loadOther, type OtherTrace, otherEpochs } from './otherTrace.ts';
import { Question } from './question.ts';

type Side = 'left' | 'right';

const PANEL_HEIGHT = 420;
const DEBOUNCE_MS = 80;

const aSignal = oneOf(...Object.values(CELL_SIGNALS).flat());

interface SideTrace {
  trace: Trace;
  part: DirectionTrace;
  signal: SignalName;
  matrix: Matrix;
}

export class SideBySideView extends LightElement {
  static override properties = {
    look: { attribute: false },
    kept: { attribute: false },
    layer: { attribute: false },
    direction: { attribute: false },
    runs: { attribute: false },
    mode: { state: true },
    text: { state: true },
    epoch: { state: true },
    runId: { state: true },
    signals: { state: true },
    cursor: { state: true },
    chosen: { state: true },
    zoom: { state: true },
  };
  declare look: Look;
  /** What was saved of this view; read once. */
  declare kept: unknown;
  declare layer: number;
  declare direction: Direction;
  declare runs: readonly RunSummary[];
  declare mode: Comparison;
  /** Of the right side; undefined: as on the left. */
  declare text: string | undefined;
  declare epoch: number | undefined;
  declare runId: string | undefined;
  declare signals: Record<Side, SignalName>;
  /** Under the pointer, and by key or click: in units and tokens of its own side. */
  declare cursor: { side: Side; place: CellPlace } | undefined;
  declare chosen: { side: Side; place: CellPlace } | undefined;
  declare zoom: number;
  readonly #kept = new Kept<SideBySideView>(this, {
    mode: oneOf(...COMPARISONS.map(({ value }) => value)),
    text: aText,
    epoch: anIndex,
    runId: aText,
    signals: aRecord<Record<Side, SignalName>>({ left: aSignal, right: aSignal }),
    zoom: aNumber(1, MAX_ZOOM),
  });
  readonly #other = new Question<Trace>(this);
  #columns: { left?: Trace; right?: Trace; value: AlignedColumn[] } = { value: [] };
  readonly #matrices = new WeakMap<Float32Array, Matrix>();

  constructor() {
    super();
    this.mode = 'texts';
    this.signals = { left: 'h', right: 'h' };
    this.zoom = 1;
    new LinkedScroll(this);
  }

  /** What is asked of the right side. */
  get #wish(): OtherTrace {
    const { look, mode, layer } = this;
    const same = { runId: look.runId, epoch: look.epoch, text: look.text, layer };
    if (mode === 'texts') return { ...same, text: this.text ?? look.text };
    if (mode === 'epochs') return { ...same, epoch: this.epoch ?? otherEpochs(look)[0] };
    // Another network may have fewer layers; its first one is always there.
    return { ...same, runId: chosenRun(this.#otherRuns, this.runId)?.id ?? look.runId, epoch: undefined, layer: 0 };
  }

  get #otherRuns(): RunSummary[] {
    return this.runs.filter(({ id }) => id !== this.look.runId);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.#kept.restore();
    const wish = this.#wish;
    const delay = changed.has('text') && this.#other.answer ? DEBOUNCE_MS : 0;
    const { look } = this;
    this.#other.ask(JSON.stringify(wish), (signal) => loadOther(look, wish, signal), delay);
  }

  protected override render(): TemplateResult {
    return html`<div class="tools" role="group" aria-label="What is compared">
        ${segmented({
          label: 'Compare',
          name: 'gs-compare',
          options: COMPARISONS,
          value: this.mode,
          onChange: (mode) => {
            this.mode = mode;
            this.chosen = undefined;
          },
        })}
        ${this.#renderOther()}
      </div>
      ${renderAnswer(this.#other, {
        doing: 'Reading the other side',
        onRetry: () => this.#other.forget(),
        show: (other) => this.#renderBoth(other),
      })}`;
  }

  #renderOther(): TemplateResult {
    return renderOtherChoice(
      {
        mode: this.mode,
        look: this.look,
        runs: this.#otherRuns,
        text: this.text,
        epoch: this.epoch,
        runId: this.runId,
      },
      (part) => Object.assign(this, part),
    );
  }

  #sideOf(trace: Trace, side: Side): SideTrace | undefined {
    const parts = trace.layers.flat();
    const part =
      parts.find(({ layer, direction }) => layer === this.layer && direction === this.direction) ??
      (side === 'right' ? parts[0] : undefined);
    const names = CELL_SIGNALS[trace.cell];
    const signal = names.includes(this.signals[side]) ? this.signals[side] : 'h';
    const values = part?.signals[signal];
    if (!part || !values) return undefined;
    const matrix = this.#matrices.get(values) ?? matrixOf(trace, values);
    this.#matrices.set(values, matrix);
    return { trace, part, signal, matrix };
  }

  #renderBoth(other: Trace): TemplateResult {
    const { look } = this;
    if (!look.trace) return html``;
    const left = this.#sideOf(look.trace, 'left');
    const right = this.#sideOf(other, 'right');
    if (!left || !right) return emptyNotice('This layer is not in both.', 'Choose the first layer.');
    if (this.#columns.left !== left.trace || this.#columns.right !== right.trace) {
      const texts = [left, right].map(({ trace }) => trace.tokens.map(({ text }) => text));
      this.#columns = { left: left.trace, right: right.trace, value: alignTokens(texts[0], texts[1]) };
    }
    return html`<p class="view-readout" aria-live="polite">${this.#readout(left, right)}</p>
      <div class="side-by-side">
        ${this.#renderSide('left', left)} ${this.#renderSide('right', right)}
      </div>
      ${renderPanelExport(
        () => ({ title: 'Side by side', panels: [this.#panelOf('left', left), this.#panelOf('right', right)] }),
        (file) => this.tell('picture', file),
      )}`;
  }

  #renderSide(side: Side, shown: SideTrace): TemplateResult {
    const panel = this.#panelOf(side, shown);
    return html`<div class="side">${this.#renderSignals(side, shown.trace)}${renderHeatmapPanel(panel, this.#actions(side))}</div>`;
  }

  #panelOf(side: Side, shown: SideTrace): HeatmapPanel {
    const { trace, part, signal, matrix } = shown;
    const at = this.#placeOn(side, this.chosen, matrix);
    const hovered = this.#placeOn(side, this.cursor, matrix);
    const names = trace.tokens.map(({ text }) => text);
    const value = hovered ?? at;
    return {
      key: side,
      name: `${SIGNAL_FACTS[signal].symbol}, ${this.#caption(side, trace, part)}`,
      title: html`${signalSymbol(signal, 't')} <span class="muted">${this.#caption(side, trace, part)}</span>`,
      matrix,
      order: naturalOrder(matrix.rows),
      range: rangeOf(trace, signal),
      value: value && valueAt(matrix, value),
      columnNames: names,
      at,
      hovered,
      zoom: this.zoom,
      maxHeight: PANEL_HEIGHT,
      labels: {
        summary: `${side === 'left' ? 'Left' : 'Right'}: ${SIGNAL_FACTS[signal].title} of ${matrix.rows} units over ${matrix.columns} tokens. Arrow keys read both sides.`,
        describe: (place, number) =>
          `Unit ${place.row}, token ${place.column}, ${quoteToken(names[place.column])}: ${exactNumber(number)}`,
      },
    };
  }

  #renderSignals(side: Side, { cell }: Trace): TemplateResult {
    const names = CELL_SIGNALS[cell];
    return segmented({
      label: side === 'left' ? 'Signal on the left' : 'Signal on the right',
      name: `gs-signal-${side}`,
      options: names.map((name) => ({ value: name, title: SIGNAL_FACTS[name].symbol })),
      value: names.includes(this.signals[side]) ? this.signals[side] : 'h',
      onChange: (signal) => this.#setSignal(side, signal),
    });
  }

  /** The other side follows where it has the signal. */
  #setSignal(side: Side, signal: SignalName): void {
    const other: Side = side === 'left' ? 'right' : 'left';
    const trace = other === 'left' ? this.look.trace : this.#other.answer;
    const follows = trace !== undefined && CELL_SIGNALS[trace.cell].includes(signal);
    this.signals = { ...this.signals, [side]: signal, ...(follows ? { [other]: signal } : {}) };
  }

  #caption(side: Side, trace: Trace, { layer, direction }: DirectionTrace): string {
    const run = this.runs.find(({ id }) => id === trace.runId)?.name ?? trace.runId;
    const reads = trace.directionCount === 2 ? (direction === 0 ? ' forward' : ' backward') : '';
    const epoch = trace.epoch === undefined ? '' : trace.epoch === 0 ? ', before training' : `, epoch ${trace.epoch}`;
    if (this.mode === 'runs') return `${run}, layer ${layer}${reads}`;
    if (this.mode === 'epochs') return `layer ${layer}${reads}${epoch}`;
    return side === 'left' ? 'the text at the top' : 'the other text';
  }

  #actions(side: Side) {
    return {
      hover: (place: CellPlace | undefined) => {
        this.cursor = place && { side, place };
      },
      move: (place: CellPlace) => {
        this.chosen = { side, place };
      },
      pick: (place: CellPlace) => {
        this.chosen = { side, place };
        if (side === 'left') this.tell('pickunit', { layer: this.layer, direction: this.direction, unit: place.row });
      },
      zoom: (zoom: number) => {
        this.zoom = zoom;
      },
    };
  }

  /** Where a cursor of either side is on `side`: the same unit at the token that stands beside it. */
  #placeOn(side: Side, cursor: { side: Side; place: CellPlace } | undefined, matrix: Matrix): CellPlace | undefined {
    if (!cursor) return undefined;
    const { row, column } = cursor.place;
    const here = cursor.side === side ? column : this.#partnerOf(cursor.side, column);
    return here !== undefined && here < matrix.columns && row < matrix.rows ? { row, column: here } : undefined;
  }

  #partnerOf(side: Side, token: number): number | undefined {
    const found = this.#columns.value.find(({ before, after }) => (side === 'left' ? before : after) === token);
    return side === 'left' ? found?.after : found?.before;
  }

  #readout(left: SideTrace, right: SideTrace): string {
    const cursor = this.cursor ?? this.chosen;
    if (!cursor)
      return 'Point at a cell, or press an arrow key in a heatmap: the other side shows the same unit at the token beside it.';
    const sides = { left, right };
    const say = (side: Side): string => {
      const { matrix, signal, trace } = sides[side];
      const place = this.#placeOn(side, cursor, matrix);
      if (!place) return `nothing on the ${side}`;
      return `${side} ${SIGNAL_FACTS[signal].symbol} = ${exactNumber(valueAt(matrix, place))} at ${quoteToken(trace.tokens[place.column].text)}`;
    };
    return `Unit ${cursor.place.row}: ${say('left')}; ${say('right')}.`;
  }
}

customElements.define('gs-side-by-side', SideBySideView);
