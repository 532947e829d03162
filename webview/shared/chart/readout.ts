// The read-out under a chart, which is its legend too: a row a run, training and validation beside each other.
import { html, nothing, type TemplateResult } from 'lit';
import { styled } from '../styled.ts';
import { type Curve, type CurveKind, valueAt } from './series.ts';

export interface ReadoutOptions {
  /** Cross-hair in axis units; undefined: the last value of each curve. */
  at: number | undefined;
  /** What the position reads as, e.g. `Step 120`. */
  xText: string;
  format(value: number): string;
  colors: readonly string[];
  /** Of a value that is not of training. */
  valueTitle?: string;
}

interface Row {
  runId: string;
  name: string;
  color: number;
  values: Partial<Record<CurveKind, string>>;
}

/** Rows above this make the read-out scroll, and so it must take the focus. */
const ROWS_IN_VIEW = 4;

function readValue(curve: Curve, { at, format }: ReadoutOptions): string {
  if (at !== undefined) {
    const hit = valueAt(curve, at);
    return hit ? format(hit.value) : '–';
  }
  const last = curve.smoothed.findLast(Number.isFinite);
  return last === undefined ? '–' : format(last);
}

function toRows(curves: readonly Curve[], options: ReadoutOptions): Row[] {
  const rows = new Map<string, Row>();
  for (const curve of curves) {
    const { runId, runName: name, color } = curve;
    const row = rows.get(runId) ?? { runId, name, color, values: {} };
    rows.set(runId, row);
    row.values[curve.kind] = readValue(curve, options);
  }
  return [...rows.values()];
}

const speak = (rows: readonly Row[], { xText, valueTitle }: ReadoutOptions): string =>
  `${xText}. ${rows
    .map(
      ({ name, values }) =>
        `${name}: ${Object.entries(values)
          .map(([kind, value]) => `${valueTitle ?? kind} ${value}`)
          .join(', ')}`,
    )
    .join('; ')}`;

export function renderReadout(curves: readonly Curve[], options: ReadoutOptions): TemplateResult {
  const rows = toRows(curves, options);
  const kinds = (['training', 'validation'] as const).filter((kind) => curves.some((curve) => curve.kind === kind));
  return html`<div
    class="readout"
    data-spoken=${speak(rows, options)}
    tabindex=${rows.length > ROWS_IN_VIEW ? '0' : nothing}
    role="group"
    aria-label="Values"
  >
    <table>
      <thead>
        <tr>
          <th scope="col">${options.xText}</th>
          ${kinds.map((kind) => html`<th scope="col"><span class="line-sample ${kind}" aria-hidden="true"></span>${options.valueTitle ?? kind}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) => html`<tr data-run=${row.runId}>
            <th scope="row" title=${row.name}>
              <span class="dot" ${styled({ background: options.colors[row.color] })} aria-hidden="true"></span>${row.name}
            </th>
            ${kinds.map((kind) => html`<td>${row.values[kind] ?? ''}</td>`)}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
