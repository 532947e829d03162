// How many rows each label has, by part; a click shows its rows. All labels are there, in a list that scrolls. <gs-label-bars>
import { html, nothing, type TemplateResult } from 'lit';
import type { PartFacts } from '../../extension/protocol/datasetReport.ts';
import { formatCount, formatPercent, groupThousands } from '../shared/format.ts';
import { LightElement } from '../shared/lightElement.ts';
import { styled } from '../shared/styled.ts';

interface LabelRow {
  label: string;
  /** Rows of each part. */
  counts: number[];
  total: number;
}

export class LabelBars extends LightElement {
  static override properties = { parts: { attribute: false }, chosen: { attribute: false }, isBySize: { state: true } };
  declare parts: readonly PartFacts[];
  /** The label whose rows are shown. */
  declare chosen: string | undefined;
  declare isBySize: boolean;

  override connectedCallback(): void {
    super.connectedCallback();
    this.isBySize = true;
  }

  protected override render(): TemplateResult | typeof nothing {
    const rows = labelRows(this.parts);
    if (rows.length === 0) return nothing;
    const sorted = this.isBySize ? [...rows].sort((a, b) => b.total - a.total) : rows;
    const most = Math.max(...rows.map(({ total }) => total));
    const all = rows.reduce((sum, { total }) => sum + total, 0);
    return html`<div class="section-head">
        <h3>Labels</h3>
        <span class="muted">${formatCount(rows.length, 'label')}</span>
        <span class="spacer"></span>
        <label class="check">
          <input type="checkbox" .checked=${this.isBySize} @change=${(event: Event) => {
            this.isBySize = (event.target as HTMLInputElement).checked;
          }} />
          Largest first
        </label>
      </div>
      <ul class="bars" tabindex="0" aria-label="Rows of each label">
        ${sorted.map((row) => this.#renderRow(row, most, all))}
      </ul>`;
  }

  #renderRow({ label, counts, total }: LabelRow, most: number, all: number): TemplateResult {
    const byPart = this.parts.map(({ part }, at) => `${part} ${groupThousands(counts[at])}`).join(', ');
    const isChosen = this.chosen === label;
    return html`<li class="bar-row" title="${label}: ${byPart}">
      <button
        type="button"
        class="text-button bar-name"
        aria-pressed=${isChosen}
        @click=${() => this.tell('label', isChosen ? undefined : label)}
      ><bdi>${label}</bdi></button>
      <span class="bar-line" aria-hidden="true">
        ${counts.map((count, at) => html`<span class="bar-piece part-${this.parts[at].part}" ${styled({ 'inline-size': `${(100 * count) / most}%` })}></span>`)}
      </span>
      <span class="numeric">${groupThousands(total)}</span>
      <span class="numeric muted">${formatPercent(total / all)}</span>
    </li>`;
  }
}

function labelRows(parts: readonly PartFacts[]): LabelRow[] {
  const rows = new Map<string, LabelRow>();
  for (const [at, { labels }] of parts.entries()) {
    for (const { label, count } of labels) {
      const row = rows.get(label) ?? { label, counts: parts.map(() => 0), total: 0 };
      row.counts[at] = count;
      row.total += count;
      rows.set(label, row);
    }
  }
  return [...rows.values()];
}

customElements.define('gs-label-bars', LabelBars);
