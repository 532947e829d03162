// The confusion matrix: rows are what a text is, columns what was predicted. Counts, or shares of each row. <gs-confusion-matrix>
import { html, nothing, type TemplateResult } from 'lit';
import { formatCount, formatPercent, groupThousands } from '../format.ts';
import { LightElement } from '../lightElement.ts';
import { styled } from '../styled.ts';

/** Beyond this many classes cells show their colour only; their value is read out. */
const MAX_TEXT_CLASSES = 12;
const MAX_CLASSES = 200;

export class ConfusionMatrix extends LightElement {
  static override properties = {
    labels: { attribute: false },
    confusion: { attribute: false },
    isShare: { state: true },
    at: { state: true },
  };
  declare labels: readonly string[];
  /** confusion[actual][predicted] */
  declare confusion: readonly (readonly number[])[];
  declare isShare: boolean;
  /** The cell that is read out. */
  declare at: { row: number; column: number } | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.isShare = false;
  }

  protected override render(): TemplateResult {
    const size = this.labels.length;
    if (size > MAX_CLASSES) {
      return html`<p class="muted">The matrix of ${size} classes is too large to show; the table of classes says more.</p>`;
    }
    return html`
      <div class="section-head">
        <h3>Confusion matrix</h3>
        <span class="spacer"></span>
        <label class="check"
          ><input
            type="checkbox"
            .checked=${this.isShare}
            @change=${(event: Event) => {
              this.isShare = (event.target as HTMLInputElement).checked;
            }}
          />Share of row</label
        >
      </div>
      <div class="matrix-scroll" tabindex="0" role="group" aria-label="Confusion matrix, arrow keys read its cells" @keydown=${this.#onKey}>
        <table class="matrix ${size > MAX_TEXT_CLASSES ? 'is-dense' : ''}" aria-label="Confusion matrix">
          <thead>
            <tr>
              <th class="corner" scope="col">Actual \\ predicted</th>
              ${this.labels.map((label) => html`<th scope="col" title=${label}><span>${label}</span></th>`)}
            </tr>
          </thead>
          <tbody>
            ${this.confusion.map((row, at) => this.#renderRow(row, at))}
          </tbody>
        </table>
      </div>
      <p class="muted" aria-live="polite">${this.at ? this.#sentence(this.at) : 'Rows: what a text is. Columns: what was predicted.'}</p>
    `;
  }

  #renderRow(row: readonly number[], at: number): TemplateResult {
    const total = row.reduce((sum, count) => sum + count, 0);
    return html`<tr>
      <th scope="row" title=${this.labels[at]}><span>${this.labels[at]}</span></th>
      ${row.map((count, column) => this.#renderCell(count, total, { row: at, column }))}
    </tr>`;
  }

  #renderCell(count: number, total: number, at: { row: number; column: number }): TemplateResult {
    const share = total > 0 ? count / total : 0;
    const text = count === 0 ? '' : this.isShare ? `${Math.round(share * 100)} %` : groupThousands(count);
    const isHere = this.at?.row === at.row && this.at.column === at.column;
    const kind = at.row === at.column ? 'is-right' : 'is-wrong';
    return html`<td
      class="${kind} ${isHere ? 'is-here' : ''}"
      ${styled({ '--share': share.toFixed(3) })}
      @mouseenter=${() => {
        this.at = at;
      }}
    >
      ${this.labels.length > MAX_TEXT_CLASSES ? nothing : text}
    </td>`;
  }

  #sentence({ row, column }: { row: number; column: number }): string {
    const count = this.confusion[row][column];
    const total = this.confusion[row].reduce((sum, each) => sum + each, 0);
    const share = formatPercent(total > 0 ? count / total : 0);
    const verdict = row === column ? 'right' : `taken for ${this.labels[column]}`;
    return `${this.labels[row]}, ${verdict}: ${groupThousands(count)} of ${formatCount(total, 'text')} (${share}).`;
  }

  #onKey(event: KeyboardEvent): void {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step) return;
    const last = this.labels.length - 1;
    const from = this.at ?? { row: 0, column: -step[1] };
    const clamp = (value: number): number => Math.max(0, Math.min(last, value));
    this.at = { row: clamp(from.row + (this.at ? step[0] : 0)), column: clamp(from.column + step[1]) };
    event.preventDefault();
    void this.updateComplete.then(() =>
      this.querySelector('.is-here')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }),
    );
  }
}

customElements.define('gs-confusion-matrix', ConfusionMatrix);
