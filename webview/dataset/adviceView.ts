// Which encoder and settings fit the dataset, each with its reason, and what training so takes; a button makes an experiment of it. <gs-advice-view>
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { type AdviceEntry, type DatasetAdvice, pointsLines } from '../../extension/protocol/advice.ts';
import type { OpenedTable } from '../../extension/protocol/datasetTable.ts';
import { estimateLines, wholeRunLine } from '../../extension/protocol/estimate.ts';
import { CancelledError } from '../../extension/util/userError.ts';
import { LightElement } from '../shared/lightElement.ts';
import { describeError } from '../shared/notice.ts';
import { button, progressRing } from '../shared/widgets.ts';

export interface AdviceActions {
  advise(signal: AbortSignal): Promise<DatasetAdvice>;
  /** Makes a config of it. */
  take(): void;
}

export class AdviceView extends LightElement {
  static override properties = {
    table: { attribute: false },
    wish: { attribute: false },
    advice: { state: true },
    failure: { state: true },
    asking: { state: true },
  };
  /** Whose rows are read; another manifest makes the advice another one. */
  declare table: OpenedTable;
  declare actions: AdviceActions;
  /** Another object means that somebody outside of the page asked to see the advice. */
  declare wish: object | undefined;
  declare advice: DatasetAdvice | undefined;
  declare failure: unknown;
  declare asking: AbortController | undefined;
  #data = '';
  /** Whether the keyboard goes to the advice when it is there. */
  #takesFocus = false;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.asking?.abort();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { manifest, leftOut } = this.table;
    const data = JSON.stringify([manifest, leftOut]);
    const isStale = data !== this.#data && (this.advice !== undefined || this.asking !== undefined);
    this.#data = data;
    const isAsked = changed.has('wish') && this.wish !== undefined;
    if (isAsked) this.#takesFocus = true;
    if (isStale || isAsked) this.#ask();
  }

  protected override updated(): void {
    if (!this.#takesFocus || this.asking || !this.advice) return;
    this.#takesFocus = false;
    const region = this.querySelector<HTMLElement>('.advice');
    region?.scrollIntoView({ block: 'start' });
    region?.focus();
  }

  protected override render(): TemplateResult {
    const { advice, failure, asking } = this;
    return html`<div class="token-tools">
        ${advice || asking ? nothing : button({ label: 'Show Advice', onClick: () => this.#show() })}
        ${
          asking
            ? html`${progressRing('Reading the training rows')}
            <button type="button" class="text-button" aria-label="Stop reading the training rows" @click=${() => asking.abort()}>Cancel</button>`
            : nothing
        }
      </div>
      ${failure === undefined ? nothing : html`<p class="split-problem" role="alert">${describeError(failure)}</p>`}
      ${advice ? this.#renderAdvice(advice) : nothing}`;
  }

  #renderAdvice(advice: DatasetAdvice): TemplateResult {
    const { entries, estimate } = advice;
    const epochs = Number(entries.find(({ key }) => key === 'training.epochs')?.value);
    return html`<div class="advice" tabindex="0" role="region" aria-label="Advice">
      <table>
        <thead>
          <tr>
            <th scope="col">Setting</th>
            <th scope="col">Value</th>
            <th scope="col">Because</th>
          </tr>
        </thead>
        <tbody>
          ${entries.map(renderEntry)}
        </tbody>
      </table>
      ${pointsLines(advice).map((line) => html`<p class="muted">${line}</p>`)}
      ${[...estimateLines(estimate), ...wholeRunLine(estimate, epochs)].map((line) => html`<p>${line}</p>`)}
      ${button({ label: 'New Experiment with These', icon: 'new-file', isPrimary: true, onClick: () => this.actions.take() })}
    </div>`;
  }

  #show(): void {
    this.#takesFocus = true;
    this.#ask();
  }

  #ask(): void {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    this.failure = undefined;
    const settle = (advice: DatasetAdvice | undefined, failure?: unknown): void => {
      if (this.asking !== asking) return;
      this.asking = undefined;
      this.advice = advice;
      this.#takesFocus &&= advice !== undefined;
      if (!(failure instanceof CancelledError)) this.failure = failure;
    };
    this.actions.advise(asking.signal).then(settle, (error: unknown) => settle(undefined, error));
  }
}

function renderEntry({ key, value, reason, source, alternatives }: AdviceEntry): TemplateResult {
  return html`<tr>
    <th scope="row"><code>${breakable(key)}</code></th>
    <td><code>${valueText(value)}</code></td>
    <td>
      <p>${reason} <span class="muted">(${source})</span></p>
      ${
        alternatives.length === 0
          ? nothing
          : html`<ul class="alternatives">
              ${alternatives.map((other) => html`<li>or <code>${valueText(other.value)}</code>: ${other.reason}</li>`)}
            </ul>`
      }
    </td>
  </tr>`;
}

/** May break between names and values, where there is little room; never within a number. */
const breakable = (text: string): TemplateResult[] =>
  text.split(/(?<=[,:])|(?=\.[a-z])/iu).map((part, at) => html`${at === 0 ? nothing : html`<wbr />`}${part}`);

/** As it stands in a config, but texts without their quotes. */
const valueText = (value: unknown): TemplateResult[] =>
  breakable(typeof value === 'string' ? value : JSON.stringify(value));

customElements.define('gs-advice-view', AdviceView);
