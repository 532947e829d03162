// The one cell of a heatmap that assistive technology sees: half a million elements would help nobody.
import { html, type TemplateResult } from 'lit';
import { type CellPlace, type HeatmapLabels, type Matrix, valueAt } from './matrix.ts';

export interface SpokenSource {
  matrix: Matrix;
  /** Read out where they differ from what is coloured. */
  numbers: Matrix | undefined;
  at: CellPlace | undefined;
  hovered: CellPlace | undefined;
  labels: HeatmapLabels;
}

/** `placeOf`: count from the top of each row. */
export function renderSpoken(source: SpokenSource, id: string, placeOf: Uint32Array): TemplateResult {
  const { matrix, numbers = matrix, labels } = source;
  const at = source.at ?? source.hovered;
  const text = at ? labels.describe(at, valueAt(numbers, at)) : labels.summary;
  return html`<div role="row" class="visually-hidden" aria-rowindex=${at ? placeOf[at.row] + 1 : 1}>
    <span role="gridcell" id=${id} aria-colindex=${at ? at.column + 1 : 1}>${text}</span>
  </div>`;
}
