// What the model makes of a text: class probabilities, or of a language model what it expects after a token.
import { html, nothing, type TemplateResult } from 'lit';
import type { ClassScore, NextTokens, Trace } from '../../extension/protocol/trace.ts';
import { formatPercent } from '../shared/format.ts';
import { styled } from '../shared/styled.ts';
import { quoteToken } from './numbers.ts';

const MOST_SHOWN = 4;

/** `token`: where the cursor is, of a language model; the last one where absent. */
export function renderOutcome(trace: Trace, token: number | undefined): TemplateResult | typeof nothing {
  if (trace.classes) return renderClasses(trace.classes);
  const at = Math.min(token ?? trace.tokens.length - 1, trace.tokens.length - 1);
  const next = trace.nextTokens?.[at];
  return next ? renderNext(next, trace, at) : nothing;
}

function renderClasses(classes: readonly ClassScore[]): TemplateResult {
  const ranked = [...classes].sort((a, b) => b.probability - a.probability);
  const hidden = ranked.slice(MOST_SHOWN);
  const rest = hidden.reduce((total, { probability }) => total + probability, 0);
  return renderTable('Class probabilities', [
    ...ranked.slice(0, MOST_SHOWN).map(({ label, probability }) => ({ name: label, probability })),
    ...(hidden.length > 0 ? [{ name: `${hidden.length} others`, probability: rest, isRest: true }] : []),
  ]);
}

function renderNext({ top, ofActual }: NextTokens, { tokens }: Trace, at: number): TemplateResult {
  const actual = tokens[at + 1]?.text;
  const isShown = top.some(({ token }) => token === actual);
  const rows: Row[] = top.map(({ token, probability }) => ({
    name: quoteToken(token),
    probability,
    note: token === actual ? 'comes next' : undefined,
  }));
  if (ofActual !== undefined && actual !== undefined && !isShown) {
    rows.push({ name: quoteToken(actual), probability: ofActual, note: 'comes next' });
  }
  return renderTable(`Expected after token ${at}, ${quoteToken(tokens[at].text)}`, rows);
}

interface Row {
  name: string;
  probability: number;
  isRest?: boolean;
  note?: string;
}

function renderTable(title: string, rows: readonly Row[]): TemplateResult {
  return html`<table class="outcome">
    <caption>${title}</caption>
    <tbody>
      ${rows.map(
        ({ name, probability, isRest, note }) => html`<tr class=${isRest ? 'muted' : ''}>
          <th scope="row" title=${name}>${name}${note ? html` <span class="muted">${note}</span>` : nothing}</th>
          <td class="numeric">${formatPercent(probability)}</td>
          <td class="bar-cell" aria-hidden="true">
            <div class="bar" ${styled({ 'inline-size': `${(probability * 100).toFixed(2)}%` })}></div>
          </td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}
