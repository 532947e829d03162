// A bar above each token: how much a score hangs on it. <gs-gradient-strip>
// Tells `token` with the place of the token that was chosen. Bars of signed values go up and down from the middle.
import { html, type TemplateResult } from 'lit';
import { formatPercent, visibleBlanks } from '../../shared/format.ts';
import { LightElement } from '../../shared/lightElement.ts';
import { styled } from '../../shared/styled.ts';
import { exactNumber, quoteToken } from '../numbers.ts';
import { fullBar, largestTokens, shareOfToken } from './attribution.ts';

/** Numbers stand under the tokens of short texts. */
const MAX_NUMBERED = 60;

export class GradientStrip extends LightElement {
  static override properties = {
    tokens: { attribute: false },
    values: { attribute: false },
    isSigned: { attribute: false },
    what: { attribute: false },
    at: { attribute: false },
  };
  declare tokens: readonly string[];
  /** One a token. */
  declare values: Float32Array;
  declare isSigned: boolean;
  /** What the numbers are, for the sentence: `Length of the gradient of HUM`. */
  declare what: string;
  /** Token that is marked; undefined: none. */
  declare at: number | undefined;

  protected override render(): TemplateResult {
    const full = fullBar(this.values);
    return html`<div
      class="strip ${this.isSigned ? 'is-signed' : ''}"
      role="group"
      aria-label=${this.#sentence()}
      @keydown=${this.#onKey}
    >
      ${this.tokens.map((token, at) => this.#renderToken(token, at, full))}
    </div>`;
  }

  #renderToken(token: string, at: number, full: number): TemplateResult {
    const value = this.values[at] ?? 0;
    const label = `Token ${at}, ${quoteToken(token)}: ${exactNumber(value)}, ${formatPercent(shareOfToken(this.values, at))} of all`;
    return html`<button
      type="button"
      class="strip-token ${at === this.at ? 'is-here' : ''}"
      title=${label}
      tabindex=${at === (this.at ?? 0) ? '0' : '-1'}
      @click=${() => this.tell('token', at)}
    >
      <span class="strip-bar" aria-hidden="true">
        <span
          class=${value < 0 ? 'is-negative' : 'is-positive'}
          ${styled({ '--size': Math.abs(value / full).toFixed(4) })}
        ></span>
      </span>
      <span class="strip-text">${visibleBlanks(token)}</span>
      ${this.tokens.length <= MAX_NUMBERED ? html`<span class="strip-number">${shortNumber(value)}</span>` : ''}
    </button>`;
  }

  #sentence(): string {
    const most = largestTokens(this.values, 3).map(
      (at) => `${quoteToken(this.tokens[at])} ${exactNumber(this.values[at])}`,
    );
    const largest = most.length > 0 ? ` Largest: ${most.join(', ')}.` : ' All are zero.';
    return `${this.what}, a bar for each of ${this.tokens.length} tokens.${largest} Arrow keys go through the tokens.`;
  }

  #onKey(event: KeyboardEvent): void {
    const last = this.tokens.length - 1;
    const at = this.at ?? 0;
    const next: Readonly<Record<string, number>> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last };
    if (!(event.key in next) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const to = Math.max(0, Math.min(last, next[event.key]));
    this.tell('token', to);
    this.querySelectorAll<HTMLElement>('.strip-token')[to]?.focus();
  }
}

function shortNumber(value: number): string {
  const size = Math.abs(value);
  const text = size === 0 ? '0' : size < 0.01 ? size.toExponential(0) : size.toFixed(2);
  return value < 0 ? `−${text}` : text;
}

customElements.define('gs-gradient-strip', GradientStrip);
