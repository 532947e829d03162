// How each state depends on each token: the norm of d h_t / d x_s as a heatmap. <gs-connectivity-view>
// Tells `token` with the place of the token whose row was chosen, and `picture` with the promise of a file.
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Direction } from '../../../extension/protocol/trace.ts';
import { type Connectivity, MAX_CONNECTED_TOKENS } from '../../../extension/protocol/traceAnalysis.ts';
import { formatCount } from '../../shared/format.ts';
import type { HeatmapLabels } from '../../shared/heatmap/matrix.ts';
import { type CellPlace, type Matrix, naturalOrder, type ValueRange, valueAt } from '../../shared/heatmap/matrix.ts';
import { LightElement } from '../../shared/lightElement.ts';
import { emptyNotice } from '../../shared/notice.ts';
import { button } from '../../shared/widgets.ts';
import { check } from '../controls.ts';
import { exactNumber, quoteToken } from '../numbers.ts';
import { renderAnswer, renderNoWeights } from './answer.ts';
import { connectivityMatrix, logScale } from './connectivityMatrix.ts';
import { roundScale } from './difference.ts';
import { renderPanelExport } from './exportPanels.ts';
import { type HeatmapActions, renderHeatmapPanel } from './heatmapPanel.ts';
import { aBoolean, aNumber, Kept, MAX_ZOOM } from './kept.ts';
import { keyOf, type Look } from './look.ts';
import { Question } from './question.ts';
import { placeTitle } from './titles.ts';

export class ConnectivityView extends LightElement {
  static override properties = {
    look: { attribute: false },
    kept: { attribute: false },
    layer: { attribute: false },
    direction: { attribute: false },
    isLog: { state: true },
    at: { state: true },
    hovered: { state: true },
    zoom: { state: true },
    asked: { state: true },
    stopped: { state: true },
  };
  declare look: Look;
  /** What was saved of this view; read once. */
  declare kept: unknown;
  declare layer: number;
  declare direction: Direction;
  declare isLog: boolean;
  declare at: CellPlace | undefined;
  declare hovered: CellPlace | undefined;
  declare zoom: number;
  /** Text that the user asked for in spite of what it takes, and text whose computing was stopped. */
  declare asked: string | undefined;
  declare stopped: string | undefined;
  readonly #kept = new Kept<ConnectivityView>(this, {
    isLog: aBoolean,
    zoom: aNumber(1, MAX_ZOOM),
  });
  readonly #connectivity = new Question<Connectivity>(this);
  #matrices: { of?: Connectivity; plain: Matrix; log: Matrix; largest: number } | undefined;

  constructor() {
    super();
    this.isLog = true;
    this.zoom = 1;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.#kept.restore();
    const { look, layer, direction } = this;
    const { client, runId, epoch, text, question } = look;
    if (question.method !== 'trace') {
      this.#connectivity.forget();
      return;
    }
    if (changed.has('look') && changed.get('look')?.text !== text) this.at = undefined;
    if (this.#isTooLong || (!this.#isQuick && this.asked !== text)) {
      this.#connectivity.forget();
      return;
    }
    const request = { runId, epoch, text, layer, direction };
    this.#connectivity.ask(keyOf(look, layer, direction), (signal) => client.call('connectivity', request, { signal }));
  }

  get #isTooLong(): boolean {
    return (this.look.trace?.tokens.length ?? 0) > MAX_CONNECTED_TOKENS;
  }

  /** Whether it is computed unasked. */
  get #isQuick(): boolean {
    const { trace, text } = this.look;
    return (trace?.tokens.length ?? 0) <= QUICK_TOKENS && this.stopped !== text;
  }

  protected override render(): TemplateResult {
    if (this.look.question.method !== 'trace') {
      return renderNoWeights(this.look);
    }
    if (this.#isTooLong) {
      const count = formatCount(this.look.trace?.tokens.length ?? 0, 'token');
      return emptyNotice(
        `The text has ${count}; connectivity can be computed for at most ${MAX_CONNECTED_TOKENS}.`,
        'Look at a shorter passage of it.',
      );
    }
    return html`<div class="tools">
        ${check('Logarithmic colours', this.isLog, (isOn) => {
          this.isLog = isOn;
        })}
        ${this.#connectivity.isWaiting ? button({ label: 'Cancel', icon: 'debug-stop', onClick: () => this.#cancel() }) : nothing}
      </div>
      ${this.#isQuick || this.asked === this.look.text ? nothing : this.#renderOffer()}
      ${renderAnswer(this.#connectivity, {
        doing: 'Going back through time from every state',
        onRetry: () => this.#connectivity.forget(),
        show: (connectivity) => this.#renderMatrix(connectivity),
      })}`;
  }

  #renderOffer(): TemplateResult {
    const { trace, text } = this.look;
    return html`<div class="notice">
      <p>The work grows with the square of the ${trace?.tokens.length} tokens: seconds in most networks, minutes in wide ones of many layers.</p>
      ${button({
        label: 'Compute',
        icon: 'play',
        onClick: () => {
          this.asked = text;
        },
      })}
    </div>`;
  }

  /** To be asked for again by the same button, however short the text is. */
  #cancel(): void {
    this.asked = undefined;
    this.stopped = this.look.text;
  }

  #matricesOf(connectivity: Connectivity) {
    if (this.#matrices?.of !== connectivity) {
      const plain = connectivityMatrix(connectivity);
      const largest = plain.values.reduce((most, value) => Math.max(most, value), 0);
      this.#matrices = { of: connectivity, plain, log: { ...plain, values: plain.values.map(logScale) }, largest };
    }
    return this.#matrices;
  }

  #renderMatrix(connectivity: Connectivity): TemplateResult {
    const { trace } = this.look;
    const { tokenCount, layer, direction } = connectivity;
    if (!trace || trace.tokens.length !== tokenCount) return html``;
    const { plain, log, largest } = this.#matricesOf(connectivity);
    const top = roundScale(largest);
    const range: ValueRange = this.isLog
      ? { kind: 'sequential', min: logScale(top) - DECADES, max: logScale(top) }
      : { kind: 'sequential', min: 0, max: top };
    const at = this.hovered ?? this.at;
    const value = at && valueAt(plain, at);
    const names = trace.tokens.map(({ text }) => text);
    const panel = {
      key: 'connectivity',
      name: `‖∂h_t / ∂x_s‖, ${placeTitle(layer, direction, trace.directionCount)}`,
      title: html`‖∂h<sub>t</sub> / ∂x<sub>s</sub>‖ <span class="muted">${placeTitle(layer, direction, trace.directionCount)}</span>`,
      matrix: this.isLog ? log : plain,
      numbers: plain,
      order: naturalOrder(tokenCount),
      range,
      legendRange: this.isLog ? { ...range, min: top / 10 ** DECADES, max: top } : range,
      value: value === undefined ? undefined : this.isLog ? legendPlace(value, top) : value,
      note: this.isLog ? 'logarithmic' : undefined,
      columnNames: names,
      rowNames: names,
      at: this.at,
      hovered: this.hovered,
      zoom: this.zoom,
      maxHeight: HEIGHT,
      labels: this.#labels(plain, names),
    };
    return html`${renderHeatmapPanel(panel, this.#actions)}
      <p class="view-readout" aria-live="polite">
        ${at ? this.#sentence(plain, at) : 'Columns: the token that changes. Rows: the state that answers to it. Without colour: zero, as that state was there before the token was read.'}
      </p>
      ${renderPanelExport(
        () => ({ title: 'Connectivity', panels: [panel] }),
        (file) => this.tell('picture', file),
      )}`;
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
      this.tell('token', place.row);
    },
    zoom: (zoom) => {
      this.zoom = zoom;
    },
  };

  #sentence(plain: Matrix, { row, column }: CellPlace): string {
    const tokens = this.look.trace?.tokens ?? [];
    const name = (at: number): string => `token ${at}, ${quoteToken(tokens[at]?.text ?? '')}`;
    return `A small change of ${name(column)} changes h at ${name(row)} by ${exactNumber(valueAt(plain, { row, column }))} times its size at most.`;
  }

  #labels(plain: Matrix, tokens: readonly string[]): HeatmapLabels {
    return {
      summary: `Connectivity of ${tokens.length} tokens: how each state depends on each token. Arrow keys read the values.`,
      describe: (place) => this.#sentence(plain, place),
    };
  }
}

/** Longer texts are computed on request only. */
const QUICK_TOKENS = 64;
/** CSS pixels. */
const HEIGHT = 520;
/** Orders of magnitude between the ends of the logarithmic colours. */
const DECADES = 4;

/** Where the mark stands on a bar whose ends are labelled in plain numbers but whose colours are logarithmic. */
function legendPlace(value: number, top: number): number {
  const low = top / 10 ** DECADES;
  const share = (logScale(value) - logScale(low)) / DECADES;
  return low + Math.min(1, Math.max(0, share)) * (top - low);
}

customElements.define('gs-connectivity-view', ConnectivityView);
