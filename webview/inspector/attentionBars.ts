// Of a classifier that pools by attention: how much each token counts in the text's vector, as bars above the tokens of the heatmap.
import { html, nothing, type TemplateResult } from 'lit';
import type { Trace } from '../../extension/protocol/trace.ts';
import type { ColumnBars } from '../shared/heatmap/columnBars.ts';
import { exactNumber, quoteToken } from './numbers.ts';
import { fullBar } from './views/attribution.ts';

/** The same bars for the same trace: heatmaps paint anew for others. */
const barsByTrace = new WeakMap<Trace, ColumnBars>();

/** Undefined where the model does not pool by attention. */
export function attentionBars(trace: Trace | undefined): ColumnBars | undefined {
  if (!trace?.attention) return undefined;
  const known = barsByTrace.get(trace);
  if (known) return known;
  const bars = { name: 'attention', values: trace.attention, full: fullBar(trace.attention) };
  barsByTrace.set(trace, bars);
  return bars;
}

/** What the bars are, and how long the longest is. */
export const attentionTitle = (attention: Float32Array): string =>
  `the attention, each token’s weight in the text’s vector, up to ${exactNumber(Math.max(...attention))}`;

/** What the bars are, and the one at the cursor. */
export function renderAttentionNote(
  { attention, tokens }: Trace,
  token: number | undefined,
): TemplateResult | typeof nothing {
  if (!attention) return nothing;
  const here =
    token === undefined || token >= attention.length
      ? nothing
      : html` At ${quoteToken(tokens[token].text)}: <strong>${exactNumber(attention[token])}</strong>`;
  return html`<p class="gradient-note muted">
    Bars: ${attentionTitle(attention)}; all add up to 1.${here}
  </p>`;
}
