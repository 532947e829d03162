// Select and match: the units that are on through a span of the text, and where in the data the same ones are. <gs-match-view>
import { html, nothing, type TemplateResult } from 'lit';
import { CELL_SIGNALS, type Direction, type SignalName } from '../../../extension/protocol/trace.ts';
import type { MatchProgress, MatchResult } from '../../../extension/protocol/traceAnalysis.ts';
import type { Disposable } from '../../../extension/util/disposable.ts';
import { formatCount, formatPercent } from '../../shared/format.ts';
import { LightElement } from '../../shared/lightElement.ts';
import { errorNotice } from '../../shared/notice.ts';
import { styled } from '../../shared/styled.ts';
import { button } from '../../shared/widgets.ts';
import { check, select, slider } from '../controls.ts';
import { quoteTokens } from '../numbers.ts';
import { isGate, isUnbounded } from '../signals.ts';
import { renderNoWeights } from './answer.ts';
import { aBoolean, aNumber, anIndex, aRecord, aText, Kept, oneOf } from './kept.ts';
import type { Look } from './look.ts';
import './matchHits.ts';
import { Question } from './question.ts';
import { unitsOn } from './spanOn.ts';
import './spanPicker.ts';
import type { Span } from './spanPicker.ts';
import { signalTitle } from './titles.ts';

const SPLITS = [
  { value: 'train', title: 'training data' },
  { value: 'validation', title: 'validation data' },
  { value: 'test', title: 'test data' },
] as const;
const TOPS = [50, 200, 1000].map((top) => ({ value: top, title: `${top} places` }));
const MOST_NAMED = 12;
let nextRequest = 0;

export class MatchView extends LightElement {
  static override properties = {
    look: { attribute: false },
    kept: { attribute: false },
    layer: { attribute: false },
    direction: { attribute: false },
    signal: { state: true },
    span: { state: true },
    threshold: { state: true },
    isOffLeft: { state: true },
    isOffRight: { state: true },
    split: { state: true },
    top: { state: true },
    progress: { state: true },
  };
  declare look: Look;
  /** What was saved of this view; read once. */
  declare kept: unknown;
  declare layer: number;
  declare direction: Direction;
  declare signal: SignalName;
  declare span: Span;
  /** Text that the span is of: in another one it means nothing. */
  declare spanOf: string;
  declare threshold: number;
  declare isOffLeft: boolean;
  declare isOffRight: boolean;
  declare split: (typeof SPLITS)[number]['value'];
  declare top: number;
  declare progress: MatchProgress | undefined;
  readonly #kept = new Kept<MatchView>(this, {
    signal: oneOf(...Object.values(CELL_SIGNALS).flat()),
    span: aRecord<Span>({ from: anIndex, to: anIndex }),
    spanOf: aText,
    threshold: aNumber(-1, 3),
    isOffLeft: aBoolean,
    isOffRight: aBoolean,
    split: oneOf(...SPLITS.map(({ value }) => value)),
    top: oneOf(...TOPS.map(({ value }) => value)),
  });
  readonly #matches = new Question<MatchResult & { runId: string; quote: string }>(this);
  #watch: Disposable | undefined;
  #requestId = '';

  constructor() {
    super();
    this.signal = 'h';
    this.span = { from: 0, to: 0 };
    this.spanOf = '';
    this.threshold = 0.3;
    this.isOffLeft = false;
    this.isOffRight = false;
    this.split = 'train';
    this.top = TOPS[0].value;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watch?.dispose();
    this.#watch = undefined;
  }

  protected override willUpdate(): void {
    this.#kept.restore();
    if (this.spanOf !== this.look.text) {
      this.span = { from: 0, to: 0 };
      this.spanOf = this.look.text;
    }
    const { trace } = this.look;
    if (trace && !CELL_SIGNALS[trace.cell].includes(this.signal)) this.signal = 'h';
  }

  /** Units on through the span in the text; undefined while its trace is not here. */
  get #units(): number[] | undefined {
    const { trace, text } = this.look;
    const part = trace?.layers
      .flat()
      .find(({ layer, direction }) => layer === this.layer && direction === this.direction);
    const values = part?.signals[this.signal];
    if (!trace || trace.text !== text || !values || this.span.to >= trace.tokens.length) return undefined;
    const { threshold, isOffLeft, isOffRight } = this;
    return unitsOn(values, trace.hiddenSize, { ...this.span, threshold, isOffLeft, isOffRight });
  }

  protected override render(): TemplateResult {
    const { trace, question } = this.look;
    if (question.method !== 'trace') {
      return renderNoWeights(this.look);
    }
    if (!trace) return html``;
    const tokens = trace.tokens.map(({ text }) => text);
    const units = this.#units;
    return html`
      <p class="muted">Choose a span of tokens: the search finds where in the data the same units are on.</p>
      <gs-span-picker
        .tokens=${tokens}
        .span=${this.span}
        @span=${(event: CustomEvent<Span>) => {
          this.span = event.detail;
        }}
      ></gs-span-picker>
      ${this.#renderRule()}
      <p class="view-readout" aria-live="polite">${units ? sayUnits(units, trace.hiddenSize) : nothing}</p>
      ${this.#renderSearch(tokens, units ?? [])} ${this.#renderResult()}
    `;
  }

  #renderRule(): TemplateResult {
    const { trace } = this.look;
    const signals = trace ? CELL_SIGNALS[trace.cell] : (['h'] as const);
    const isWide = trace !== undefined && isUnbounded(trace, this.signal);
    return html`<div class="tools" role="group" aria-label="When a unit is on">
      ${select({
        label: 'On: ',
        name: 'gs-match-signal',
        options: signals.map((signal) => ({ value: signal, title: signalTitle(signal) })),
        value: this.signal,
        onChange: (signal) => {
          this.signal = signal;
        },
      })}
      ${slider({
        label: 'at least',
        min: isGate(this.signal) ? 0 : -1,
        max: isWide ? 3 : 1,
        step: 0.05,
        value: this.threshold,
        text: this.threshold.toFixed(2).replace('-', '−'),
        onInput: (threshold) => {
          this.threshold = threshold;
        },
      })}
      ${check('off before the span', this.isOffLeft, (isOn) => {
        this.isOffLeft = isOn;
      })}
      ${check('off after it', this.isOffRight, (isOn) => {
        this.isOffRight = isOn;
      })}
    </div>`;
  }

  #renderSearch(tokens: readonly string[], units: readonly number[]): TemplateResult {
    if (this.#matches.isWaiting) return this.#renderProgress();
    return html`<div class="tools" role="group" aria-label="Search">
      ${select({
        label: 'In',
        name: 'gs-match-split',
        options: SPLITS,
        value: this.split,
        onChange: (split) => {
          this.split = split;
        },
      })}
      ${select({
        label: 'best',
        name: 'gs-match-top',
        options: TOPS,
        value: this.top,
        onChange: (top) => {
          this.top = top;
        },
      })}
      ${button({ label: 'Find', icon: 'search', isPrimary: true, isDisabled: units.length === 0, onClick: () => this.#find(tokens) })}
    </div>`;
  }

  #renderProgress(): TemplateResult {
    const { tokensRead = 0, fraction = 0 } = this.progress ?? {};
    const text = `${formatCount(tokensRead, 'token')} read, ${formatPercent(fraction)}`;
    return html`<div class="match-progress">
      <div class="progress-track" role="progressbar" aria-label="Search" aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(fraction * 100)}>
        <div class="progress-bar" ${styled({ 'inline-size': `${(fraction * 100).toFixed(1)}%` })}></div>
      </div>
      <span>${text}</span>
      ${button({ label: 'Cancel', icon: 'debug-stop', onClick: () => this.#matches.stop() })}
    </div>`;
  }

  #find(tokens: readonly string[]): void {
    const { look, layer, direction, signal, span, threshold, isOffLeft, isOffRight, split, top } = this;
    const { client, runId, epoch, text } = look;
    this.#requestId = `match-${nextRequest++}`;
    this.progress = undefined;
    this.#watch ??= client.on('matching', (progress) => {
      if (progress.requestId === this.#requestId) this.progress = progress;
    });
    const data = { split };
    const rule = { layer, direction, signal, ...span, threshold, isOffLeft, isOffRight };
    const request = { requestId: this.#requestId, runId, epoch, text, ...rule, data, top };
    const quote = quoteTokens(tokens.slice(span.from, span.to + 1));
    this.#matches.ask(this.#requestId, async (aborted) => ({
      ...(await client.call('selectAndMatch', request, { signal: aborted })),
      runId,
      quote,
    }));
  }

  #renderResult(): TemplateResult | typeof nothing {
    const { answer, failure, isWaiting } = this.#matches;
    if (isWaiting) return nothing;
    if (failure !== undefined)
      return errorNotice('The search failed.', failure, () =>
        this.#find(this.look.trace?.tokens.map(({ text }) => text) ?? []),
      );
    if (!answer) return nothing;
    return html`<gs-match-hits
      .result=${answer}
      .quote=${answer.quote}
      @opendata=${({ detail }: CustomEvent<{ path: string; line: number }>) =>
        this.tell('action', this.look.client.call('openDataLine', { runId: answer.runId, ...detail }))}
    ></gs-match-hits>`;
  }
}

function sayUnits(units: readonly number[], of: number): string {
  if (units.length === 0) return `No unit of ${of} is on through the span: lower the threshold or shorten the span.`;
  const named = units.slice(0, MOST_NAMED).join(', ');
  const more = units.length > MOST_NAMED ? ` and ${units.length - MOST_NAMED} more` : '';
  return `${formatCount(units.length, 'unit')} of ${of} ${units.length === 1 ? 'is' : 'are'} on through the span: ${named}${more}.`;
}

customElements.define('gs-match-view', MatchView);
