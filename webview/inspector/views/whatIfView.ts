// What if a word were another one: a changed text against the one at the top, signal by signal. <gs-what-if-view>
// Tells `pickunit` with a UnitPlace, and `picture` with the promise of a file.
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Direction, Trace } from '../../../extension/protocol/trace.ts';
import { formatCount, formatPercent, visibleBlanks } from '../../shared/format.ts';
import { type CellPlace, valueAt } from '../../shared/heatmap/matrix.ts';
import { LightElement } from '../../shared/lightElement.ts';
import { emptyNotice } from '../../shared/notice.ts';
import { styled } from '../../shared/styled.ts';
import { button } from '../../shared/widgets.ts';
import { LinkedScroll } from '../linkedScroll.ts';
import { exactNumber, quoteToken } from '../numbers.ts';
import { SIGNAL_FACTS } from '../signals.ts';
import { signalSymbol } from '../symbols.ts';
import { renderAnswer, renderNoWeights } from './answer.ts';
import { type ProbabilityChange, roundScale } from './difference.ts';
import { renderPanelExport } from './exportPanels.ts';
import { type HeatmapActions, type HeatmapPanel, renderHeatmapPanel } from './heatmapPanel.ts';
import { aNumber, aText, Kept, MAX_ZOOM } from './kept.ts';
import { keyOf, type Look } from './look.ts';
import { Question } from './question.ts';
import { differenceOfTexts, firstDifference, type SignalDifference, type TextDifference } from './textDifference.ts';

const DEBOUNCE_MS = 80;
const PANEL_HEIGHT = 230;
const MOST_PROBABILITIES = 8;
/** Bars span at least so much, so that a change which is written as 0.0 % has next to none. */
const LEAST_SPAN = 0.02;
const MOST_CHIPS = 200;
/** So many columns want the whole width each time. */
const LONG_TEXT = 120;

export class WhatIfView extends LightElement {
  static override properties = {
    look: { attribute: false },
    kept: { attribute: false },
    layer: { attribute: false },
    direction: { attribute: false },
    changed: { state: true },
    at: { state: true },
    hovered: { state: true },
    zoom: { state: true },
  };
  declare look: Look;
  /** What was saved of this view; read once. */
  declare kept: unknown;
  declare layer: number;
  declare direction: Direction;
  /** The changed text; undefined: not changed yet. */
  declare changed: string | undefined;
  declare at: CellPlace | undefined;
  declare hovered: CellPlace | undefined;
  declare zoom: number;
  readonly #kept = new Kept<WhatIfView>(this, {
    changed: aText,
    zoom: aNumber(1, MAX_ZOOM),
  });
  readonly #trace = new Question<Trace>(this);
  #difference: { before?: Trace; after?: Trace; place?: string; value?: TextDifference } = {};

  constructor() {
    super();
    this.zoom = 1;
    new LinkedScroll(this);
  }

  get #text(): string {
    return this.changed ?? this.look.text;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.#kept.restore();
    const { look, layer } = this;
    const { client, runId, epoch, question } = look;
    const text = this.#text;
    if (question.method !== 'trace' || text === '') {
      this.#trace.forget();
      return;
    }
    const request = { runId, epoch, text, layers: [layer] };
    const delay = changed.has('changed') && this.#trace.answer ? DEBOUNCE_MS : 0;
    this.#trace.ask(keyOf(look, text, layer), (signal) => client.call('trace', request, { signal }), delay);
  }

  /** Undefined while one of the two traces is not of its text yet. */
  #compare(after: Trace): TextDifference | undefined {
    const before = this.look.trace;
    if (!before || before.text !== this.look.text || before.runId !== after.runId || before.epoch !== after.epoch)
      return undefined;
    const place = `${this.layer} ${this.direction}`;
    const last = this.#difference;
    if (last.before !== before || last.after !== after || last.place !== place) {
      const { layer, direction } = this;
      this.#difference = { before, after, place, value: differenceOfTexts(before, after, { layer, direction }) };
    }
    return this.#difference.value;
  }

  protected override render(): TemplateResult {
    if (this.look.question.method !== 'trace') {
      return renderNoWeights(this.look);
    }
    const text = this.#text;
    return html`<div class="what-if-input">
        <textarea
          rows="2"
          dir="auto"
          aria-label="The changed text"
          spellcheck="false"
          .value=${text}
          @input=${(event: Event) => {
            this.changed = (event.target as HTMLTextAreaElement).value;
          }}
        ></textarea>
        ${button({
          label: 'Reset',
          icon: 'discard',
          isDisabled: text === this.look.text,
          onClick: () => {
            this.changed = undefined;
          },
        })}
      </div>
      ${text === '' ? emptyNotice('No text to compare with.', 'Type one above.') : this.#renderAnswer()}`;
  }

  #renderAnswer(): TemplateResult {
    return renderAnswer(this.#trace, {
      doing: 'Reading the changed text',
      onRetry: () => this.#trace.forget(),
      show: (after) => {
        const difference = this.#compare(after);
        return difference ? this.#renderDifference(difference) : html``;
      },
    });
  }

  #renderDifference(difference: TextDifference): TemplateResult {
    return html`
      ${renderColumns(difference)}
      <p class="view-readout" aria-live="polite" data-first-change=${firstDifference(difference) ?? nothing}>${sentence(difference)}</p>
      ${renderProbabilities(difference.probabilities)}
      <div class="heatmaps ${difference.columns.length > LONG_TEXT ? 'is-long' : ''}">${difference.signals.map((signal) => renderHeatmapPanel(this.#panelOf(difference, signal), this.#actions))}</div>
      ${renderPanelExport(
        () => ({
          title: `What if: ${this.#text.slice(0, 120)}`,
          panels: difference.signals.map((signal) => this.#panelOf(difference, signal)),
        }),
        (file) => this.tell('picture', file),
      )}
    `;
  }

  #panelOf(
    { names, order, columns }: TextDifference,
    { signal, matrix, summary, scale }: SignalDifference,
  ): HeatmapPanel {
    const inside = (place: CellPlace | undefined): CellPlace | undefined =>
      place && place.column < columns.length && place.row < matrix.rows ? place : undefined;
    const at = inside(this.at);
    const hovered = inside(this.hovered);
    const shown = hovered ?? at;
    const title = SIGNAL_FACTS[signal].title;
    return {
      key: signal,
      name: `Difference of ${SIGNAL_FACTS[signal].symbol}, ${title}`,
      title: html`Δ ${signalSymbol(signal, 't')} <span class="muted">${title}</span>`,
      matrix,
      order,
      range: { kind: 'diverging', min: -scale, max: scale },
      value: shown && valueAt(matrix, shown),
      note: summary.largest === 0 ? 'no difference' : `largest ${summary.largest.toPrecision(2)}`,
      columnNames: names,
      at,
      hovered,
      zoom: this.zoom,
      maxHeight: PANEL_HEIGHT,
      labels: {
        summary: `Difference of the ${title}, ${matrix.rows} units over ${columns.length} columns. ${sentenceOf(summary.largest, names[summary.column], summary.unit)} Arrow keys read the values.`,
        describe: ({ row, column }, value) =>
          `Unit ${row}, ${quoteToken(names[column])}: ${Number.isNaN(value) ? 'in one of the texts only' : `difference of the ${title} ${exactNumber(value)}`}`,
      },
    };
  }

  readonly #actions: HeatmapActions = {
    hover: (place) => {
      this.hovered = place;
    },
    move: (place) => {
      this.at = place;
    },
    pick: (place) => {
      this.at = place;
      this.tell('pickunit', { layer: this.layer, direction: this.direction, unit: place.row });
    },
    zoom: (zoom) => {
      this.zoom = zoom;
    },
  };
}

const sentenceOf = (largest: number, token: string, unit: number): string =>
  largest === 0 ? 'No difference.' : `The largest is ${exactNumber(largest)}, at ${quoteToken(token)}, unit ${unit}.`;

function sentence(difference: TextDifference): string {
  const { columns, names, signals } = difference;
  const count = (kind: string): number => columns.filter((column) => column.kind === kind).length;
  const edits = (['changed', 'deleted', 'inserted'] as const)
    .filter((kind) => count(kind) > 0)
    .map((kind) => `${formatCount(count(kind), 'token')} ${kind}`);
  const first = firstDifference(difference);
  if (first === undefined) {
    return edits.length === 0
      ? 'The texts are the same, and so is every signal to the last bit. Change, delete or insert a word above.'
      : `${edits.join(', ')}; where tokens stand beside each other, every signal is the same.`;
  }
  const largest = signals.reduce((most, each) => (each.summary.largest > most.summary.largest ? each : most));
  const before = first === 0 ? '' : ` Nothing differs before column ${first}, ${quoteToken(names[first])}.`;
  const { summary, signal } = largest;
  return `${edits.join(', ')}.${before} Most changes the ${SIGNAL_FACTS[signal].title} of unit ${summary.unit} at ${quoteToken(names[summary.column])}: by ${exactNumber(summary.largest)}.`;
}

/** Both texts in one line: what went is struck through, what came is underlined. */
function renderColumns({ columns, names }: TextDifference): TemplateResult {
  const shown = columns.slice(0, MOST_CHIPS);
  return html`<p class="chips" aria-label="Both texts, token beside token">
    ${shown.map(({ kind }, at) => html`<span class="token aligned is-${kind}">${visibleBlanks(names[at])}</span>`)}
    ${columns.length > shown.length ? html`<span class="muted">and ${columns.length - shown.length} more</span>` : nothing}
  </p>`;
}

function renderProbabilities(changes: readonly ProbabilityChange[]): TemplateResult | typeof nothing {
  if (changes.length === 0) return nothing;
  const shown = changes.slice(0, MOST_PROBABILITIES);
  const known = changes.map(({ change }) => Math.abs(change)).filter((change) => !Number.isNaN(change));
  const full = roundScale(Math.max(LEAST_SPAN, ...known));
  return html`<table class="probability-changes" aria-label="Probabilities before and after the change">
    <thead>
      <tr><th scope="col">Probability of</th><th scope="col" class="numeric">before</th><th scope="col" class="numeric">after</th><th scope="col" class="numeric">change</th><th aria-hidden="true"></th></tr>
    </thead>
    <tbody>
      ${shown.map(({ label, before, after, change }) => {
        const size = Number.isNaN(change) ? 0 : (Math.abs(change) / full) * 50;
        return html`<tr>
          <th scope="row" title=${label}>${visibleBlanks(label)}</th>
          <td class="numeric">${formatPercent(before)}</td>
          <td class="numeric">${formatPercent(after)}</td>
          <td class="numeric">${signedPercent(change)}</td>
          <td class="bar-cell" aria-hidden="true">
            <span class="signed-bar"
              ><span
                class=${change < 0 ? 'is-negative' : 'is-positive'}
                ${styled({ 'inline-size': `${size.toFixed(1)}%`, 'inset-inline-start': `${(change < 0 ? 50 - size : 50).toFixed(1)}%` })}
              ></span
            ></span>
          </td>
        </tr>`;
      })}
    </tbody>
  </table>
  ${changes.length > shown.length ? html`<p class="muted">${formatCount(changes.length - shown.length, 'smaller change')} not shown.</p>` : nothing}`;
}

/** Without a sign where nothing is left of the change in writing. */
function signedPercent(change: number): string {
  if (Number.isNaN(change)) return '–';
  const size = formatPercent(Math.abs(change));
  if (size === formatPercent(0)) return size;
  return `${change < 0 ? '−' : '+'}${size}`;
}

customElements.define('gs-what-if-view', WhatIfView);
