// Try it, with a language model: a prompt, and the text that the run writes on. <gs-write-on>
// Invariant: what is shown was written by the run that is looked at.
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { GENERATE_DEFAULTS, type GenerateSettings } from '../../extension/protocol/engineContract.ts';
import { LightElement } from '../shared/lightElement.ts';
import { describeError, infoNotice } from '../shared/notice.ts';
import { button } from '../shared/widgets.ts';

const MAX_TEMPERATURE = 2;

export class WriteOn extends LightElement {
  static override properties = {
    runId: { attribute: false },
    whyNot: { attribute: false },
    settings: { state: true },
    written: { state: true },
    failure: { state: true },
    isWriting: { state: true },
  };
  declare runId: string;
  /** Why writing is off; undefined when it is on. */
  declare whyNot: string | undefined;
  declare generate: (runId: string, settings: GenerateSettings) => Promise<string>;
  declare settings: GenerateSettings;
  declare written: { prompt: string; text: string } | undefined;
  declare failure: string | undefined;
  declare isWriting: boolean;
  #asked = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.settings = { ...GENERATE_DEFAULTS, prompt: '' };
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('runId')) return;
    this.#asked++;
    this.written = undefined;
    this.failure = undefined;
    this.isWriting = false;
  }

  protected override render(): TemplateResult {
    const { prompt, temperature } = this.settings;
    const isOff = this.whyNot !== undefined;
    return html`
      <div class="section-head"><h2>Try it</h2></div>
      ${this.whyNot ? infoNotice(this.whyNot) : nothing}
      <textarea
        rows="2"
        aria-label="A text to go on from"
        placeholder="Type a text to go on from, or leave it empty"
        ?disabled=${isOff}
        .value=${prompt}
        @input=${(event: Event) => this.#change({ prompt: (event.target as HTMLTextAreaElement).value })}
      ></textarea>
      <div class="tools" role="group" aria-label="How to write">
        <label class="slider"
          >Temperature<input
            type="range"
            min="0"
            max=${MAX_TEMPERATURE}
            step="0.05"
            ?disabled=${isOff}
            .value=${String(temperature)}
            @input=${(event: Event) => this.#change({ temperature: Number((event.target as HTMLInputElement).value) })}
          /><output>${temperature.toFixed(2)}</output></label
        >
        ${this.#renderNumber('Length', 'length', 1)} ${this.#renderNumber('Seed', 'seed', 0)}
        ${isOff ? nothing : button({ label: this.isWriting ? 'Writing…' : 'Generate', icon: 'edit', isPrimary: true, onClick: () => this.#write() })}
      </div>
      <div aria-live="polite">
        ${this.failure ? html`<p class="notice notice-error">${this.failure}</p>` : nothing}
        ${this.written ? html`<pre class="written"><b>${this.written.prompt}</b>${this.written.text}</pre>` : nothing}
      </div>
    `;
  }

  #renderNumber(title: string, key: 'length' | 'seed', minimum: number): TemplateResult {
    return html`<label class="number"
      >${title}<input
        type="number"
        min=${minimum}
        max="100000"
        ?disabled=${this.whyNot !== undefined}
        .value=${String(this.settings[key])}
        @change=${(event: Event) => this.#change({ [key]: clamp((event.target as HTMLInputElement).valueAsNumber, minimum) })}
    /></label>`;
  }

  #change(part: Partial<GenerateSettings>): void {
    this.settings = { ...this.settings, ...part };
  }

  #write(): void {
    if (this.isWriting) return;
    const asked = ++this.#asked;
    const { prompt } = this.settings;
    this.isWriting = true;
    this.generate(this.runId, this.settings).then(
      (text) => this.#show(asked, { prompt, text }, undefined),
      (error: unknown) => this.#show(asked, undefined, describeError(error)),
    );
  }

  #show(asked: number, written: WriteOn['written'], failure: string | undefined): void {
    if (asked !== this.#asked) return;
    this.isWriting = false;
    this.written = written;
    this.failure = failure;
  }
}

/** A whole number in the range; the minimum for what is none. */
function clamp(value: number, minimum: number): number {
  return Number.isFinite(value) ? Math.min(100_000, Math.max(minimum, Math.round(value))) : minimum;
}

customElements.define('gs-write-on', WriteOn);
