// The chosen row in full: its place, label, part and problems, and the whole text.
import { html, nothing, type TemplateResult } from 'lit';
import type { TableRow } from '../../extension/protocol/datasetTable.ts';
import { formatCount, groupThousands } from '../shared/format.ts';
import { findingName, PART_NAMES } from './names.ts';

export interface RowDetailActions {
  fileName(path: string): string;
  open(row: number): void;
}

export function renderRowDetail(row: TableRow | undefined, { fileName, open }: RowDetailActions): TemplateResult {
  if (!row) return html`<p class="muted">Choose a row to read it in full; Enter opens its file.</p>`;
  const isUnusable = row.part === 'unusable' || (row.part === 'leftOut' && row.characters === 0);
  const facts = [
    row.label === '' ? undefined : row.label,
    PART_NAMES[row.part] ?? row.part,
    isUnusable ? undefined : `${formatCount(row.characters, 'character')}, ${formatCount(row.tokens, 'token')}`,
    ...row.problems.map(findingName),
  ].filter((fact) => fact !== undefined);
  const cut = row.characters - row.text.length;
  return html`<div class="row-detail-head">
      <strong>Row ${groupThousands(row.row + 1)}</strong>
      <button type="button" class="text-button" @click=${() => open(row.row)}>${fileName(row.path)}:${row.line}</button>
      ${facts.map((fact) => html`<span class="muted"><bdi>${fact}</bdi></span>`)}
    </div>
    ${
      isUnusable
        ? html`<p>This row cannot be used: ${row.text}.</p>`
        : html`<div class="whole-text" dir="auto" tabindex="0" role="region" aria-label="Whole text">${row.text}</div>`
    }
    ${!isUnusable && cut > 0 ? html`<p class="muted">${formatCount(cut, 'more character')} in the file.</p>` : nothing}`;
}
