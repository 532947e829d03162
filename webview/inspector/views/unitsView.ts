// What kinds of units there are: how long they remember, which only sum up, are dead or always on, and what they go along with. <gs-units-view>
// Tells `pickunit` with a UnitPlace.
import { html, nothing, type TemplateResult } from 'lit';
import { CELL_SIGNALS, type SignalName } from '../../../extension/protocol/trace.ts';
import type { DirectionStatistics, TraceStatistics } from '../../../extension/protocol/traceAnalysis.ts';
import { formatCount } from '../../shared/format.ts';
import { LightElement } from '../../shared/lightElement.ts';
import type { UnitPlace } from '../inspectorState.ts';
import { renderAnswer, renderNoWeights } from './answer.ts';
import './unitList.ts';
import { select } from '../controls.ts';
import {
  annotationTitle,
  directionCountOf,
  rowsByCorrelation,
  rowsOfKind,
  rowsOfUnits,
  UNIT_KINDS,
  type UnitKind,
} from './unitLists.ts';
import './halfLifeHistogram.ts';
import { anIndex, Kept, oneOf } from './kept.ts';
import { keyOf, type Look } from './look.ts';
import { Question } from './question.ts';
import { sampleChoice } from './sampleChoice.ts';
import { SAMPLES, type Sample, toTextSample } from './saturationSource.ts';
import { placeTitle, signalTitle } from './titles.ts';

/** As docs/inspector.md defines them. */
const KINDS: Readonly<Record<UnitKind, { name: string; explanation: string }>> = {
  integrators: {
    name: 'Integrators',
    explanation: 'They keep at 90 % of the steps or more, and take in as well.',
  },
  dead: { name: 'Dead', explanation: 'h stays within ±0.05 at every step.' },
  alwaysOn: {
    name: 'Always on',
    explanation: 'h stays above 0.5, or below −0.5, at every step.',
  },
};

export class UnitsView extends LightElement {
  static override properties = {
    look: { attribute: false },
    kept: { attribute: false },
    selected: { attribute: false },
    over: { state: true },
    annotation: { state: true },
    correlate: { state: true },
    bar: { state: true },
  };
  declare look: Look;
  /** What was saved of this view; read once. */
  declare kept: unknown;
  declare selected: UnitPlace | undefined;
  declare over: Sample;
  /** Place in the statistics' annotations. */
  declare annotation: number;
  /** Signal that is correlated; undefined: as the engine chooses. */
  declare correlate: SignalName | undefined;
  /** Bar of a histogram whose units are listed. */
  declare bar: { part: DirectionStatistics; units: number[] } | undefined;
  readonly #kept = new Kept<UnitsView>(this, {
    over: oneOf(...SAMPLES),
    annotation: anIndex,
    correlate: oneOf(...Object.values(CELL_SIGNALS).flat()),
  });
  readonly #statistics = new Question<TraceStatistics>(this);

  constructor() {
    super();
    this.over = 'text';
    this.annotation = 0;
  }

  protected override willUpdate(): void {
    this.#kept.restore();
    const { look, over, correlate } = this;
    const { client, runId, epoch, text, question } = look;
    if (over === 'text' && question.method !== 'trace') {
      this.#statistics.forget();
      return;
    }
    const request = { runId, epoch, over: toTextSample(over, text), correlate };
    this.#statistics.ask(keyOf(look, over, correlate), (signal) => client.call('statistics', request, { signal }));
  }

  protected override render(): TemplateResult {
    const isMissing = this.over === 'text' && this.look.question.method !== 'trace';
    return html`<div class="tools" role="group" aria-label="What is counted">
        ${sampleChoice('gs-units-over', this.over, (over) => {
          this.over = over;
          this.bar = undefined;
        })}
      </div>
      ${
        isMissing
          ? renderNoWeights(this.look)
          : renderAnswer(this.#statistics, {
              doing: 'Counting',
              onRetry: () => this.#statistics.forget(),
              show: (statistics) => this.#renderStatistics(statistics),
            })
      }`;
  }

  #renderStatistics(statistics: TraceStatistics): TemplateResult {
    const { textCount, tokenCount } = statistics;
    return html`
      <p class="muted">${formatCount(tokenCount, 'token')} of ${formatCount(textCount, 'text')}.</p>
      ${this.#renderHalfLives(statistics)}
      <div class="unit-lists">
        ${this.#renderKinds(statistics)}
      </div>
      ${this.#renderCorrelations(statistics)}
    `;
  }

  /** Without a gate that keeps memory nothing tells an integrator, and nothing has a half-life. */
  #renderKinds(statistics: TraceStatistics): TemplateResult[] {
    const hasMemoryGate = statistics.layers.flat().some(({ halfLife }) => halfLife);
    const kinds = hasMemoryGate ? UNIT_KINDS : UNIT_KINDS.filter((kind) => kind !== 'integrators');
    return kinds.map((kind) => {
      const { name, explanation } = KINDS[kind];
      const whole = hasMemoryGate ? `${explanation} With their half-life in tokens.` : explanation;
      return this.#renderList({ name, explanation: whole, rows: rowsOfKind(statistics, kind) });
    });
  }

  #renderList({
    name,
    explanation,
    rows,
  }: {
    name: string;
    explanation: string;
    rows: ReturnType<typeof rowsOfKind>;
  }): TemplateResult {
    return html`<gs-unit-list .name=${name} .explanation=${explanation} .rows=${rows} .selected=${this.selected}></gs-unit-list>`;
  }

  #renderHalfLives(statistics: TraceStatistics): TemplateResult {
    const parts = statistics.layers.flat();
    const directionCount = directionCountOf(statistics);
    if (!parts.some(({ halfLife }) => halfLife)) {
      return html`<h3>Memory</h3><p class="muted">An RNN has no gate that keeps memory, so it has no half-lives.</p>`;
    }
    const { bar } = this;
    return html`<h3>Memory</h3>
      <div class="histograms">
        ${parts.map((part) => this.#renderHistogram(part, directionCount))}
        ${
          bar
            ? this.#renderList({
                name: 'In the chosen bar',
                explanation: 'By half-life in tokens, longest first.',
                rows: rowsOfUnits(bar.part, bar.units, directionCount),
              })
            : nothing
        }
      </div>`;
  }

  #renderHistogram(part: DirectionStatistics, directionCount: 1 | 2): TemplateResult {
    const { layer, direction, halfLife = new Float32Array() } = part;
    const isHere = this.selected?.layer === layer && this.selected.direction === direction;
    return html`<gs-half-life-histogram
      .name=${placeTitle(layer, direction, directionCount)}
      .halfLives=${halfLife}
      .unit=${isHere ? this.selected?.unit : undefined}
      @bin=${({ detail: units }: CustomEvent<number[]>) => {
        this.bar = { part, units };
      }}
    ></gs-half-life-histogram>`;
  }

  #renderCorrelations(statistics: TraceStatistics): TemplateResult {
    const { annotations, correlated } = statistics;
    const annotation = Math.min(this.annotation, annotations.length - 1);
    const cell = this.look.trace?.cell;
    const signals = cell ? CELL_SIGNALS[cell] : [correlated];
    return html`<div class="section-head">
        <h3>Correlation</h3>
        ${select({
          label: 'with',
          name: 'gs-annotation',
          options: annotations.map((each, at) => ({ value: at, title: annotationTitle(each) })),
          value: annotation,
          onChange: (at) => {
            this.annotation = at;
          },
        })}
        ${select({
          label: 'of',
          name: 'gs-correlate',
          options: signals.map((signal) => ({ value: signal, title: signalTitle(signal) })),
          value: correlated,
          onChange: (signal) => {
            this.correlate = signal;
          },
        })}
      </div>
      <div class="correlations">${this.#renderList({
        name: 'By correlation',
        explanation:
          'Pearson’s r over all tokens, strongest first. Over few tokens the strongest of many is large by chance: look at more texts, and at epoch 0.',
        rows: rowsByCorrelation(statistics, annotation),
      })}</div>`;
  }
}

customElements.define('gs-units-view', UnitsView);
