// Goes through the epochs of a run by slider, by key and by itself. <gs-epoch-slider>
// Tells `epoch` with a number. While it plays, the next epoch is told only when the last one is shown (`isBusy` is false).
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { iconButton } from '../../shared/icons.ts';
import { LightElement } from '../../shared/lightElement.ts';
import { styled } from '../../shared/styled.ts';

const FRAME_MS = 500;

export class EpochSlider extends LightElement {
  static override properties = {
    epochs: { attribute: false },
    epoch: { attribute: false },
    best: { attribute: false },
    isBusy: { attribute: false },
    isPlaying: { state: true },
  };
  /** Rising. */
  declare epochs: readonly number[];
  /** What is shown; undefined is the best. */
  declare epoch: number | undefined;
  declare best: number | undefined;
  /** The epoch that was told is still on its way. */
  declare isBusy: boolean;
  declare isPlaying: boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.epochs = [];
    this.isBusy = false;
    this.isPlaying = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!this.isPlaying) return;
    if (changed.has('isPlaying') || changed.has('epoch') || changed.has('isBusy') || changed.has('epochs'))
      this.#schedule();
  }

  /** Place of the shown epoch in `epochs`; the last one where it is not among them. */
  get #at(): number {
    const shown = this.epoch ?? this.best;
    const at = shown === undefined ? -1 : this.epochs.indexOf(shown);
    return at < 0 ? this.epochs.length - 1 : at;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { epochs } = this;
    if (epochs.length === 0) return nothing;
    const text = this.#describe(epochs[this.#at]);
    if (epochs.length === 1) return html`<p class="muted">${text}, the only one that can be shown for this text.</p>`;
    return html`<div class="epoch-slider" role="group" aria-label="Epoch">
      ${iconButton({ label: 'Previous epoch', icon: 'chevron-left', isDisabled: this.#at === 0, onClick: () => this.#go(this.#at - 1) })}
      ${iconButton({
        label: this.isPlaying ? 'Pause' : 'Play the training',
        icon: this.isPlaying ? 'debug-pause' : 'play',
        onClick: () => (this.isPlaying ? this.#stop() : this.#play()),
      })}
      ${iconButton({ label: 'Next epoch', icon: 'chevron-right', isDisabled: this.#at === epochs.length - 1, onClick: () => this.#go(this.#at + 1) })}
      <div class="epoch-track">
        <input
          type="range"
          min="0"
          max=${epochs.length - 1}
          step="1"
          .value=${String(this.#at)}
          aria-label="Epoch"
          aria-valuetext=${text}
          @input=${(event: Event) => this.#go((event.target as HTMLInputElement).valueAsNumber)}
          @keydown=${this.#onKey}
        />
        ${this.#renderBest()}
      </div>
      <output>${text}</output>
    </div>`;
  }

  #renderBest(): TemplateResult | typeof nothing {
    const at = this.best === undefined ? -1 : this.epochs.indexOf(this.best);
    if (at < 0) return nothing;
    return html`<span
      class="epoch-best"
      title="Epoch ${this.best} is the best"
      aria-hidden="true"
      ${styled({ '--at': (at / (this.epochs.length - 1)).toFixed(4) })}
      >▲</span
    >`;
  }

  #describe(epoch: number): string {
    const name = epoch === 0 ? 'before training' : `epoch ${epoch}`;
    return epoch === this.best ? `${name} (best)` : name;
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== ' ' || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (this.isPlaying) this.#stop();
    else this.#play();
  }

  #go(at: number): void {
    this.#stop();
    this.#tellEpoch(at);
  }

  #tellEpoch(at: number): void {
    const epoch = this.epochs[Math.max(0, Math.min(this.epochs.length - 1, at))];
    if (epoch !== undefined) this.tell('epoch', epoch);
  }

  #play(): void {
    this.isPlaying = true;
    if (this.#at === this.epochs.length - 1) this.#tellEpoch(0);
  }

  #stop(): void {
    this.isPlaying = false;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.isBusy) return;
    this.#timer = setTimeout(() => {
      if (this.#at >= this.epochs.length - 1) this.#stop();
      else this.#tellEpoch(this.#at + 1);
    }, FRAME_MS);
  }
}

customElements.define('gs-epoch-slider', EpochSlider);
