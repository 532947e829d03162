// The value of one signal of a cell, and in words which cell that is.
import { html, type TemplateResult } from 'lit';
import type { SignalName, Trace } from '../../extension/protocol/trace.ts';
import type { TracePlace } from './inspectorState.ts';
import { exactNumber, quoteToken } from './numbers.ts';
import { SIGNAL_FACTS } from './signals.ts';
import { signalSymbol } from './symbols.ts';

export function renderCellReadout(
  { tokens }: Trace,
  { unit, token }: TracePlace,
  { signal, value }: { signal: SignalName; value: number | undefined },
): TemplateResult {
  return html`<p class="cell-readout" aria-label="Read-out">
    ${signalSymbol(signal, String(token))} = <strong>${exactNumber(value)}</strong>
    <span class="muted">${SIGNAL_FACTS[signal].title} of unit ${unit} at token ${token}, ${quoteToken(tokens[token].text)}</span>
  </p>`;
}
