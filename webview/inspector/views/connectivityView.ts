// How each state depends on each token: the norm of d h_t / d x_s as a heatmap. <gs-connectivity-view>
// Tells `token` with the place of the token whose row was chosen.
import { html, type PropertyValues, type TemplateResult } from 'lit';
import type { Direction } from '../../../extension/protocol/trace.ts';
import type { Connectivity } from '../../../extension/protocol/traceAnalysis.ts';
import { colorMap } from '../../shared/heatmap/colorMap.ts';
import '../../shared/heatmap/heatmap.ts';
import type { HeatmapLabels } from '../../shared/heatmap/heatmap.ts';
import { renderLegend } from '../../shared/heatmap/legend.ts';
import { type CellPlace, type Matrix, naturalOrder, type ValueRange, valueAt } from '../../shared/heatmap/matrix.ts';
import { LightElement } from '../../shared/lightElement.ts';
import { emptyNotice } from '../../shared/notice.ts';
import { readTheme } from '../../shared/theme.ts';
import { exactNumber, quoteToken } from '../numbers.ts';
import { renderAnswer } from './answer.ts';
import { connectivityMatrix, logScale } from './connectivityMatrix.ts';
import { check } from './controls.ts';
import { roundScale } from './difference.ts';
import { keyOf, type Look } from './look.ts';
import { Question } from './question.ts';
import { placeTitle } from './titles.ts';

export class ConnectivityView extends LightElement {
  static override properties = {
    look: { attribute: false },
    layer: { attribute: false },
    direction: { attribute: false },
    isLog: { state: true },
    at: { state: true },
    hovered: { state: true },
    zoom: { state: true },
  };
  declare look: Look;
  declare layer: number;
  declare direction: Direction;
  declare isLog: boolean;
  declare at: CellPlace | undefined;
  declare hovered: CellPlace | undefined;
  declare zoom: number;
  readonly #connectivity = new Question<Connectivity>(this);
  #matrices: { of?: Connectivity; plain: Matrix; log: Matrix; largest: number } | undefined;

  constructor() {
    super();
    this.isLog = true;
    this.zoom = 1;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { look, layer, direction } = this;
    const { client, runId, epoch, text, question } = look;
    if (question.method !== 'trace') {
      this.#connectivity.forget();
      return;
    }
    if (changed.has('look') && changed.get('look')?.text !== text) this.at = undefined;
    const request = { runId, epoch, text, layer, direction };
    this.#connectivity.ask(keyOf(look, layer, direction), (signal) => client.call('connectivity', request, { signal }));
  }

  protected override render(): TemplateResult {
    if (this.look.question.method !== 'trace') {
      return emptyNotice(
        'The weights of this epoch were not kept.',
        'Choose an epoch with a checkpoint, or the best one.',
      );
    }
    return html`<div class="tools">
        ${check('Logarithmic colours', this.isLog, (isOn) => {
          this.isLog = isOn;
        })}
      </div>
      ${renderAnswer(this.#connectivity, {
        doing: 'Going back through time from every state',
        onRetry: () => this.#connectivity.forget(),
        show: (connectivity) => this.#renderMatrix(connectivity),
      })}`;
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
    return html`<figure class="heatmap-panel">
        <figcaption>
          <h3>‖∂h<sub>t</sub> / ∂x<sub>s</sub>‖ <span class="muted">${placeTitle(layer, direction, trace.directionCount)}</span></h3>
          ${renderLegend({
            map: colorMap('sequential', readTheme().ground),
            range: this.isLog ? { kind: 'sequential', min: top / 10 ** DECADES, max: top } : range,
            value: value === undefined ? undefined : this.isLog ? legendPlace(value, top) : value,
          })}
        </figcaption>
        <gs-heatmap
          .matrix=${this.isLog ? log : plain}
          .order=${naturalOrder(tokenCount)}
          .range=${range}
          .columnNames=${trace.tokens.map(({ text }) => text)}
          .marks=${NO_MARKS}
          .at=${this.at}
          .hovered=${this.hovered}
          .zoom=${this.zoom}
          .maxHeight=${HEIGHT}
          .labels=${this.#labels(
            plain,
            trace.tokens.map(({ text }) => text),
          )}
          @hover=${(event: CustomEvent<CellPlace | null>) => {
            this.hovered = event.detail ?? undefined;
          }}
          @move=${(event: CustomEvent<CellPlace>) => {
            this.at = event.detail;
          }}
          @pick=${(event: CustomEvent<CellPlace>) => this.#pick(event.detail)}
          @zoom=${(event: CustomEvent<number>) => {
            this.zoom = event.detail;
          }}
        ></gs-heatmap>
      </figure>
      <p class="view-readout" aria-live="polite">
        ${at ? this.#sentence(plain, at) : 'Columns: the token that changes. Rows: the state that answers to it. Dark on one side of the diagonal: not read yet.'}
      </p>`;
  }

  #pick(place: CellPlace): void {
    this.at = place;
    this.tell('token', place.row);
  }

  #sentence(plain: Matrix, { row, column }: CellPlace): string {
    const tokens = this.look.trace?.tokens ?? [];
    const name = (at: number): string => `token ${at + 1}, ${quoteToken(tokens[at]?.text ?? '')}`;
    return `A small change of ${name(column)} changes h at ${name(row)} by ${exactNumber(valueAt(plain, { row, column }))} times its size at most.`;
  }

  #labels(plain: Matrix, tokens: readonly string[]): HeatmapLabels {
    return {
      summary: `Connectivity of ${tokens.length} tokens: how each state depends on each token. Arrow keys read the values.`,
      describe: (place) => this.#sentence(plain, place),
    };
  }
}

/** CSS pixels. */
const HEIGHT = 520;
/** Orders of magnitude between the ends of the logarithmic colours. */
const DECADES = 4;
const NO_MARKS: ReadonlyMap<number, string> = new Map();

/** Where the mark stands on a bar whose ends are labelled in plain numbers but whose colours are logarithmic. */
function legendPlace(value: number, top: number): number {
  const low = top / 10 ** DECADES;
  const share = (logScale(value) - logScale(low)) / DECADES;
  return low + Math.min(1, Math.max(0, share)) * (top - low);
}

customElements.define('gs-connectivity-view', ConnectivityView);
