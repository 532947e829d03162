// The cell at the cursor of one side of a comparison: its value, and its equations with their numbers. <gs-side-equation>
// Tells `unit` with another unit of the same side, and `opened` with the gate whose terms are to be listed, or null.
import { html, nothing, type TemplateResult } from 'lit';
import type { SignalName } from '../../../extension/protocol/trace.ts';
import type { CellPlace } from '../../shared/heatmap/matrix.ts';
import { LightElement } from '../../shared/lightElement.ts';
import { describeError } from '../../shared/notice.ts';
import { cellNumbers } from '../cellNumbers.ts';
import { renderCellReadout } from '../cellReadout.ts';
import '../equation.ts';
import { EquationLoader } from '../equationLoader.ts';
import { equationOf, whyNoEquation } from '../traceQuestion.ts';
import type { Look } from './look.ts';
import type { SideTrace } from './sides.ts';

export class SideEquation extends LightElement {
  static override properties = {
    client: { attribute: false },
    shown: { attribute: false },
    heading: { attribute: false },
    place: { attribute: false },
    opened: { attribute: false },
  };
  declare client: Look['client'];
  declare shown: SideTrace;
  /** What stands on this side. */
  declare heading: string;
  /** Undefined: the cursor is at nothing of this side. */
  declare place: CellPlace | undefined;
  declare opened: SignalName | undefined;
  #loader: EquationLoader | undefined;

  protected override willUpdate(): void {
    const { client, place } = this;
    const { question, part } = this.shown;
    this.#loader ??= new EquationLoader(client, () => this.requestUpdate());
    this.#loader.ask(place && equationOf(question, part, { unit: place.row, token: place.column }));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#loader?.ask(undefined);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { place } = this;
    if (!place) return nothing;
    const { trace, part, signal, question } = this.shown;
    const at = { unit: place.row, token: place.column };
    const numbers = cellNumbers(trace, part, at);
    const failure = this.#loader?.error;
    return html`
      <h4>${this.heading}</h4>
      ${renderCellReadout(trace, at, { signal, value: numbers.now[signal] })}
      <gs-equation
        .subject=${{ trace, layer: part.layer, direction: part.direction, place: at, numbers, signal }}
        .parts=${this.#loader?.value}
        .whyNoParts=${failure === undefined ? whyNoEquation(question) : describeError(failure)}
        .opened=${this.opened}
      ></gs-equation>
    `;
  }
}

customElements.define('gs-side-equation', SideEquation);
