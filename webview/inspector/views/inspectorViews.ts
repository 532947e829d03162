// The further views of the inspector, one at a time behind tabs; what one chooses is shown in all. <gs-inspector-views>
// Tells `action` with a promise whose failure the page says.
import { html, type TemplateResult } from 'lit';
import { LightElement } from '../../shared/lightElement.ts';
import type { PictureFile } from '../exportPicture.ts';
import type { UnitPlace } from '../inspectorState.ts';
import type { InspectorStore } from '../inspectorStore.ts';
import './connectivityView.ts';
import { toChosenEpoch } from './epochsOf.ts';
import './gradientsView.ts';
import type { Look } from './look.ts';
import './matchView.ts';
import './saturationView.ts';
import './sideBySideView.ts';
import './unitsView.ts';
import './whatIfView.ts';

const VIEWS = ['saturation', 'units', 'gradients', 'connectivity', 'whatIf', 'sideBySide', 'match'] as const;
type ViewName = (typeof VIEWS)[number];

const TITLES: Readonly<Record<ViewName, string>> = {
  saturation: 'Saturation',
  units: 'Memory and kinds',
  gradients: 'Gradients',
  connectivity: 'Connectivity',
  whatIf: 'What if',
  sideBySide: 'Side by side',
  match: 'Select and match',
};

export class InspectorViews extends LightElement {
  static override properties = { store: { attribute: false }, version: { attribute: false } };
  declare store: InspectorStore;
  #look: { key: readonly unknown[]; value: Look } | undefined;

  protected override render(): TemplateResult {
    const { view } = this;
    const look = this.#lookNow();
    if (!look) return html``;
    return html`
      <div class="tabs" role="tablist" aria-label="Further views" @keydown=${this.#onKey}>
        ${VIEWS.map(
          (name) => html`<button
            type="button"
            role="tab"
            id="gs-tab-${name}"
            class="tab"
            aria-selected=${name === view ? 'true' : 'false'}
            aria-controls="gs-view"
            tabindex=${name === view ? '0' : '-1'}
            @click=${() => this.store.change({ view: name })}
          >${TITLES[name]}</button>`,
        )}
      </div>
      <div
        id="gs-view"
        class="view"
        role="tabpanel"
        aria-labelledby="gs-tab-${view}"
        @pickunit=${(event: CustomEvent<UnitPlace>) => this.#pickUnit(event.detail)}
        @token=${(event: CustomEvent<number>) => this.store.choose({ unit: this.store.place?.unit ?? 0, token: event.detail })}
        @epoch=${(event: CustomEvent<number>) => this.store.change({ epoch: toChosenEpoch(this.store.sources, event.detail) })}
        @picture=${(event: CustomEvent<Promise<PictureFile>>) => this.tell('action', this.#save(event.detail))}
        @keep=${(event: CustomEvent<object>) => this.store.changeView(view, event.detail)}
      >
        ${this.#renderView(view, look)}
      </div>
    `;
  }

  get view(): ViewName {
    return VIEWS.find((name) => name === this.store.state.view) ?? 'saturation';
  }

  /**
   * The same object while nothing of it changed, so that views do not draw anew for every move of the pointer; and the last one
   * while a trace is on its way, so that whoever types is answered first.
   */
  #lookNow(): Look | undefined {
    const { client, run, sources, question, text, trace, state, canTrace, isTracing } = this.store;
    if (!run || !sources || !question) return undefined;
    if (isTracing) return this.#look?.value.runId === run.id ? this.#look.value : undefined;
    const key = [run.id, state.epoch, text, sources, trace, canTrace, JSON.stringify(question)];
    if (!this.#look || key.some((part, at) => part !== this.#look?.key[at])) {
      this.#look = {
        key,
        value: { client, runId: run.id, epoch: state.epoch, text, canTrace, sources, question, trace },
      };
    }
    return this.#look.value;
  }

  get #selected(): UnitPlace | undefined {
    const { chosen, layer, direction } = this.store;
    return chosen && { layer, direction, unit: chosen.unit };
  }

  #renderView(view: ViewName, look: Look): TemplateResult {
    const { layer, direction, place, runs, state } = this.store;
    const kept = state.views[view];
    switch (view) {
      case 'saturation':
        return html`<gs-saturation-view .look=${look} .kept=${kept} .selected=${this.#selected}></gs-saturation-view>`;
      case 'units':
        return html`<gs-units-view .look=${look} .kept=${kept} .selected=${this.#selected}></gs-units-view>`;
      case 'gradients':
        return html`<gs-gradients-view .look=${look} .kept=${kept} .token=${place?.token}></gs-gradients-view>`;
      case 'connectivity':
        return html`<gs-connectivity-view .look=${look} .kept=${kept} .layer=${layer} .direction=${direction}></gs-connectivity-view>`;
      case 'whatIf':
        return html`<gs-what-if-view .look=${look} .kept=${kept} .layer=${layer} .direction=${direction}></gs-what-if-view>`;
      case 'sideBySide':
        return html`<gs-side-by-side .look=${look} .kept=${kept} .layer=${layer} .direction=${direction} .runs=${runs}></gs-side-by-side>`;
      case 'match':
        return html`<gs-match-view .look=${look} .kept=${kept} .layer=${layer} .direction=${direction}></gs-match-view>`;
    }
  }

  async #save(picture: Promise<PictureFile>): Promise<void> {
    await this.store.client.call('saveFile', await picture);
  }

  #pickUnit({ layer, direction, unit }: UnitPlace): void {
    const { chosen } = this.store;
    this.store.change({ layer, direction, place: { unit, token: chosen?.token ?? 0 } });
  }

  #onKey(event: KeyboardEvent): void {
    const at = VIEWS.indexOf(this.view);
    const last = VIEWS.length - 1;
    const next: Readonly<Record<string, number>> = {
      ArrowLeft: at === 0 ? last : at - 1,
      ArrowRight: at === last ? 0 : at + 1,
      Home: 0,
      End: last,
    };
    if (!(event.key in next) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const name = VIEWS[next[event.key]];
    this.store.change({ view: name });
    this.querySelector<HTMLElement>(`#gs-tab-${name}`)?.focus();
  }
}

customElements.define('gs-inspector-views', InspectorViews);
