// What becomes of a text: its tokens with ids under the tokenizer of a config, unknown ones marked, what maxLength cuts off greyed. <gs-token-view>
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { ConfigUse } from '../../extension/protocol/datasetContract.ts';
import type { TokenPreview } from '../../extension/protocol/datasetTable.ts';
import { CancelledError } from '../../extension/util/userError.ts';
import { formatCount, groupThousands, visibleBlanks } from '../shared/format.ts';
import { LightElement } from '../shared/lightElement.ts';
import { describeError } from '../shared/notice.ts';
import { button, progressRing } from '../shared/widgets.ts';

const TYPING_MS = 250;

export type Encode = (text: string, config: string | undefined, signal: AbortSignal) => Promise<TokenPreview>;

export class TokenView extends LightElement {
  static override properties = {
    rowText: { attribute: false },
    configs: { attribute: false },
    text: { state: true },
    config: { state: true },
    preview: { state: true },
    failure: { state: true },
    isAsking: { state: true },
  };
  /** Of the chosen row. */
  declare rowText: string | undefined;
  declare configs: readonly ConfigUse[];
  declare encode: Encode;
  declare text: string;
  /** Path; undefined: as a new experiment would have it. */
  declare config: string | undefined;
  declare preview: TokenPreview | undefined;
  declare failure: unknown;
  declare isAsking: boolean;
  /** The vocabulary comes from all training data, which is not read before somebody wants it. */
  #isWanted = false;
  #asking: AbortController | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.text = '';
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
    this.#asking?.abort();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('configs') && !this.configs.some(({ path }) => path === this.config)) {
      this.config = this.configs[0]?.path;
    }
    if (!changed.has('rowText') || this.rowText === undefined) return;
    this.text = this.rowText;
    if (this.#isWanted) this.#ask();
  }

  protected override render(): TemplateResult {
    return html`<div class="token-tools">
        ${this.#renderConfigs()}
        ${button({ label: 'Show Tokens', isDisabled: this.text.trim() === '', onClick: () => this.#ask() })}
        ${
          this.isAsking
            ? html`${progressRing('Reading the training data for its vocabulary')}
                <button type="button" class="text-button" aria-label="Stop reading the training data" @click=${() => this.#asking?.abort()}>Cancel</button>`
            : nothing
        }
      </div>
      <textarea
        rows="3"
        dir="auto"
        aria-label="Text to cut into tokens"
        placeholder="Type a text, or choose a row above"
        .value=${this.text}
        @input=${this.#onInput}
      ></textarea>
      ${this.failure === undefined ? nothing : html`<p class="split-problem" role="alert">${describeError(this.failure)}</p>`}
      ${this.preview ? renderTokens(this.preview) : nothing}`;
  }

  #renderConfigs(): TemplateResult {
    const { configs } = this;
    const change = (event: Event): void => {
      this.config = configs[(event.target as HTMLSelectElement).selectedIndex]?.path;
      if (this.#isWanted) this.#ask();
    };
    return html`<select aria-label="Tokenizer of" @change=${change}>
      ${configs.map(({ path, title }) => html`<option ?selected=${path === this.config}>tokenizer of ${title}</option>`)}
      <option ?selected=${this.config === undefined}>tokenizer of a new experiment</option>
    </select>`;
  }

  #onInput(event: Event): void {
    this.text = (event.target as HTMLTextAreaElement).value;
    clearTimeout(this.#typing);
    if (this.#isWanted) this.#typing = setTimeout(() => this.#ask(), TYPING_MS);
  }

  #ask(): void {
    this.#isWanted = true;
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.failure = undefined;
    this.isAsking = true;
    const settle = (preview: TokenPreview | undefined, failure?: unknown): void => {
      if (this.#asking !== asking) return;
      this.isAsking = false;
      this.preview = preview;
      if (!(failure instanceof CancelledError)) this.failure = failure;
    };
    this.encode(this.text, this.config, asking.signal).then(settle, (error: unknown) => settle(undefined, error));
  }
}

function renderTokens({ tokens, count, unknown, maxLength, vocabulary, tokenizer }: TokenPreview): TemplateResult {
  const cut = Math.max(0, count - (maxLength ?? count));
  const facts = [
    formatCount(count, 'token'),
    `${formatCount(unknown, 'unknown one', 'unknown ones')} of a vocabulary of ${groupThousands(vocabulary)}`,
    ...(maxLength === undefined
      ? []
      : [`maxLength ${maxLength} ${cut === 0 ? 'cuts nothing off' : `cuts ${groupThousands(cut)} off`}`]),
    ...(tokens.length < count ? [`the first ${groupThousands(tokens.length)} are shown`] : []),
  ];
  return html`<p role="status" class="muted">Tokenizer ${tokenizer}: ${facts.join('; ')}.</p>
    <ol class="token-list" tabindex="0" aria-label="Tokens">
      ${tokens.map(({ token, id, isUnknown }, at) => {
        const isCut = maxLength !== undefined && at >= maxLength;
        const notes = [isUnknown ? 'not in the vocabulary' : '', isCut ? 'cut off' : ''].filter((note) => note !== '');
        return html`<li class=${isCut ? 'is-cut' : ''} title=${notes.join(', ')}>
          <span class="token ${isUnknown ? 'is-unknown' : ''}"><bdi>${visibleBlanks(token)}</bdi></span>
          <span class="token-id">${id}</span>
          ${notes.length > 0 ? html`<span class="visually-hidden">${notes.join(', ')}</span>` : nothing}
        </li>`;
      })}
    </ol>`;
}

customElements.define('gs-token-view', TokenView);
