// The tokens of a text, of which a span is chosen as in an editor: a click, Shift and a click, arrow keys with Shift. <gs-span-picker>
// Tells `span` with { from, to }.
import { html, type TemplateResult } from 'lit';
import { visibleBlanks } from '../../shared/format.ts';
import { LightElement } from '../../shared/lightElement.ts';
import { quoteTokens } from '../numbers.ts';

export interface Span {
  from: number;
  to: number;
}

export class SpanPicker extends LightElement {
  static override properties = {
    tokens: { attribute: false },
    span: { attribute: false },
  };
  declare tokens: readonly string[];
  declare span: Span;
  /** Where the selection began, and where it goes on from. */
  #anchor = 0;
  #head = 0;

  protected override render(): TemplateResult {
    const { from, to } = this.span;
    const quote = quoteTokens(this.tokens.slice(from, to + 1));
    return html`<p class="chips" role="group" aria-label="Span of tokens, now ${quote}. Arrow keys move it, with Shift they extend it." @keydown=${this.#onKey}>
      ${this.tokens.map(
        (token, at) => html`<button
          type="button"
          class="token ${at >= from && at <= to ? 'is-in-span' : ''}"
          aria-pressed=${at >= from && at <= to ? 'true' : 'false'}
          tabindex=${at === this.#focusable ? '0' : '-1'}
          @click=${(event: MouseEvent) => this.#choose(at, event.shiftKey)}
        >${visibleBlanks(token)}</button>`,
      )}
    </p>`;
  }

  /** The span may have been set from outside. */
  get #focusable(): number {
    const { from, to } = this.span;
    return this.#head >= from && this.#head <= to ? this.#head : from;
  }

  #choose(at: number, isExtending: boolean): void {
    this.#head = at;
    if (!isExtending) this.#anchor = at;
    this.tell<Span>('span', { from: Math.min(this.#anchor, at), to: Math.max(this.#anchor, at) });
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.tokens.length - 1;
    const at = this.#focusable;
    const next: Readonly<Record<string, number>> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last };
    if (!(event.key in next)) return;
    event.preventDefault();
    const to = Math.max(0, Math.min(last, next[event.key]));
    if (event.shiftKey && this.span.from === this.span.to) this.#anchor = this.span.from;
    this.#choose(to, event.shiftKey);
    this.querySelectorAll<HTMLElement>('.token')[to]?.focus();
  }
}

customElements.define('gs-span-picker', SpanPicker);
