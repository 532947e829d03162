// How the states of a cell follow from its gates: the formula, and below it the same with numbers.
import { html, type TemplateResult } from 'lit';
import type { EquationSubject } from './equation.ts';
import { exactNumber } from './numbers.ts';
import { signalSymbol, symbol } from './symbols.ts';

interface Times {
  now: string;
  before: string;
}

type Part = TemplateResult | string;

/** A line `left = a op b op c`, aligned below others at its equals sign. */
function line(left: Part, parts: readonly Part[], kind: 'formula' | 'numbers' | 'result'): TemplateResult {
  return html`<div class="step step-${kind}" role="row">
    <span role="cell">${left}</span><span role="cell">=</span><span role="cell" class="step-right">${parts.map((part) => html`<span>${part}</span>`)}</span>
  </div>`;
}

const product = (a: number | undefined, b: number | undefined): string => `${exactNumber(a)} · ${exactNumber(b)}`;

function step(left: Part, formula: readonly Part[], numbers: readonly Part[], result: number | undefined) {
  return html`${line(left, formula, 'formula')} ${line('', numbers, 'numbers')}
  ${line('', [exactNumber(result)], 'result')}`;
}

export function renderStates(subject: EquationSubject, time: Times): TemplateResult {
  const steps = { lstm: lstmSteps, gru: gruSteps, rnn: rnnSteps }[subject.trace.cell](subject, time);
  return html`<div class="steps" role="table" aria-label="States step by step">${steps}</div>`;
}

function lstmSteps({ numbers: { now, before } }: EquationSubject, { now: t, before: s }: Times): TemplateResult {
  const dot = html`<span class="operator">⊙</span>`;
  const sum = [
    html`${signalSymbol('f', t)}${dot}${symbol('c', s)}`,
    '+',
    html`${signalSymbol('i', t)}${dot}${signalSymbol('g', t)}`,
  ];
  const shown = html`${signalSymbol('o', t)}${dot}<span class="math">tanh</span>(${symbol('c', t)})`;
  return html`
    ${step(symbol('c', t), sum, [product(now.f, before.c), '+', product(now.i, now.g)], now.c)}
    ${step(symbol('h', t), [shown], [product(now.o, now.tanhC)], now.h)}
  `;
}

function gruSteps({ numbers: { now, before } }: EquationSubject, { now: t, before: s }: Times): TemplateResult {
  const dot = html`<span class="operator">⊙</span>`;
  const sum = [
    html`(1 − ${signalSymbol('z', t)})${dot}${signalSymbol('n', t)}`,
    '+',
    html`${signalSymbol('z', t)}${dot}${symbol('h', s)}`,
  ];
  const kept = now.z === undefined ? undefined : 1 - now.z;
  return step(symbol('h', t), sum, [product(kept, now.n), '+', product(now.z, before.h)], now.h);
}

function rnnSteps({ numbers: { now, before } }: EquationSubject, { now: t, before: s }: Times): TemplateResult {
  return html`${line(symbol('h', s), [exactNumber(before.h)], 'numbers')} ${line(symbol('h', t), [exactNumber(now.h)], 'result')}`;
}
