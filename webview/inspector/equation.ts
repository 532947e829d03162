// The equations of one unit at one token with their numbers: gates split into input, recurrence and bias, then the states step by step. <gs-equation>
// Numbers of the trace are there at once; the parts of the gates follow when they were computed.
import { html, nothing, type TemplateResult } from 'lit';
import type { CellEquation, GateEquation, SignalName, Trace } from '../../extension/protocol/trace.ts';
import { LightElement } from '../shared/lightElement.ts';
import type { CellNumbers } from './cellNumbers.ts';
import { renderTerms } from './equationTerms.ts';
import type { TracePlace } from './inspectorState.ts';
import { exactNumber } from './numbers.ts';
import { renderStates } from './stateEquations.ts';
import { signalSymbol, symbol } from './symbols.ts';

/** What the equation is about. */
export interface EquationSubject {
  trace: Trace;
  layer: number;
  direction: 0 | 1;
  place: TracePlace;
  numbers: CellNumbers;
  /** The signal whose row is marked. */
  signal: SignalName | undefined;
}

export const GATES_OF = { lstm: ['i', 'f', 'g', 'o'], gru: ['r', 'z', 'n'], rnn: ['h'] } as const;

export class Equation extends LightElement {
  static override properties = {
    subject: { attribute: false },
    parts: { attribute: false },
    whyNoParts: { attribute: false },
    opened: { attribute: false },
  };
  declare subject: EquationSubject;
  /** Undefined while they are on their way. */
  declare parts: CellEquation | undefined;
  /** Why they cannot be computed. */
  declare whyNoParts: string | undefined;
  /** The gate whose terms are listed; kept while the cursor moves. */
  declare opened: SignalName | undefined;

  protected override render(): TemplateResult {
    const { trace, direction } = this.subject;
    const [now, before] = direction === 0 ? ['t', 't−1'] : ['t', 't+1'];
    const time = { now, before };
    return html`
      <div class="equation-scroll"><table class="equation" aria-label="Gates with their numbers">
        <thead>
          <tr>
            <th scope="col"><span class="visually-hidden">Gate</span></th>
            <th scope="col" class="numeric" title="Input part: weights times what the layer reads">${symbol('W')}<span class="thin"> </span>${symbol('x', time.now)}</th>
            <th scope="col" class="numeric" title="Recurrent part: weights times the hidden state before">${symbol('U')}<span class="thin"> </span>${symbol('h', time.before)}</th>
            <th scope="col" class="numeric" title="Bias: b_ih + b_hh of PyTorch">${symbol('b')}</th>
            <th scope="col" class="numeric" title="Sum, before the activation">Σ</th>
            <th scope="col" class="numeric">value</th>
          </tr>
        </thead>
        <tbody>
          ${GATES_OF[trace.cell].map((gate) => this.#renderGate(gate, time.now))}
        </tbody>
      </table></div>
      ${this.whyNoParts ? html`<p class="muted">${this.whyNoParts}</p>` : nothing}
      ${renderStates(this.subject, time)}
    `;
  }

  #renderGate(name: SignalName, now: string): TemplateResult {
    const gate = this.parts?.gates.find(({ signal }) => signal === name);
    const { numbers, signal } = this.subject;
    const isOpen = this.opened === name;
    return html`<tr class=${signal === name ? 'is-here' : ''} data-gate=${name}>
        <th scope="row">
          <button
            type="button"
            class="disclosure"
            aria-expanded=${isOpen}
            title="Largest terms"
            @click=${() => this.tell<SignalName | null>('opened', isOpen ? null : name)}
          >
            <span class="codicon codicon-chevron-${isOpen ? 'down' : 'right'}" aria-hidden="true"></span
            >${signalSymbol(name, now)}
          </button>
          = ${activationSign(gate, name)}
        </th>
        ${renderParts(gate)}
        <td class="numeric gate-value">${exactNumber(numbers.now[name])}</td>
      </tr>
      ${isOpen ? this.#renderTermsRow(gate) : nothing}`;
  }

  #renderTermsRow(gate: GateEquation | undefined): TemplateResult {
    return html`<tr class="terms-row">
      <td colspan="6">${gate ? renderTerms(gate, this.subject, (unit) => this.tell('unit', unit)) : html`<p class="muted">…</p>`}</td>
    </tr>`;
  }
}

function activationSign(gate: GateEquation | undefined, name: SignalName): string {
  const isGate = name !== 'g' && name !== 'n' && name !== 'h';
  const activation = gate?.activation ?? (isGate ? 'sigmoid' : 'tanh');
  return { sigmoid: 'σ', tanh: 'tanh', relu: 'max(0, ·)' }[activation];
}

/** The reset gate of a GRU scales its candidate's recurrent part, its bias included: the columns show the products as they are summed. */
function renderParts(gate: GateEquation | undefined): TemplateResult {
  const reset = gate?.resetBy ?? 1;
  const recurrent = gate && reset * gate.recurrent;
  const bias = gate && gate.biasIh + reset * gate.biasHh;
  const hint =
    gate?.resetBy === undefined
      ? nothing
      : `r · U h = ${exactNumber(gate.resetBy)} · ${exactNumber(gate.recurrent)}; the bias is b_ih + r · b_hh`;
  const biasHint = gate ? `b_ih ${exactNumber(gate.biasIh)}, b_hh ${exactNumber(gate.biasHh)}` : nothing;
  return html`
    <td class="numeric">${exactNumber(gate?.input)}</td>
    <td class="numeric plus" title=${hint}>${exactNumber(recurrent)}${gate?.resetBy === undefined ? nothing : html`<sup>r</sup>`}</td>
    <td class="numeric plus" title=${biasHint}>${exactNumber(bias)}</td>
    <td class="numeric equals">${exactNumber(gate?.preActivation)}</td>
  `;
}

customElements.define('gs-equation', Equation);
