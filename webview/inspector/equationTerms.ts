// The products that count most in a pre-activation: where each comes from, weight times value, and its size as a bar.
import { html, type TemplateResult } from 'lit';
import type { EquationTerm, GateEquation } from '../../extension/protocol/trace.ts';
import { styled } from '../shared/styled.ts';
import type { EquationSubject } from './equation.ts';
import { exactNumber } from './numbers.ts';
import { symbol } from './symbols.ts';

/** `onUnit`: a unit of this layer was chosen, to look at where its part comes from. */
export function renderTerms(
  { terms }: GateEquation,
  subject: EquationSubject,
  onUnit: (unit: number) => void,
): TemplateResult {
  const largest = Math.max(...terms.map(({ product }) => Math.abs(product)), Number.MIN_VALUE);
  return html`<table class="terms" aria-label="Largest terms">
    <tbody>
      ${terms.map(
        (term) => html`<tr>
          <th scope="row">${renderSource(term, subject, onUnit)}</th>
          <td class="numeric muted">${exactNumber(term.weight)} · ${exactNumber(term.value)}</td>
          <td class="numeric">${exactNumber(term.product)}</td>
          <td class="term-bar" aria-hidden="true">
            <div
              class=${term.product < 0 ? 'is-negative' : 'is-positive'}
              ${styled({ 'inline-size': `${((Math.abs(term.product) / largest) * 50).toFixed(2)}%` })}
            ></div>
          </td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

function renderSource(
  term: EquationTerm,
  { layer, direction }: EquationSubject,
  onUnit: (unit: number) => void,
): TemplateResult {
  if (term.from === 'recurrent') {
    const sign = symbol('h', `${direction === 0 ? 't−1' : 't+1'}, ${term.index}`);
    return html`<button type="button" class="text-button" title="Look at unit ${term.index}" @click=${() => onUnit(term.index)}>${sign}</button>`;
  }
  const what = layer === 0 ? `Dimension ${term.index} of the input` : `Unit ${term.index} of the layer below`;
  return html`<span title=${what}>${symbol('x', `t, ${term.index}`)}</span>`;
}
