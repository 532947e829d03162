// The inspector: a text, what a recurrent layer computed over it, and one cell down to its equation. <gs-inspector>
import { html, nothing, type TemplateResult } from 'lit';
import type { InspectorContract } from '../../extension/protocol/inspectorContract.ts';
import type { Client } from '../../extension/protocol/rpc.ts';
import type { SignalName, Trace } from '../../extension/protocol/trace.ts';
import type { GradientTrace } from '../../extension/protocol/traceAnalysis.ts';
import { CancelledError } from '../../extension/util/userError.ts';
import type { Span } from '../shared/heatmap/viewport.ts';
import { LightElement } from '../shared/lightElement.ts';
import { describeError, emptyNotice, errorNotice, infoNotice } from '../shared/notice.ts';
import type { PageHost } from '../shared/pageHost.ts';
import { onThemeChange, readTheme, type ThemeColors } from '../shared/theme.ts';
import { progressRing } from '../shared/widgets.ts';
import { attentionBars, renderAttentionNote } from './attentionBars.ts';
import { cellNumbers } from './cellNumbers.ts';
import { renderCellReadout } from './cellReadout.ts';
import './equation.ts';
import { exportHeatmap, type PictureFormat } from './exportPicture.ts';
import './inputLine.ts';
import { GradientBars, gradientTitle } from './gradientBars.ts';
import { renderHeader } from './inspectorHeader.ts';
import type { TracePlace } from './inspectorState.ts';
import { InspectorStore } from './inspectorStore.ts';
import { exactNumber, quoteToken } from './numbers.ts';
import { OrderCache } from './orderCache.ts';
import './signalHeatmaps.ts';
import type { SignalHeatmaps } from './signalHeatmaps.ts';
import { renderTools } from './signalTools.ts';
import './unitCurves.ts';
import { epochsOf, toChosenEpoch } from './views/epochsOf.ts';
import './views/epochSlider.ts';
import './views/inspectorViews.ts';

export class InspectorApp extends LightElement {
  declare store: InspectorStore;
  readonly #orders = new OrderCache(() => this.requestUpdate());
  /** Reading it costs a style recalculation, too much for every move of the pointer. */
  #theme: ThemeColors = readTheme();
  readonly #gradient = new GradientBars(this);
  /** Tokens that the heatmaps show; what is pinned follows them. */
  #columns: Span | undefined;
  #opened: SignalName | undefined;
  #marked: { key: string; marks: ReadonlyMap<number, string> } = { key: '', marks: new Map() };
  /** The views read the store, which is one object: a new number tells them that it changed. */
  #version = 0;

  start(client: Client<InspectorContract>, host: PageHost): void {
    this.store = new InspectorStore(client, host, () => this.requestUpdate());
    onThemeChange(() => {
      this.#theme = readTheme();
      this.requestUpdate();
    });
    void this.store.load();
  }

  protected override render(): TemplateResult {
    const { store } = this;
    const failure =
      store.error === undefined
        ? nothing
        : errorNotice('Something could not be loaded.', store.error, () => void store.load());
    if (!store.isLoaded)
      return html`<main>${store.error === undefined ? progressRing('Loading runs') : failure}</main>`;
    if (!store.run) return html`<main>${failure}${renderNoRuns(store.whyNot)}</main>`;
    return html`<main>
      ${renderHeader(store, () => this.#do(store.client.call('openDashboard', { runId: store.run!.id })))}
      ${store.whyNot ? infoNotice(store.whyNot) : nothing}
      <section aria-label="Text">
        <gs-input-line
          .text=${store.text}
          .trace=${store.trace}
          .token=${store.place?.token}
          .isDisabled=${!store.canTrace}
          .suggestions=${store.probeTexts}
          @text=${(event: CustomEvent<string>) => store.change({ text: event.detail })}
          @token=${(event: CustomEvent<number>) => store.choose({ unit: store.place?.unit ?? 0, token: event.detail })}
        ></gs-input-line>
      </section>
      ${failure} ${this.#renderEpochs()} ${this.#renderTrace()} ${this.#renderViews()}
    </main>`;
  }

  #renderTrace(): TemplateResult {
    const { store } = this;
    if (store.text === '') {
      return emptyNotice('No text yet.', 'Type one above to see what every gate does with it, token by token.');
    }
    if (!store.trace || !store.shown)
      return html`${store.error === undefined ? progressRing('Reading the text') : nothing}`;
    return html`
      <section class="inspector-body ${store.isTracing ? 'is-tracing' : ''}" aria-label="Gates and states">
        <div class="inspector-pictures">
          <h2 class="visually-hidden">Gates and states</h2>
          ${renderTools(store, {
            zoom: (factor) => this.#heatmaps?.first?.zoomBy(factor),
            picture: (format) => this.#do(this.#exportPicture(format)),
            trace: (format) => this.#do(store.saveTrace(format)),
          })}
          ${this.#renderGradientNote()} ${this.#renderHeatmaps()}
        </div>
        ${this.#renderCell()}
      </section>
      ${this.#renderPinned()}
    `;
  }

  /** They stay while another trace is on its way, with all that was chosen in them. */
  #renderViews(): TemplateResult | typeof nothing {
    const { store } = this;
    if (store.text === '') return nothing;
    return html`<section aria-label="Further views">
      <gs-inspector-views
        .store=${store}
        .version=${++this.#version}
        @action=${(event: CustomEvent<Promise<unknown>>) => this.#do(event.detail)}
      ></gs-inspector-views>
    </section>`;
  }

  /** The training again, over what was kept of the shown text. */
  #renderEpochs(): TemplateResult | typeof nothing {
    const { store } = this;
    const { sources } = store;
    if (!sources || store.text === '') return nothing;
    return html`<gs-epoch-slider
      .epochs=${epochsOf(sources, store.text, store.canTrace)}
      .epoch=${store.state.epoch}
      .best=${sources.best}
      .isBusy=${store.isTracing}
      @epoch=${(event: CustomEvent<number>) => store.change({ epoch: toChosenEpoch(sources, event.detail) })}
    ></gs-epoch-slider>`;
  }

  #renderHeatmaps(): TemplateResult {
    const { store } = this;
    return html`<gs-signal-heatmaps
      .trace=${store.trace}
      .shown=${store.shown}
      .signals=${store.shownSignals}
      .order=${this.#orders.get(store)}
      .place=${store.chosen}
      .hovered=${store.hovered}
      .zoom=${store.state.zoom}
      .marks=${this.#marks()}
      .bars=${this.#gradient.barsOf(store) ?? attentionBars(store.trace)}
      .ground=${this.#theme.ground}
      @hovered=${(event: CustomEvent<TracePlace | null>) => store.hover(event.detail ?? undefined)}
      @chosen=${(event: CustomEvent<TracePlace>) => store.choose(event.detail)}
      @picked=${(event: CustomEvent<TracePlace>) => this.#pick(event.detail)}
      @zoom=${(event: CustomEvent<number>) => store.change({ zoom: event.detail })}
      @columns=${(event: CustomEvent<Span>) => this.#follow(event.detail)}
    ></gs-signal-heatmaps>`;
  }

  #follow(columns: Span): void {
    this.#columns = columns;
    if (this.store.pinnedUnits.length > 0) this.requestUpdate();
  }

  /** What the bars above the tokens are, and the one at the cursor. */
  #renderGradientNote(): TemplateResult | typeof nothing {
    const { store } = this;
    this.#gradient.follow(store);
    if (!this.#gradient.barsOf(store))
      return store.trace ? renderAttentionNote(store.trace, store.place?.token) : nothing;
    if (this.#gradient.failure !== undefined)
      return errorNotice('', this.#gradient.failure, () => this.#gradient.retry());
    const gradient = this.#gradient.gradientOf(store);
    return gradient && store.trace
      ? renderGradientNote(gradient, store.trace, store.place?.token)
      : html`<p class="gradient-note muted">Gradient …</p>`;
  }

  /** The read-out and the equation of the cell the cursor is at. */
  #renderCell(): TemplateResult {
    const { store } = this;
    const { trace, shown, place } = store;
    if (!trace || !shown || !place) {
      return html`<aside class="cell-panel" aria-label="Cell">
        <p class="muted">Point at a cell, or press an arrow key in the heatmap, to see its equation with its numbers. A click or Enter pins the unit.</p>
      </aside>`;
    }
    const numbers = cellNumbers(trace, shown, place);
    const signal = store.state.signal === 'all' ? undefined : store.shownSignals[0];
    const name = signal ?? 'h';
    return html`<aside class="cell-panel" aria-label="Cell">
      ${renderCellReadout(trace, place, { signal: name, value: numbers.now[name] })}
      <gs-equation
        .subject=${{ trace, layer: store.layer, direction: store.direction, place, numbers, signal }}
        .parts=${store.equation}
        .whyNoParts=${store.equationError === undefined ? store.whyNoEquation : describeError(store.equationError)}
        .opened=${this.#opened}
        @opened=${(event: CustomEvent<SignalName | null>) => {
          this.#opened = event.detail ?? undefined;
          this.requestUpdate();
        }}
        @unit=${(event: CustomEvent<number>) => store.choose({ unit: event.detail, token: store.tokenBefore(place.token) })}
      ></gs-equation>
    </aside>`;
  }

  #renderPinned(): TemplateResult | typeof nothing {
    const { store } = this;
    if (store.pinnedUnits.length === 0) return nothing;
    const marks = this.#marks();
    return html`<section aria-label="Pinned units">
      <div class="section-head"><h2>Pinned units</h2></div>
      <div class="unit-grid">
        ${store.pinnedUnits.map(
          (unit) => html`<gs-unit-curves
            .trace=${store.trace}
            .shown=${store.shown}
            .unit=${unit}
            .color=${marks.get(unit)}
            .token=${store.place?.token}
            .columns=${this.#columns}
            @hovered=${(event: CustomEvent<TracePlace | null>) => store.hover(event.detail ?? undefined)}
            @chosen=${(event: CustomEvent<TracePlace>) => store.choose(event.detail)}
            @unpin=${() => store.togglePin(unit)}
          ></gs-unit-curves>`,
        )}
      </div>
    </section>`;
  }

  get #heatmaps(): SignalHeatmaps | null {
    return this.querySelector<SignalHeatmaps>('gs-signal-heatmaps');
  }

  /** Chooses the cell and pins its unit; once more takes the pin off. */
  #pick(place: TracePlace): void {
    const { store } = this;
    const { chosen } = store;
    const isSame = chosen?.unit === place.unit && chosen.token === place.token;
    const isPinned = store.pinnedUnits.includes(place.unit);
    store.choose(place);
    if (isSame || !isPinned) store.togglePin(place.unit);
  }

  /** The same map while it says the same: heatmaps paint anew for another one. */
  #marks(): ReadonlyMap<number, string> {
    const { runs } = this.#theme;
    const marks = this.store.pinnedUnits.map((unit, at): [number, string] => [unit, runs[at % runs.length]]);
    const key = marks.join();
    if (key !== this.#marked.key) this.#marked = { key, marks: new Map(marks) };
    return this.#marked.marks;
  }

  async #exportPicture(format: PictureFormat): Promise<void> {
    const { store } = this;
    const gradient = store.state.isGradientOn ? this.#gradient.gradientOf(store) : undefined;
    const file = await exportHeatmap(store, { order: this.#orders.get(store), marks: this.#marks(), gradient }, format);
    await store.client.call('saveFile', file);
  }

  /** A failed action is said on the page. */
  #do(action: Promise<unknown>): void {
    action.catch((error: unknown) => {
      if (error instanceof CancelledError) return;
      this.store.error = error;
      this.requestUpdate();
    });
  }
}

function renderGradientNote(gradient: GradientTrace, { tokens }: Trace, token: number | undefined): TemplateResult {
  const { norms } = gradient;
  const here =
    token === undefined || token >= norms.length
      ? nothing
      : html` At ${quoteToken(tokens[token].text)}: <strong>${exactNumber(norms[token])}</strong>`;
  return html`<p class="gradient-note muted">
    Bars: ${gradientTitle(gradient)}.${here}
  </p>`;
}

function renderNoRuns(whyNot: string | undefined): TemplateResult {
  return html`${emptyNotice('No run to look into yet.', 'Train one first: open a *.gatescope.json file and press Train above its first line.')}
  ${whyNot ? infoNotice(whyNot) : nothing}`;
}

customElements.define('gs-inspector', InspectorApp);
