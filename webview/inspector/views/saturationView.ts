// Saturation: a scatter for each gate, layer and direction, with thresholds to set; and how it came to be, over the epochs. <gs-saturation-view>
// Tells `pickunit` with a UnitPlace, and `epoch` with an epoch.
import { html, nothing, type TemplateResult } from 'lit';
import type { SignalName } from '../../../extension/protocol/trace.ts';
import { formatCount, formatPercent } from '../../shared/format.ts';
import { LightElement } from '../../shared/lightElement.ts';
import { emptyNotice } from '../../shared/notice.ts';
import { check, slider } from '../controls.ts';
import type { UnitPlace } from '../inspectorState.ts';
import { renderAnswer, renderNoWeights } from './answer.ts';
import { aBoolean, aNumber, aRecord, Kept, oneOf } from './kept.ts';
import type { Look } from './look.ts';
import { Question } from './question.ts';
import { sampleChoice } from './sampleChoice.ts';
import { DEFAULT_THRESHOLDS, type Thresholds, unitsAt } from './saturation.ts';
import './saturationEpochs.ts';
import type { EpochShares } from './saturationEpochs.ts';
import './saturationPlot.ts';
import {
  type GateShares,
  loadHistory,
  loadSaturation,
  SAMPLES,
  type Sample,
  type Saturation,
  saturationKey,
} from './saturationSource.ts';
import { placeTitle, SIGNAL_COLORS, signalTitle, unitTitle } from './titles.ts';

/** A slider that is dragged asks when it rests. */
const REST_MS = 120;

export class SaturationView extends LightElement {
  static override properties = {
    look: { attribute: false },
    kept: { attribute: false },
    selected: { attribute: false },
    over: { state: true },
    thresholds: { state: true },
    isOverEpochs: { state: true },
    at: { state: true },
  };
  declare look: Look;
  /** What was saved of this view; read once. */
  declare kept: unknown;
  declare selected: UnitPlace | undefined;
  declare over: Sample;
  declare thresholds: Thresholds;
  declare isOverEpochs: boolean;
  /** Gate that was picked last: others with its shares are read out. */
  declare at: SignalName | undefined;
  readonly #kept = new Kept<SaturationView>(this, {
    over: oneOf(...SAMPLES),
    thresholds: aRecord<Thresholds>({ left: aNumber(0.01, 0.49), right: aNumber(0.51, 0.99) }),
    isOverEpochs: aBoolean,
  });
  readonly #now = new Question<Saturation>(this);
  readonly #history = new Question<Saturation[]>(this);

  constructor() {
    super();
    this.over = 'text';
    this.thresholds = DEFAULT_THRESHOLDS;
    this.isOverEpochs = false;
  }

  protected override willUpdate(): void {
    this.#kept.restore();
    const { look, over, thresholds } = this;
    if (this.#isMissing) {
      this.#now.forget();
      return;
    }
    const wish = { over, thresholds };
    this.#now.ask(
      saturationKey(look, wish),
      (signal) => loadSaturation(look, wish, signal),
      this.#now.answer ? REST_MS : 0,
    );
    if (!this.isOverEpochs) return;
    const key = JSON.stringify([look.runId, look.text, look.question.method, thresholds]);
    this.#history.ask(key, (signal) => loadHistory(look, thresholds, signal), this.#history.answer ? REST_MS : 0);
  }

  protected override render(): TemplateResult {
    if (this.#isMissing) return html`${this.#renderTools()}${renderNoWeights(this.look)}`;
    return html`${this.#renderTools()}
    ${renderAnswer(this.#now, {
      doing: 'Counting saturated steps',
      onRetry: () => this.#retry(),
      show: (saturation) => this.#renderGates(saturation),
    })}`;
  }

  /** Neither weights nor a stored trace of the text. */
  get #isMissing(): boolean {
    return this.over === 'text' && this.look.question.method === 'none';
  }

  #retry(): void {
    this.#now.forget();
    this.#history.forget();
  }

  #renderTools(): TemplateResult {
    const { left, right } = this.thresholds;
    const set = (part: Partial<Thresholds>): void => {
      this.thresholds = { ...this.thresholds, ...part };
    };
    return html`<div class="tools" role="group" aria-label="What is counted">
      ${sampleChoice('gs-saturation-over', this.over, (over) => {
        this.over = over;
      })}
      ${slider({ label: 'Shut below', min: 0.01, max: 0.49, step: 0.01, value: left, text: left.toFixed(2), onInput: (value) => set({ left: value }) })}
      ${slider({ label: 'Open above', min: 0.51, max: 0.99, step: 0.01, value: right, text: right.toFixed(2), onInput: (value) => set({ right: value }) })}
      ${check('Over the epochs', this.isOverEpochs, (isOn) => {
        this.isOverEpochs = isOn;
      })}
    </div>`;
  }

  #renderGates(saturation: Saturation): TemplateResult {
    const { gates } = saturation;
    if (gates.length === 0) {
      return emptyNotice('This network has no gates.', 'An RNN computes h without gates, so nothing is shut or open.');
    }
    const parts = new Map<string, GateShares[]>();
    const directionCount = gates.some(({ direction }) => direction === 1) ? 2 : 1;
    for (const gate of gates) {
      const title = placeTitle(gate.layer, gate.direction, directionCount);
      parts.set(title, [...(parts.get(title) ?? []), gate]);
    }
    return html`
      <p class="view-readout" aria-live="polite">${this.#readout(saturation, directionCount)}</p>
      ${this.#renderHistoryNote()}
      <div class="saturation-parts">${[...parts].map(([title, members]) => this.#renderPart(title, members))}</div>
    `;
  }

  #renderHistoryNote(): TemplateResult | typeof nothing {
    if (!this.isOverEpochs) return nothing;
    return renderAnswer(this.#history, {
      doing: 'Reading the epochs',
      onRetry: () => this.#history.forget(),
      show: (history) =>
        history.length > 0
          ? html`<p class="muted view-readout">
              Below, epoch ${history[0].epoch} to ${history.at(-1)?.epoch} on the text at the top: up the share of steps wide open, down
              the share shut. Line: mean of the units. Band: eight in ten of them. Dashes: the chosen unit. A click shows that epoch.
            </p>`
          : html`<p class="muted view-readout">
              Of this text there is one epoch only. Texts in the config’s probes are kept at every epoch.
            </p>`,
    });
  }

  #renderPart(title: string, members: readonly GateShares[]): TemplateResult {
    return html`<div class="saturation-part">
      <h3>${title}</h3>
      <div class="saturation-grid">
        ${members.map((gate) => this.#renderGate(gate))}
      </div>
    </div>`;
  }

  #renderGate(gateShares: GateShares): TemplateResult {
    const { layer, direction, gate, shares } = gateShares;
    const { selected, look } = this;
    const unit = selected?.layer === layer && selected.direction === direction ? selected.unit : undefined;
    const history = this.#historyOf(gateShares);
    return html`<div class="saturation-gate">
      <gs-saturation-plot
        .name=${signalTitle(gate)}
        .shares=${shares}
        .color=${SIGNAL_COLORS[gate]}
        .selected=${unit}
        @pick=${({ detail }: CustomEvent<number>) => this.#pick({ layer, direction, unit: detail }, gate)}
      ></gs-saturation-plot>
      ${
        history.length > 1
          ? html`<gs-saturation-epochs
              .name=${signalTitle(gate)}
              .history=${history}
              .current=${look.epoch ?? look.sources.best}
              .color=${SIGNAL_COLORS[gate]}
              .selected=${unit}
            ></gs-saturation-epochs>`
          : nothing
      }
    </div>`;
  }

  /** One gate at every epoch; empty while that is not asked for or not here. */
  #historyOf({ layer, direction, gate }: GateShares): EpochShares[] {
    if (!this.isOverEpochs) return [];
    return (this.#history.answer ?? []).flatMap(({ epoch, gates }) =>
      gates
        .filter((each) => each.layer === layer && each.direction === direction && each.gate === gate)
        .flatMap(({ shares }) => (epoch === undefined ? [] : [{ epoch, shares }])),
    );
  }

  #pick(place: UnitPlace, gate: SignalName): void {
    this.at = gate;
    this.tell('pickunit', place);
  }

  #readout({ gates, stepCount, textCount }: Saturation, directionCount: 1 | 2): string {
    const over =
      textCount === 1
        ? formatCount(stepCount, 'step')
        : `${formatCount(stepCount, 'step')} of ${formatCount(textCount, 'text')}`;
    const { selected } = this;
    const here = gates.filter(({ layer, direction }) => layer === selected?.layer && direction === selected.direction);
    if (!selected || here.length === 0 || selected.unit >= here[0].shares.left.length) {
      return `Over ${over}. To the right: shut more often. Up: wide open more often. Larger dots are several units.`;
    }
    const { unit } = selected;
    const each = here.map(
      ({ gate, shares }) =>
        `${gate} shut in ${formatPercent(shares.left[unit])}, open in ${formatPercent(shares.right[unit])}`,
    );
    const picked = here.find(({ gate }) => gate === this.at);
    const others = picked ? unitsAt(picked.shares, unit).filter((other) => other !== unit) : [];
    return `${unitTitle(selected, directionCount)}, over ${over}: ${each.join('; ')}.${saySame(others, this.at)}`;
  }
}

const MAX_NAMED = 8;

function saySame(units: readonly number[], gate: SignalName | undefined): string {
  if (units.length === 0) return '';
  const named = units.slice(0, MAX_NAMED).join(', ');
  const more = units.length > MAX_NAMED ? ` and ${units.length - MAX_NAMED} more` : '';
  return ` The same for ${gate}: ${units.length === 1 ? 'unit' : 'units'} ${named}${more}.`;
}

customElements.define('gs-saturation-view', SaturationView);
