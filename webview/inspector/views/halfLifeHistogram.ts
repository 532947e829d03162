// How long the units of one direction of a layer remember: a histogram of their half-lives. <gs-half-life-histogram>
// Tells `bin` with the units of the bar that was chosen.
import { html, nothing, type TemplateResult } from 'lit';
import { formatCount, formatShort } from '../../shared/format.ts';
import { LightElement } from '../../shared/lightElement.ts';
import { styled } from '../../shared/styled.ts';
import { type Bin, halfLifeBins, median } from './histogram.ts';

export class HalfLifeHistogram extends LightElement {
  static override properties = {
    name: { attribute: false },
    halfLives: { attribute: false },
    unit: { attribute: false },
    at: { state: true },
  };
  declare name: string;
  /** [units], in tokens. */
  declare halfLives: ArrayLike<number>;
  /** A unit whose bar is marked. */
  declare unit: number | undefined;
  /** Bar that the keys are at. */
  declare at: number;

  constructor() {
    super();
    this.at = 0;
  }

  protected override render(): TemplateResult {
    const bins = halfLifeBins(this.halfLives);
    const most = Math.max(1, ...bins.map(({ members }) => members.length));
    return html`<h4>${this.name}</h4>
      <p class="muted">${this.#sentence()}</p>
      <div class="histogram" role="group" aria-label="Half-lives of ${this.name}" @keydown=${(event: KeyboardEvent) => this.#onKey(event, bins.length)}>
        <span class="histogram-most" aria-hidden="true">${formatCount(most, 'unit')}</span>
        ${bins.map((bin, at) => this.#renderBar(bin, at, most))}
      </div>
      <div class="histogram-axis" aria-hidden="true">
        ${bins.map(({ from }) => html`<span>${isWhole(from) ? formatEdge(from) : nothing}</span>`)}
      </div>
      <p class="histogram-title muted" aria-hidden="true">half-life in tokens</p>`;
  }

  #renderBar(bin: Bin, at: number, most: number): TemplateResult {
    const { members } = bin;
    const isHere = this.unit !== undefined && members.includes(this.unit);
    const label = `${describeBin(bin)}: ${formatCount(members.length, 'unit')}`;
    return html`<button
      type="button"
      class="histogram-bar ${isHere ? 'is-here' : ''}"
      title=${label}
      aria-label=${label}
      tabindex=${at === this.at ? '0' : '-1'}
      @focus=${() => {
        this.at = at;
      }}
      @click=${() => this.tell('bin', members)}
    >
      <span class="fill" ${styled({ 'block-size': `${((members.length / most) * 100).toFixed(2)}%` })}></span>
    </button>`;
  }

  #sentence(): string {
    const middle = median(this.halfLives);
    if (Number.isNaN(middle)) return 'No units.';
    return `Half of the ${formatCount(this.halfLives.length, 'unit')} ${this.halfLives.length === 1 ? 'has' : 'have'} forgotten half within ${formatTokens(middle)}.`;
  }

  #onKey(event: KeyboardEvent, count: number): void {
    const next: Readonly<Record<string, number>> = {
      ArrowLeft: this.at - 1,
      ArrowRight: this.at + 1,
      Home: 0,
      End: count - 1,
    };
    if (!(event.key in next) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.at = Math.max(0, Math.min(count - 1, next[event.key]));
    this.querySelectorAll<HTMLElement>('.histogram-bar')[this.at]?.focus();
  }
}

/** Bars begin between powers of two as well; those are not written. */
const isWhole = (edge: number): boolean => edge > 0 && Number.isInteger(Math.log2(edge)) && Math.log2(edge) % 2 === 0;

const formatEdge = (edge: number): string => (edge < 1 ? `1/${1 / edge}` : String(edge));

/** `3.2 tokens`, or `no number of tokens` for a memory that never fades. */
export function formatTokens(halfLife: number): string {
  if (halfLife === Number.POSITIVE_INFINITY) return 'no number of tokens';
  return `${formatShort(Number(halfLife.toPrecision(2)))} ${halfLife === 1 ? 'token' : 'tokens'}`;
}

function describeBin({ from, to }: Bin): string {
  if (to === Number.POSITIVE_INFINITY) return `${formatShort(from)} tokens and more`;
  if (from === 0) return `under ${formatShort(to)} tokens`;
  return `${formatShort(from)} to ${formatShort(to)} tokens`;
}

customElements.define('gs-half-life-histogram', HalfLifeHistogram);
