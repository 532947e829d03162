// Try it: a text, and the class probabilities a run gives it. <gs-try-it>
// Invariant: what is shown belongs to the text that stands in the box; a slower answer to an older text is dropped.
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Prediction } from '../../extension/protocol/engineContract.ts';
import { formatPercent } from '../shared/format.ts';
import { LightElement } from '../shared/lightElement.ts';
import { describeError, infoNotice } from '../shared/notice.ts';
import { styled } from '../shared/styled.ts';
import { button } from '../shared/widgets.ts';

const DEBOUNCE_MS = 120;
const MAX_CLASSES = 10;

export class TryIt extends LightElement {
  static override properties = {
    runId: { attribute: false },
    whyNot: { attribute: false },
    text: { state: true },
    prediction: { state: true },
    failure: { state: true },
  };
  declare runId: string;
  /** Why predictions are off; undefined when they are on. */
  declare whyNot: string | undefined;
  declare predict: (runId: string, text: string) => Promise<Prediction>;
  /** Shows the gates behind a prediction. */
  declare inspect: (text: string) => void;
  declare text: string;
  declare prediction: Prediction | undefined;
  declare failure: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.text = '';
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('runId') && changed.get('runId') !== undefined) this.#ask();
  }

  protected override render(): TemplateResult {
    return html`
      <div class="section-head"><h2>Try it</h2></div>
      ${this.whyNot ? infoNotice(this.whyNot) : nothing}
      <textarea
        rows="2"
        aria-label="A text to classify"
        placeholder="Type a text to classify"
        ?disabled=${this.whyNot !== undefined}
        .value=${this.text}
        @input=${this.#onInput}
      ></textarea>
      <div aria-live="polite">
        ${this.failure ? html`<p class="notice notice-error">${this.failure}</p>` : nothing}
        ${this.prediction ? renderPrediction(this.prediction, this.inspect) : nothing}
      </div>
    `;
  }

  #onInput(event: Event): void {
    this.text = (event.target as HTMLTextAreaElement).value;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), DEBOUNCE_MS);
  }

  #ask(): void {
    const asked = ++this.#asked;
    if (this.text.trim() === '') {
      this.prediction = undefined;
      this.failure = undefined;
      return;
    }
    this.predict(this.runId, this.text).then(
      (prediction) => this.#show(asked, prediction, undefined),
      (error: unknown) => this.#show(asked, undefined, describeError(error)),
    );
  }

  #show(asked: number, prediction: Prediction | undefined, failure: string | undefined): void {
    if (asked !== this.#asked) return;
    this.prediction = prediction;
    this.failure = failure;
  }
}

function renderPrediction(
  { text, tokens, unknown, truncated, classes }: Prediction,
  inspect: (text: string) => void,
): TemplateResult {
  const missing = new Set(unknown);
  const hidden = classes.length - MAX_CLASSES;
  return html`
    <p class="tokens" aria-label="Tokens">
      ${tokens.map((token) =>
        missing.has(token)
          ? html`<span class="token is-unknown" title="Not in the vocabulary">${token}</span>`
          : html`<span class="token">${token}</span>`,
      )}
    </p>
    ${missing.size > 0 ? html`<p class="muted">Dashed tokens are not in the vocabulary.</p>` : nothing}
    ${truncated > 0 ? html`<p class="muted">${truncated} more tokens are beyond the model’s maximum.</p>` : nothing}
    <table class="probabilities" aria-label="Class probabilities">
      <tbody>
        ${classes.slice(0, MAX_CLASSES).map(
          ({ label, probability }) => html`<tr>
            <th scope="row" title=${label}>${label}</th>
            <td class="numeric">${formatPercent(probability)}</td>
            <td class="bar-cell" aria-hidden="true"><div class="bar" ${styled({ 'inline-size': `${probability * 100}%` })}></div></td>
          </tr>`,
        )}
      </tbody>
    </table>
    <p class="tools">${button({ label: 'Inspect Gates', icon: 'telescope', onClick: () => inspect(text) })}</p>
    ${hidden > 0 ? html`<p class="muted">${hidden} less probable classes are not shown.</p>` : nothing}
  `;
}

customElements.define('gs-try-it', TryIt);
