// The line at the top: a text to look at, its tokens as chips, and what the model makes of it. <gs-input-line>
// Invariant: what stands in the box is the user's; it changes from outside only when somebody else chose another text.
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { Trace } from '../../extension/protocol/trace.ts';
import { formatCount, visibleBlanks } from '../shared/format.ts';
import { LightElement } from '../shared/lightElement.ts';
import { renderOutcome } from './outcome.ts';

export class InputLine extends LightElement {
  static override properties = {
    text: { attribute: false },
    trace: { attribute: false },
    token: { attribute: false },
    isDisabled: { attribute: false },
    suggestions: { attribute: false },
  };
  /** Asked for by `text` while somebody types. */
  declare text: string;
  declare trace: Trace | undefined;
  /** Which token the cursor is at; asked for by `token`. */
  declare token: number | undefined;
  /** Nothing can be computed: only suggestions can be chosen. */
  declare isDisabled: boolean;
  /** Texts to begin with: the run's probes. */
  declare suggestions: readonly string[];

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('token') || changed.has('trace')) this.#markToken();
  }

  protected override render(): TemplateResult {
    return html`<div class="text-and-outcome">
      <div class="input-line">
        <textarea
          rows="2"
          dir="auto"
          aria-label="A text to look at"
          placeholder="Type or paste a text to look at"
          spellcheck="false"
          ?disabled=${this.isDisabled}
          .value=${this.text}
          @input=${(event: Event) => this.tell('text', (event.target as HTMLTextAreaElement).value)}
        ></textarea>
        ${this.suggestions.length > 0 ? this.#renderSuggestions() : nothing}
      </div>
      ${this.trace ? html`${this.#renderTokens(this.trace)} ${renderOutcome(this.trace, this.token)}` : nothing}
    </div>`;
  }

  #renderSuggestions(): TemplateResult {
    return html`<select
      aria-label="Probes of the run"
      title="Probes: texts that the run's config names"
      @change=${this.#onSuggestion}
    >
      <option value="" selected>Probes</option>
      ${this.suggestions.map((text, at) => html`<option value=${at}>${text}</option>`)}
    </select>`;
  }

  /** The list is a menu: it goes back to its title. */
  #onSuggestion(event: Event): void {
    const list = event.target as HTMLSelectElement;
    const text = this.suggestions[Number(list.value)];
    list.selectedIndex = 0;
    this.tell('text', text);
  }

  #renderTokens(trace: Trace): TemplateResult {
    const { tokens, truncated } = trace;
    const unknown = tokens.filter(({ isUnknown }) => isUnknown).length;
    const notes = [
      formatCount(tokens.length, 'token'),
      unknown > 0 ? `${unknown} not in the vocabulary (dashed)` : '',
      truncated > 0 ? `${formatCount(truncated, 'more', 'more')} beyond the model's maximum not read` : '',
    ];
    return html`<div class="reading">
        <div class="chips" role="list" aria-label="Tokens" tabindex="0" @click=${this.#onChip}>
          ${guard([trace], () =>
            tokens.map(
              ({ text, isUnknown }, at) =>
                html`<span
                role="listitem"
                class="token ${isUnknown ? 'is-unknown' : ''}"
                title=${isUnknown ? `Token ${at}, not in the vocabulary` : `Token ${at}`}
                data-token=${at}
                >${visibleBlanks(text)}</span
              >`,
            ),
          )}
        </div>
      <p class="muted">${notes.filter((note) => note !== '').join(' · ')}</p>
    </div>`;
  }

  #onChip(event: MouseEvent): void {
    const token = (event.target as HTMLElement).closest<HTMLElement>('[data-token]')?.dataset.token;
    if (token !== undefined) this.tell('token', Number(token));
  }

  /** Marks one chip by hand: a thousand of them are not rendered anew for every move of the pointer. Scrolls the chips, and never the page. */
  #markToken(): void {
    const chips = this.querySelector<HTMLElement>('.chips');
    chips?.querySelector('.is-here')?.classList.remove('is-here');
    const chip = chips?.querySelector<HTMLElement>(`[data-token="${this.token}"]`);
    if (!chips || !chip) return;
    chip.classList.add('is-here');
    const top = chip.offsetTop - chips.offsetTop;
    if (top < chips.scrollTop) chips.scrollTop = top;
    else if (top + chip.offsetHeight > chips.scrollTop + chips.clientHeight) {
      chips.scrollTop = top + chip.offsetHeight - chips.clientHeight;
    }
  }
}

customElements.define('gs-input-line', InputLine);
