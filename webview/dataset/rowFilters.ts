// The line over the table: what to look for, and how many rows were found. <gs-row-filters>
import { html, nothing, type TemplateResult } from 'lit';
import type { RowFilter, RowPart } from '../../extension/protocol/datasetTable.ts';
import { formatCount, groupThousands } from '../shared/format.ts';
import { iconButton } from '../shared/icons.ts';
import { LightElement } from '../shared/lightElement.ts';
import { styled } from '../shared/styled.ts';
import { isEmptyFilter } from './datasetState.ts';
import type { FilterChoices } from './filterChoices.ts';
import { findingName, PART_NAMES } from './names.ts';

/** While somebody types, a search that is out of date would be begun at every key. */
const TYPING_MS = 250;

export class RowFilters extends LightElement {
  static override properties = {
    filter: { attribute: false },
    choices: { attribute: false },
    total: { attribute: false },
    found: { attribute: false },
    isCounted: { attribute: false },
    fraction: { attribute: false },
  };
  declare filter: RowFilter;
  declare choices: FilterChoices;
  /** Rows of the dataset that are known. */
  declare total: number;
  declare isCounted: boolean;
  declare found: number;
  /** How far the search is; undefined where none runs. */
  declare fraction: number | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;

  protected override render(): TemplateResult {
    const { filter, choices } = this;
    return html`
      <div class="row-filters">
        <input
          type="search"
          class="search"
          placeholder="Search texts"
          aria-label="Search texts"
          .value=${filter.text ?? ''}
          @input=${this.#onSearch}
        />
        ${renderSelect('Label', {
          value: filter.label,
          choices: choices.labels,
          textOf: (label) => label,
          change: (label) => this.#change({ label }),
        })}
        ${renderSelect('Part', {
          value: filter.part,
          choices: choices.parts,
          textOf: (part) => PART_NAMES[part as RowPart] ?? part,
          change: (part) => this.#change({ part: part as RowPart }),
        })}
        ${renderSelect('Finding', {
          value: filter.finding,
          choices: choices.findings,
          textOf: findingName,
          change: (finding) => this.#change({ finding }),
        })}
        ${this.#renderLengths()}
        ${isEmptyFilter(filter) ? nothing : iconButton({ label: 'Clear the filter', icon: 'clear-all', onClick: () => this.tell('clear', undefined) })}
      </div>
      ${this.#renderStatus()}
    `;
  }

  #renderLengths(): TemplateResult {
    const { unit = 'characters', from, to } = this.filter.length ?? {};
    const bound = (event: Event): number | undefined => {
      const { value } = event.target as HTMLInputElement;
      return value === '' ? undefined : Math.max(0, Math.round(Number(value)));
    };
    const input = (label: string, value: number | undefined, change: (value: number | undefined) => void) =>
      html`<input
        type="number"
        min="0"
        aria-label=${label}
        placeholder=${label === 'Shortest' ? 'from' : 'to'}
        .value=${value === undefined ? '' : String(value)}
        @change=${(event: Event) => change(bound(event))}
      />`;
    return html`<span class="lengths" role="group" aria-label="Length">
      ${input('Shortest', from, (value) => this.#change({ length: { unit, from: value, to } }))}
      ${input('Longest', to, (value) => this.#change({ length: { unit, from, to: value } }))}
      <select
        aria-label="Unit of length"
        @change=${(event: Event) => {
          const chosen = (event.target as HTMLSelectElement).selectedIndex === 0 ? 'characters' : 'tokens';
          this.#change({ length: { unit: chosen, from, to } });
        }}
      >
        <option ?selected=${unit === 'characters'}>characters</option>
        <option ?selected=${unit === 'tokens'}>tokens</option>
      </select>
    </span>`;
  }

  #renderStatus(): TemplateResult {
    const { filter, found, total, isCounted, fraction } = this;
    const all = `${formatCount(total, 'row')}${isCounted ? '' : ' so far'}`;
    const text = isEmptyFilter(filter) ? all : `${groupThousands(found)} of ${all}`;
    const cancel = html`<button type="button" class="text-button" @click=${() => this.tell('cancel', undefined)}>Cancel</button>`;
    return html`<div class="row-status">
      <span role="status">${text}</span>
      ${fraction === undefined ? nothing : html`${progressBar('Searching', fraction)} ${cancel}`}
    </div>`;
  }

  #onSearch(event: Event): void {
    const { value } = event.target as HTMLInputElement;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#change({ text: value }), TYPING_MS);
  }

  #change(changes: Partial<RowFilter>): void {
    this.tell('filter', changes);
  }
}

interface Choice {
  value: string | undefined;
  choices: readonly string[];
  textOf(choice: string): string;
  change(choice: string | undefined): void;
}

/** The first option stands for no choice. What was chosen stays in the list, although the data no longer has it. */
function renderSelect(name: string, { value, choices, textOf, change }: Choice): TemplateResult {
  const all = value === undefined || choices.includes(value) ? choices : [value, ...choices];
  return html`<select
    aria-label=${name}
    @change=${(event: Event) => {
      const { selectedIndex } = event.target as HTMLSelectElement;
      change(selectedIndex === 0 ? undefined : all[selectedIndex - 1]);
    }}
  >
    <option ?selected=${value === undefined}>${name}: all</option>
    ${all.map((choice) => html`<option ?selected=${choice === value}>${textOf(choice)}</option>`)}
  </select>`;
}

export function progressBar(label: string, fraction: number): TemplateResult {
  const percent = `${Math.round(fraction * 100)}%`;
  return html`<span class="bar-track" role="progressbar" aria-label=${label} aria-valuenow=${Math.round(fraction * 100)}
    ><span class="bar-done" ${styled({ 'inline-size': percent })}></span
  ></span>`;
}

customElements.define('gs-row-filters', RowFilters);
