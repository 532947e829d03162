// How long texts are: a histogram with percentiles and what configs cut at; a click on a bar shows its rows. <gs-length-histogram>
import { html, nothing, type TemplateResult } from 'lit';
import type { ConfigUse } from '../../extension/protocol/datasetContract.ts';
import type { LengthHistogram, PartFacts, Percentiles } from '../../extension/protocol/datasetReport.ts';
import type { RowFilter } from '../../extension/protocol/datasetTable.ts';
import { formatShort, groupThousands } from '../shared/format.ts';
import { LightElement } from '../shared/lightElement.ts';
import { styled } from '../shared/styled.ts';

/** Labels of markers stand one below the other: those of close ones would cover each other. */
const LABEL_HEIGHT = 14;

type Unit = 'characters' | 'tokens';

interface Marker {
  name: string;
  value: number;
  isConfig: boolean;
}

interface ShownLengths {
  histogram: LengthHistogram;
  percentiles: Percentiles;
  unit: Unit;
  part: PartFacts['part'];
}

export class LengthBars extends LightElement {
  static override properties = {
    parts: { attribute: false },
    configs: { attribute: false },
    unit: { state: true },
    shownPart: { state: true },
  };
  declare parts: readonly PartFacts[];
  declare configs: readonly ConfigUse[];
  declare unit: Unit;
  declare shownPart: number;

  override connectedCallback(): void {
    super.connectedCallback();
    this.unit = 'tokens';
    this.shownPart = 0;
  }

  protected override render(): TemplateResult | typeof nothing {
    const facts = this.parts[this.shownPart] ?? this.parts[0];
    if (!facts) return nothing;
    const unit = facts.tokenLengths ? this.unit : 'characters';
    const isTokens = unit === 'tokens';
    const histogram = isTokens ? facts.tokenLengths : facts.characterLengths;
    const percentiles = isTokens ? facts.tokens : facts.characters;
    if (!histogram || !percentiles) return nothing;
    return html`<div class="section-head">
        <h3>Lengths</h3>
        ${this.parts.length > 1 ? this.#renderParts() : nothing}
        <span class="spacer"></span>
        ${this.#renderUnits(unit)}
      </div>
      ${this.#renderBars({ histogram, percentiles, unit, part: facts.part })}`;
  }

  #renderParts(): TemplateResult {
    return html`<select aria-label="Lengths of" @change=${(event: Event) => {
      this.shownPart = (event.target as HTMLSelectElement).selectedIndex;
    }}>${this.parts.map(({ part }, at) => html`<option ?selected=${at === this.shownPart}>${part}</option>`)}</select>`;
  }

  #renderUnits(chosen: Unit): TemplateResult {
    return html`<fieldset class="segmented" aria-label="Unit">
      ${(['characters', 'tokens'] as const).map(
        (unit) => html`<label class=${unit === chosen ? 'is-on' : ''}
          ><input type="radio" name="length-unit" .checked=${unit === chosen} @change=${() => {
            this.unit = unit;
          }} />${unit}</label
        >`,
      )}
    </fieldset>`;
  }

  #renderBars(shown: ShownLengths): TemplateResult {
    const { histogram, percentiles, unit, part } = shown;
    const end = histogram.width * histogram.counts.length;
    const { min, median, p90, p99, max } = percentiles;
    const markers = this.#markers(percentiles, unit);
    const sentence = `Texts of ${part} have ${min} to ${groupThousands(max)} ${unit}: half have up to ${median}, 90 % up to ${p90}, 99 % up to ${p99}.`;
    return html`<div class="histogram" role="img" aria-label=${sentence}>
        ${histogram.counts.map((_, at) => this.#renderBin(shown, at))}
        ${markers.map(({ name, value, isConfig }, level) => {
          const at = Math.min(100, (100 * (value + 0.5)) / end);
          return html`<span
            class="histogram-mark ${isConfig ? 'is-config' : ''} ${at > 80 ? 'is-left' : ''}"
            ${styled({ 'inset-inline-start': `${at}%` })}
            ><span ${styled({ 'inset-block-start': `${level * LABEL_HEIGHT}px` })}>${name} ${formatShort(value)}</span></span
          >`;
        })}
      </div>
      <div class="histogram-axis muted" aria-hidden="true"><span>0</span><span>${formatShort(end - histogram.width)}+ ${unit}</span></div>
      <p class="muted">${sentence} ${this.#cutSentence(shown)}</p>`;
  }

  /** A click on a bar shows its rows. */
  #renderBin({ histogram, unit, part }: ShownLengths, at: number): TemplateResult {
    const { width, counts } = histogram;
    const from = at * width;
    const to = at === counts.length - 1 ? undefined : from + width - 1;
    const range = to === undefined ? `${from} or more` : to === from ? `${from}` : `${from} to ${to}`;
    const length: RowFilter['length'] = { unit, from, to };
    const share = (100 * counts[at]) / Math.max(1, ...counts);
    return html`<span
      class="histogram-bin"
      title="${range} ${unit}: ${groupThousands(counts[at])} texts"
      @click=${() => this.tell('lengths', { length, part })}
      ><span ${styled({ 'block-size': `${share}%` })}></span
    ></span>`;
  }

  #markers({ median, p90, p99 }: Percentiles, unit: Unit): Marker[] {
    const percentiles = [
      { name: 'p50', value: median, isConfig: false },
      { name: 'p90', value: p90, isConfig: false },
      { name: 'p99', value: p99, isConfig: false },
    ];
    const cuts = unit === 'tokens' ? new Set(this.configs.flatMap(({ maxLength }) => maxLength ?? [])) : [];
    return [...percentiles, ...[...cuts].map((value) => ({ name: 'maxLength', value, isConfig: true }))];
  }

  #cutSentence({ histogram, unit }: { histogram: LengthHistogram; unit: Unit }): string {
    if (unit !== 'tokens') return '';
    const { width, counts } = histogram;
    const total = counts.reduce((sum, count) => sum + count, 0);
    return this.configs
      .filter(({ maxLength }) => maxLength !== undefined)
      .map(({ title, maxLength = 0 }) => {
        const cut = counts.reduce((sum, count, at) => (at * width > maxLength ? sum + count : sum), 0);
        const share = (100 * cut) / Math.max(1, total);
        const longer =
          share < 0.05 ? 'hardly any text is' : `about ${share.toFixed(share < 1 ? 1 : 0)} % of the texts are`;
        return `${title} cuts at ${maxLength}: ${longer} longer.`;
      })
      .join(' ');
  }
}

customElements.define('gs-length-histogram', LengthBars);
