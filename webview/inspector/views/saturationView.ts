// Saturation: a scatter for each gate, layer and direction, with thresholds to set; and its way over the epochs. <gs-saturation-view>
// Tells `pickcell` with a CellPlace.
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Direction, DirectionTrace, SignalName, Trace } from '../../../extension/protocol/trace.ts';
import { formatCount, formatPercent } from '../../shared/format.ts';
import { LightElement } from '../../shared/lightElement.ts';
import { emptyNotice } from '../../shared/notice.ts';
import { type CellPlace, cellTitle, gatesOf, placeTitle, SIGNAL_COLORS, SIGNAL_TITLES } from './cellPlace.ts';
import { check, slider } from './controls.ts';
import {
  DEFAULT_THRESHOLDS,
  meanShares,
  type SaturationShares,
  saturationShares,
  type Thresholds,
} from './saturation.ts';
import './saturationPlot.ts';
import { unitsAt } from './saturationPlot.ts';

interface GatePicture {
  layer: number;
  direction: Direction;
  gate: SignalName;
  shares: SaturationShares;
  trail: { left: number; right: number }[];
}

export class SaturationView extends LightElement {
  static override properties = {
    trace: { attribute: false },
    history: { attribute: false },
    selected: { attribute: false },
    thresholds: { state: true },
    isTrailOn: { state: true },
    at: { state: true },
  };
  declare trace: Trace | undefined;
  /** The same text at each epoch there is, in order; empty where it was not replayed. */
  declare history: readonly Trace[];
  declare selected: CellPlace | undefined;
  declare thresholds: Thresholds;
  declare isTrailOn: boolean;
  /** Gate that was picked last: its shares are read out. */
  declare at: SignalName | undefined;
  #pictures: GatePicture[] = [];

  constructor() {
    super();
    this.history = [];
    this.thresholds = DEFAULT_THRESHOLDS;
    this.isTrailOn = true;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('trace') || changed.has('history') || changed.has('thresholds')) this.#pictures = this.#measure();
  }

  #measure(): GatePicture[] {
    const { trace, thresholds } = this;
    if (!trace) return [];
    const gates = gatesOf(trace);
    return trace.layers.flat().flatMap((part) =>
      gates.map((gate) => ({
        layer: part.layer,
        direction: part.direction,
        gate,
        shares: saturationShares(part.signals[gate] ?? new Float32Array(), trace.hiddenSize, thresholds),
        trail: this.#trailOf(part, gate),
      })),
    );
  }

  #trailOf({ layer, direction }: DirectionTrace, gate: SignalName): GatePicture['trail'] {
    return this.history.flatMap((trace) => {
      const values = trace.layers.flat().find((part) => part.layer === layer && part.direction === direction)?.signals[
        gate
      ];
      return values ? [meanShares(saturationShares(values, trace.hiddenSize, this.thresholds))] : [];
    });
  }

  protected override render(): TemplateResult {
    const { trace } = this;
    if (!trace) return emptyNotice('Nothing is traced yet.', 'Type a text at the top.');
    if (gatesOf(trace).length === 0) {
      return emptyNotice(
        'This network has no gates.',
        'An RNN computes h without gates, so nothing can saturate shut or open.',
      );
    }
    return html`
      ${this.#renderTools()}
      ${trace.layers.flat().map((part) => this.#renderPart(part, trace))}
      <p class="view-readout" aria-live="polite">${this.#readout(trace)}</p>
    `;
  }

  #renderTools(): TemplateResult {
    const { left, right } = this.thresholds;
    return html`<div class="tools" role="group" aria-label="What counts as saturated">
      ${slider({
        label: 'Shut below',
        min: 0.01,
        max: 0.49,
        step: 0.01,
        value: left,
        text: left.toFixed(2),
        onInput: (value) => {
          this.thresholds = { ...this.thresholds, left: value };
        },
      })}
      ${slider({
        label: 'Open above',
        min: 0.51,
        max: 0.99,
        step: 0.01,
        value: right,
        text: right.toFixed(2),
        onInput: (value) => {
          this.thresholds = { ...this.thresholds, right: value };
        },
      })}
      ${
        this.history.length > 1
          ? check('Way of the mean over the epochs', this.isTrailOn, (isOn) => {
              this.isTrailOn = isOn;
            })
          : nothing
      }
    </div>`;
  }

  #renderPart({ layer, direction }: DirectionTrace, { directionCount }: Trace): TemplateResult {
    const { selected } = this;
    const isHere = selected?.layer === layer && selected.direction === direction;
    const pictures = this.#pictures.filter((picture) => picture.layer === layer && picture.direction === direction);
    return html`<div class="section-head"><h3>${placeTitle(layer, direction, directionCount)}</h3></div>
      <div class="saturation-grid">
        ${pictures.map(
          ({ gate, shares, trail }) => html`<gs-saturation-plot
            .name=${SIGNAL_TITLES[gate]}
            .shares=${shares}
            .trail=${this.isTrailOn ? trail : []}
            .color=${SIGNAL_COLORS[gate]}
            .selected=${isHere ? selected.unit : undefined}
            @pick=${({ detail: unit }: CustomEvent<number>) => this.#pick({ layer, direction, unit }, gate)}
          ></gs-saturation-plot>`,
        )}
      </div>`;
  }

  #pick(place: CellPlace, gate: SignalName): void {
    this.at = gate;
    this.tell('pickcell', place);
  }

  #readout(trace: Trace): string {
    const { selected } = this;
    const here = this.#pictures.filter(
      ({ layer, direction }) => selected?.layer === layer && selected.direction === direction,
    );
    if (!selected || here.length === 0 || selected.unit >= trace.hiddenSize) {
      return 'Right: shut more of the time. Up: wide open more of the time. Click a dot to see its cell in the heatmap.';
    }
    const gates = here.map(({ gate, shares }) => {
      const { left, right } = shares;
      return `${gate} shut in ${formatPercent(left[selected.unit])}, open in ${formatPercent(right[selected.unit])}`;
    });
    const picture = here.find(({ gate }) => gate === this.at);
    const others = picture ? unitsAt(picture.shares, selected.unit).filter((unit) => unit !== selected.unit) : [];
    return `${cellTitle(selected, trace.directionCount)}, ${formatCount(trace.tokens.length, 'step')}: ${gates.join('; ')}.${saySame(others, this.at)}`;
  }
}

const MAX_NAMED = 8;

function saySame(units: readonly number[], gate: SignalName | undefined): string {
  if (units.length === 0) return '';
  const named = units.slice(0, MAX_NAMED).join(', ');
  const more = units.length > MAX_NAMED ? ` and ${units.length - MAX_NAMED} more` : '';
  return ` The same shares of ${gate}: ${units.length === 1 ? 'cell' : 'cells'} ${named}${more}.`;
}

customElements.define('gs-saturation-view', SaturationView);
