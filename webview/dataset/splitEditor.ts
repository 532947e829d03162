// How validation and test, or folds, are cut from the training rows: chosen, shown by part and label, then written. <gs-split-editor>
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { OpenedTable, SplitPreview } from '../../extension/protocol/datasetTable.ts';
import type { Splits } from '../../extension/schema/dataset.ts';
import { CancelledError } from '../../extension/util/userError.ts';
import { formatPercent, groupThousands } from '../shared/format.ts';
import { LightElement } from '../shared/lightElement.ts';
import { describeError } from '../shared/notice.ts';
import { button } from '../shared/widgets.ts';
import { choiceOf, problemOf, type SplitChoice, splitsOf } from './splitChoice.ts';

const TYPING_MS = 300;
const KINDS = [
  ['none', 'as the files are'],
  ['shares', 'shares'],
  ['folds', 'folds'],
] as const;

export interface SplitActions {
  preview(splits: Splits, signal: AbortSignal): Promise<SplitPreview>;
  write(splits: Splits | undefined): Promise<void>;
}

export class SplitEditor extends LightElement {
  static override properties = {
    table: { attribute: false },
    choice: { state: true },
    preview: { state: true },
    failure: { state: true },
    isBusy: { state: true },
  };
  declare table: OpenedTable;
  declare actions: SplitActions;
  declare choice: SplitChoice;
  declare preview: SplitPreview | undefined;
  declare failure: unknown;
  declare isBusy: boolean;
  /** What the manifest said when the choice was made. */
  #written = '';
  /** What the preview depends on: the files, what is left out of them, and the splits. */
  #data = '';
  #asking: AbortController | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('table')) return;
    const { manifest, leftOut, isComplete } = this.table;
    const written = JSON.stringify(manifest.splits ?? null);
    if (written !== this.#written) this.choice = choiceOf(manifest.splits);
    this.#written = written;
    const data = JSON.stringify([manifest.files, leftOut, written]);
    // It reads all rows: while they are counted both would take twice the time.
    if (!isComplete || data === this.#data) return;
    this.#data = data;
    this.#ask();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
    this.#asking?.abort();
  }

  protected override render(): TemplateResult {
    const { choice } = this;
    const problem = problemOf(choice);
    const isWritten = JSON.stringify(splitsOf(choice) ?? null) === this.#written;
    return html`<div class="split-editor">
      <fieldset class="segmented" aria-label="Cut the training rows">
        ${KINDS.map(
          ([kind, title]) => html`<label class=${kind === choice.kind ? 'is-on' : ''}
            ><input type="radio" name="split-kind" .checked=${kind === choice.kind} @change=${() => this.#change({ kind })} />${title}</label
          >`,
        )}
      </fieldset>
      ${choice.kind === 'none' ? nothing : this.#renderFields()}
      ${button({ label: 'Write to Manifest', isPrimary: true, isDisabled: problem !== undefined || isWritten || this.isBusy, onClick: () => void this.#write() })}
      ${isWritten ? html`<span class="muted">This is what the manifest says.</span>` : nothing}
      </div>
      ${problem === undefined ? nothing : html`<p class="split-problem" role="status">${problem}</p>`}
      ${this.failure === undefined ? nothing : html`<p class="split-problem" role="alert">${describeError(this.failure)}</p>`}
      ${this.#renderOwnParts()} ${this.preview && choice.kind !== 'none' ? renderPreview(this.preview) : nothing}`;
  }

  #renderFields(): TemplateResult {
    const { choice } = this;
    return html`${
      choice.kind === 'shares'
        ? html`${this.#renderNumber('Validation %', choice.validation, 'any', (validation) => ({ validation }))}
          ${this.#renderNumber('Test %', choice.test, 'any', (test) => ({ test }))}`
        : this.#renderNumber('Folds', choice.folds, '1', (folds) => ({ folds }))
    }
    ${this.#renderNumber('Seed', choice.seed, '1', (seed) => ({ seed }))} ${this.#renderGroup()}
    <label class="check"
      ><input
        type="checkbox"
        .checked=${choice.isStratified && choice.groupColumn === undefined}
        ?disabled=${choice.groupColumn !== undefined}
        @change=${(event: Event) => this.#change({ isStratified: (event.target as HTMLInputElement).checked })}
      />Stratified by label</label
    >`;
  }

  #renderNumber(
    label: string,
    value: number,
    step: string,
    change: (value: number) => Partial<SplitChoice>,
  ): TemplateResult {
    return html`<label class="number"
      >${label}<input
        type="number"
        min="0"
        step=${step}
        .value=${String(value)}
        @input=${(event: Event) => this.#change(change((event.target as HTMLInputElement).valueAsNumber))}
    /></label>`;
  }

  #renderGroup(): TemplateResult | typeof nothing {
    const { columns } = this.table;
    const { groupColumn } = this.choice;
    if (columns.length === 0 && groupColumn === undefined) return nothing;
    const all = groupColumn === undefined || columns.includes(groupColumn) ? columns : [groupColumn, ...columns];
    const change = (event: Event): void => {
      const { selectedIndex } = event.target as HTMLSelectElement;
      this.#change({ groupColumn: selectedIndex === 0 ? undefined : all[selectedIndex - 1] });
    };
    return html`<label class="number"
      >Keep together by<select @change=${change}>
        <option ?selected=${groupColumn === undefined}>nothing</option>
        ${all.map((column) => html`<option ?selected=${column === groupColumn}>${typeof column === 'number' ? `column ${column}` : column}</option>`)}
      </select></label
    >`;
  }

  /** A share for a part that has files of its own would be lost. */
  #renderOwnParts(): TemplateResult | typeof nothing {
    const { files } = this.table.manifest;
    const { kind, validation, test } = this.choice;
    const shares = { validation, test };
    const lost = (['validation', 'test'] as const).filter(
      (part) => kind === 'shares' && shares[part] > 0 && files.some((file) => file.part === part),
    );
    if (lost.length === 0) return nothing;
    return html`<p class="split-problem" role="status">
      ${lost.join(' and ')} already has files: rows that its share takes from training are in no part. Set it to 0.
    </p>`;
  }

  #change(changes: Partial<SplitChoice>): void {
    this.choice = { ...this.choice, ...changes };
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#ask(), TYPING_MS);
  }

  #ask(): void {
    this.#asking?.abort();
    this.failure = undefined;
    const splits = splitsOf(this.choice);
    if (!splits || problemOf(this.choice) !== undefined) return;
    const asking = new AbortController();
    this.#asking = asking;
    this.actions.preview(splits, asking.signal).then(
      (preview) => {
        if (this.#asking === asking) this.preview = preview;
      },
      (error: unknown) => {
        if (this.#asking !== asking || error instanceof CancelledError) return;
        this.preview = undefined;
        this.failure = error;
      },
    );
  }

  async #write(): Promise<void> {
    this.isBusy = true;
    this.failure = undefined;
    try {
      await this.actions.write(splitsOf(this.choice));
    } catch (error) {
      this.failure = error;
    }
    this.isBusy = false;
  }
}

function renderPreview({ parts, groups }: SplitPreview): TemplateResult {
  const total = parts.reduce((sum, { rows }) => sum + rows, 0);
  const labels = parts[0]?.labels.map(({ label }) => label).filter((label) => label !== '') ?? [];
  return html`<p class="muted">
      Of ${groupThousands(total)} training rows${groups === undefined ? '' : ` in ${groupThousands(groups)} groups`}:
    </p>
    <div class="table-scroll" tabindex="0" role="region" aria-label="Rows of each part">
      <table class="split-preview">
        <thead>
          <tr>
            <th scope="col">Label</th>
            ${parts.map(({ part }) => html`<th scope="col" class="numeric">${part}</th>`)}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row"><strong>all</strong></th>
            ${parts.map(({ rows }) => html`<td class="numeric"><strong>${groupThousands(rows)}</strong> <span class="muted">${formatPercent(rows / Math.max(1, total))}</span></td>`)}
          </tr>
          ${labels.map(
            (label, at) => html`<tr>
              <th scope="row"><bdi>${label}</bdi></th>
              ${parts.map((part) => html`<td class="numeric">${groupThousands(part.labels[at].rows)}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

customElements.define('gs-split-editor', SplitEditor);
