// A list of units with a value each: one tab stop, arrow keys, any length. <gs-unit-list>
// Tells `pickunit` with a UnitPlace when a row is clicked or reached by Enter or Space.
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { formatCount } from '../../shared/format.ts';
import { LightElement } from '../../shared/lightElement.ts';
import { styled } from '../../shared/styled.ts';
import { rowWindow, scrollToRow } from '../../shared/windowing.ts';
import { isSameUnit, type UnitPlace } from '../inspectorState.ts';

export interface UnitRow {
  place: UnitPlace;
  /** `Layer 0, forward, unit 17` */
  title: string;
  /** What is said of it: `half-life 98 tokens`. */
  text: string;
  /** A bar behind the text, -1 to 1; absent: none. */
  share?: number;
}

const ROW_HEIGHT = 24;
const VIEW_HEIGHT = 240;
let nextId = 0;

export class UnitList extends LightElement {
  static override properties = {
    name: { attribute: false },
    explanation: { attribute: false },
    rows: { attribute: false },
    selected: { attribute: false },
    active: { state: true },
    scrolled: { state: true },
  };
  declare name: string;
  /** What makes a unit belong here, in a sentence. */
  declare explanation: string;
  declare rows: readonly UnitRow[];
  declare selected: UnitPlace | undefined;
  /** Row that the keys are at. */
  declare active: number;
  /** Pixels. */
  declare scrolled: number;
  readonly #id = `gs-units-${nextId++}`;

  constructor() {
    super();
    this.rows = [];
    this.active = 0;
    this.scrolled = 0;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('rows')) this.active = Math.max(0, Math.min(this.active, this.rows.length - 1));
  }

  protected override render(): TemplateResult {
    const { rows } = this;
    return html`
      <div class="section-head"><h4>${this.name}</h4><span class="muted">${formatCount(rows.length, 'unit')}</span></div>
      <p class="muted">${this.explanation}</p>
      ${rows.length === 0 ? nothing : this.#renderRows()}
    `;
  }

  #renderRows(): TemplateResult {
    const { rows } = this;
    const { start, end, before, after } = rowWindow(rows.length, ROW_HEIGHT, {
      top: this.scrolled,
      height: VIEW_HEIGHT,
    });
    return html`<div
      class="unit-list"
      role="listbox"
      tabindex="0"
      aria-label=${`${this.name}, ${formatCount(rows.length, 'unit')}`}
      aria-activedescendant=${this.active >= start && this.active < end ? `${this.#id}-${this.active}` : nothing}
      @keydown=${this.#onKey}
      @scroll=${(event: Event) => {
        this.scrolled = (event.target as HTMLElement).scrollTop;
      }}
    >
      <div role="presentation" ${styled({ 'block-size': `${before}px` })}></div>
      ${rows.slice(start, end).map((row, at) => this.#renderRow(row, start + at))}
      <div role="presentation" ${styled({ 'block-size': `${after}px` })}></div>
    </div>`;
  }

  #renderRow({ place, title, text, share }: UnitRow, at: number): TemplateResult {
    const isSelected = this.selected !== undefined && isSameUnit(this.selected, place);
    return html`<div
      id="${this.#id}-${at}"
      role="option"
      class="unit-row ${at === this.active ? 'is-active' : ''}"
      aria-selected=${isSelected ? 'true' : 'false'}
      aria-setsize=${this.rows.length}
      aria-posinset=${at + 1}
      @click=${() => this.#pick(at)}
    >
      <span class="unit-row-title">${title}</span>
      ${share === undefined ? nothing : renderShare(share)}
      <span class="numeric">${text}</span>
    </div>`;
  }

  #pick(at: number): void {
    this.active = at;
    this.tell('pickunit', this.rows[at].place);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.rows.length - 1;
    const page = Math.floor(VIEW_HEIGHT / ROW_HEIGHT);
    const { active } = this;
    const next: Readonly<Record<string, number>> = {
      ArrowUp: active - 1,
      ArrowDown: active + 1,
      PageUp: active - page,
      PageDown: active + page,
      Home: 0,
      End: last,
    };
    if (event.key in next) this.#goTo(Math.max(0, Math.min(last, next[event.key])));
    else if (event.key === 'Enter' || event.key === ' ') this.#pick(active);
    else return;
    event.preventDefault();
  }

  #goTo(at: number): void {
    this.active = at;
    const list = this.querySelector('.unit-list');
    if (!list) return;
    list.scrollTop = scrollToRow(at, ROW_HEIGHT, { top: list.scrollTop, height: list.clientHeight });
    this.scrolled = list.scrollTop;
  }
}

/** A bar to the left of the middle for a negative share, to the right for a positive one. */
function renderShare(share: number): TemplateResult {
  const size = Math.min(1, Math.abs(share)) * 50;
  return html`<span class="signed-bar" aria-hidden="true"
    ><span
      class=${share < 0 ? 'is-negative' : 'is-positive'}
      ${styled({ 'inline-size': `${size.toFixed(1)}%`, 'inset-inline-start': `${(share < 0 ? 50 - size : 50).toFixed(1)}%` })}
    ></span
  ></span>`;
}

customElements.define('gs-unit-list', UnitList);
