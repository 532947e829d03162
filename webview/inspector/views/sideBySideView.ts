// Two traces beside each other, with linked cursors and the equations of both cells: two texts, two epochs, or two runs. <gs-side-by-side>
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
import { type CellPlace, naturalOrder, valueAt } from '../../shared/heatmap/matrix.ts';
import { LightElement } from '../../shared/lightElement.ts';
import { segmented } from '../controls.ts';
import { LinkedScroll } from '../linkedScroll.ts';
import { exactNumber, quoteToken } from '../numbers.ts';
import { rangeOf, SIGNAL_FACTS } from '../signals.ts';
import { signalSymbol } from '../symbols.ts';
import { renderAnswer } from './answer.ts';
import { renderPanelExport } from './exportPanels.ts';
import { type HeatmapPanel, renderHeatmapPanel } from './heatmapPanel.ts';
import { aNumber, anIndex, aRecord, aText, Kept, MAX_ZOOM, oneOf } from './kept.ts';
import type { Look } from './look.ts';
import { COMPARISONS, type Comparison, chosenRun, renderOtherChoice } from './otherChoice.ts';
import { loadOther, type OtherTrace, otherEpochs } from './otherTrace.ts';
import { Question } from './question.ts';
import './sideEquation.ts';
import {
  type AnsweredTrace,
  counterpart,
  pairSides,
  placeOn,
  SIDES,
  type Side,
  type SideCursor,
  type Sides,
  type SideTrace,
} from './sides.ts';

const PANEL_HEIGHT = 420;
const DEBOUNCE_MS = 80;

const aSignal = oneOf(...Object.values(CELL_SIGNALS).flat());

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
    opened: { state: true },
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
  /** Under the pointer, and by key or click. */
  declare cursor: SideCursor | undefined;
  declare chosen: SideCursor | undefined;
  declare zoom: number;
  /** The gate whose terms are listed on both sides. */
  declare opened: SignalName | undefined;
  readonly #kept = new Kept<SideBySideView>(this, {
    mode: oneOf(...COMPARISONS.map(({ value }) => value)),
    text: aText,
    epoch: anIndex,
    runId: aText,
    signals: aRecord<Record<Side, SignalName>>({ left: aSignal, right: aSignal }),
    chosen: aRecord<SideCursor>({
      side: oneOf(...SIDES),
      place: aRecord<CellPlace>({ row: anIndex, column: anIndex }),
    }),
    zoom: aNumber(1, MAX_ZOOM),
  });
  readonly #other = new Question<AnsweredTrace>(this);
  #shown: { key: readonly unknown[]; sides: Sides | undefined } = { key: [], sides: undefined };

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
    return { ...same, runId: chosenRun(this.#otherRuns, this.runId)?.id ?? look.runId, epoch: undefined };
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

  /** The same objects while nothing of them changed: heatmaps paint anew for others. */
  #sidesWith(other: AnsweredTrace): Sides | undefined {
    const { look, layer, direction, signals } = this;
    if (!look.trace) return undefined;
    const key = [look, other, layer, direction, signals];
    if (key.some((part, at) => part !== this.#shown.key[at])) {
      const own = { trace: look.trace, question: look.question };
      this.#shown = { key, sides: pairSides({ left: own, right: other }, { layer, direction, signals }) };
    }
    return this.#shown.sides;
  }

  #renderBoth(other: AnsweredTrace): TemplateResult {
    const sides = this.#sidesWith(other);
    if (!sides) return html``;
    return html`<p class="view-readout" aria-live="polite">${this.#readout(sides)}</p>
      <div class="side-by-side">${SIDES.map((side) => this.#renderSide(side, sides))}</div>
      ${renderPanelExport(
        () => ({ title: 'Side by side', panels: SIDES.map((side) => this.#panelOf(side, sides)) }),
        (file) => this.tell('picture', file),
      )}
      <div class="side-by-side side-equations">${SIDES.map((side) => this.#renderEquation(side, sides))}</div>`;
  }

  #renderSide(side: Side, sides: Sides): TemplateResult {
    const panel = this.#panelOf(side, sides);
    return html`<div class="side">${this.#renderSignals(side, sides[side])}${renderHeatmapPanel(panel, this.#actions(side))}</div>`;
  }

  #renderEquation(side: Side, sides: Sides): TemplateResult {
    const shown = sides[side];
    const before = shown.part.direction === 0 ? -1 : 1;
    const place = placeOn(side, sides, this.cursor ?? this.chosen);
    return html`<gs-side-equation
      class="side"
      role="group"
      aria-label=${side === 'left' ? 'Equations on the left' : 'Equations on the right'}
      .client=${this.look.client}
      .shown=${shown}
      .heading=${this.#caption(side, shown.trace, shown.part)}
      .place=${place}
      .opened=${this.opened}
      @opened=${(event: CustomEvent<SignalName | null>) => {
        this.opened = event.detail ?? undefined;
      }}
      @unit=${(event: CustomEvent<number>) => {
        const column = (place?.column ?? 0) + before;
        const isThere = column >= 0 && column < shown.matrix.columns;
        this.chosen = { side, place: { row: event.detail, column: isThere ? column : (place?.column ?? 0) } };
      }}
    ></gs-side-equation>`;
  }

  #panelOf(side: Side, sides: Sides): HeatmapPanel {
    const { trace, part, signal, matrix } = sides[side];
    const at = placeOn(side, sides, this.chosen);
    const hovered = placeOn(side, sides, this.cursor);
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

  #renderSignals(side: Side, { trace, signal }: SideTrace): TemplateResult {
    const names = CELL_SIGNALS[trace.cell];
    return segmented({
      label: side === 'left' ? 'Signal on the left' : 'Signal on the right',
      name: `gs-signal-${side}`,
      options: names.map((name) => ({ value: name, title: SIGNAL_FACTS[name].title, sign: signalSymbol(name) })),
      value: signal,
      onChange: (chosen) => this.#setSignal(side, chosen),
    });
  }

  /** The other side follows, as far as its cell has the signal or one that does the same. */
  #setSignal(side: Side, signal: SignalName): void {
    const other = side === 'left' ? 'right' : 'left';
    const trace = other === 'left' ? this.look.trace : this.#other.answer?.trace;
    const theirs = (trace && counterpart(signal, trace.cell)) ?? this.signals[other];
    this.signals = { ...this.signals, [side]: signal, [other]: theirs };
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

  #readout(sides: Sides): string {
    const cursor = this.cursor ?? this.chosen;
    if (!cursor)
      return 'Point at a cell, or press an arrow key in a heatmap: the other side shows the same unit at the token beside it.';
    const say = (side: Side): string => {
      const { matrix, signal, trace } = sides[side];
      const place = placeOn(side, sides, cursor);
      if (!place) return `nothing on the ${side}`;
      return `${side} ${SIGNAL_FACTS[signal].symbol} = ${exactNumber(valueAt(matrix, place))} at ${quoteToken(trace.tokens[place.column].text)}`;
    };
    return `Unit ${cursor.place.row}: ${say('left')}; ${say('right')}.`;
  }
}

customElements.define('gs-side-by-side', SideBySideView);
