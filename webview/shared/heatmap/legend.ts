// The legend of a heatmap: its colours from end to end, what the ends mean, and where the value under the cursor lies.
import { html, nothing, type TemplateResult } from 'lit';
import { styled } from '../styled.ts';
import { type ColorMap, cssColorAt, MAP_NAMES } from './colorMap.ts';
import { shareOf, type ValueRange } from './matrix.ts';

export interface LegendOptions {
  map: ColorMap;
  range: ValueRange;
  /** In words; the ends of the range where absent. */
  low?: string;
  high?: string;
  /** Marked on the bar. */
  value?: number;
  /** Said after the bar: what lies outside the range. */
  note?: string;
}

const STOPS = 24;

export function renderLegend({ map, range, low, high, value, note }: LegendOptions): TemplateResult {
  const number = (end: number): string => String(end).replace('-', '−');
  const end = (text: string | undefined, at: number) =>
    html`<span>${number(at)}${text ? html`<span class="legend-word"> ${text}</span>` : nothing}</span>`;
  return html`<div class="legend" title="Colours: ${MAP_NAMES[map.kind][map.ground]}, lightness linear in the value">
    ${end(low, range.min)}
    <div class="legend-bar" aria-hidden="true" ${styled({ 'background-image': gradientOf(map) })}>
      ${value === undefined || Number.isNaN(value) ? nothing : renderMark(shareOf(value, range))}
    </div>
    ${end(high, range.max)} ${note ? html`<span class="muted legend-note">${note}</span>` : nothing}
  </div>`;
}

const gradients = new WeakMap<ColorMap, string>();

function gradientOf(map: ColorMap): string {
  const known = gradients.get(map);
  if (known !== undefined) return known;
  const colors = Array.from({ length: STOPS + 1 }, (_, at) => cssColorAt(map, at / STOPS));
  const gradient = `linear-gradient(to right, ${colors.join(', ')})`;
  gradients.set(map, gradient);
  return gradient;
}

function renderMark(share: number): TemplateResult {
  const inside = Math.min(1, Math.max(0, share));
  return html`<span class="legend-mark" ${styled({ 'inset-inline-start': `${(inside * 100).toFixed(2)}%` })}></span>`;
}
