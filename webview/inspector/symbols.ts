// Mathematical signs with their subscripts, in HTML: f_t, h_{t−1}, W_f.
import { html, nothing, type TemplateResult } from 'lit';
import type { SignalName } from '../../extension/protocol/trace.ts';
import { SIGNAL_FACTS } from './signals.ts';

/** A variable, and what stands below it: letters slanted, digits and signs upright, as in print. */
export function symbol(name: string, below?: string): TemplateResult {
  const parts = below?.split(/([a-z]+)/) ?? [];
  const signs = parts.map((part, at) => (at % 2 === 1 ? html`<i>${part}</i>` : part));
  return html`<span class="math"><i>${name}</i>${below === undefined ? nothing : html`<sub>${signs}</sub>`}</span>`;
}

/** A signal at a time: `t`, or `t−1`, or a signal without time. */
export function signalSymbol(name: SignalName, time?: string): TemplateResult {
  if (name !== 'tanhC') return symbol(SIGNAL_FACTS[name].symbol, time);
  return html`<span class="math">tanh<span class="thin"> </span>${symbol('c', time)}</span>`;
}
