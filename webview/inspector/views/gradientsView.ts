// Which tokens a score hangs on: the gradient through time, and integrated gradients with what they miss. <gs-gradients-view>
// Tells `token` with the place of a token.
import { html, nothing, type TemplateResult } from 'lit';
import type { GradientTrace } from '../../../extension/protocol/traceAnalysis.ts';
import { formatNumber, formatPercent } from '../../shared/format.ts';
import { LightElement } from '../../shared/lightElement.ts';
import { segmented, select } from '../controls.ts';
import { exactNumber, quoteToken } from '../numbers.ts';
import { renderAnswer, renderNoWeights } from './answer.ts';
import { type Measure, valuesOf } from './attribution.ts';
import './gradientStrip.ts';
import { aText, Kept, oneOf } from './kept.ts';
import { keyOf, type Look } from './look.ts';
import { Question } from './question.ts';

const MEASURE_OPTIONS: readonly { value: Measure; title: string }[] = [
  { value: 'norm', title: 'Gradient' },
  { value: 'input', title: 'Gradient × input' },
  { value: 'integrated', title: 'Integrated gradients' },
];
const EXPLANATIONS: Readonly<Record<Measure, string>> = {
  norm: 'How strongly the score answers to a small change of each token’s vector.',
  input: 'What each token adds to the score, if the score were a straight line.',
  integrated: 'What each token adds to the score on the way from an empty text (all vectors zero).',
};
const STEPS = [10, 20, 50, 100, 200] as const;
const PREDICTED = '';

export class GradientsView extends LightElement {
  static override properties = {
    look: { attribute: false },
    kept: { attribute: false },
    token: { attribute: false },
    measure: { state: true },
    steps: { state: true },
    target: { state: true },
    position: { state: true },
  };
  declare look: Look;
  /** What was saved of this view; read once. */
  declare kept: unknown;
  /** Token that the cursor is at. */
  declare token: number | undefined;
  declare measure: Measure;
  declare steps: number;
  /** Label of a classifier; empty: the most probable one. */
  declare target: string;
  readonly #kept = new Kept<GradientsView>(this, {
    measure: oneOf(...MEASURE_OPTIONS.map(({ value }) => value)),
    steps: oneOf<number>(...STEPS),
    target: aText,
  });
  readonly #gradients = new Question<GradientTrace>(this);

  constructor() {
    super();
    this.measure = 'norm';
    this.steps = 50;
    this.target = PREDICTED;
  }

  protected override willUpdate(): void {
    this.#kept.restore();
    const { look, measure, steps } = this;
    const { client, runId, epoch, text, question } = look;
    if (question.method !== 'trace') {
      this.#gradients.forget();
      return;
    }
    const target = this.#labels.includes(this.target) ? this.target : undefined;
    const integratedSteps = measure === 'integrated' ? steps : undefined;
    const request = { runId, epoch, text, target, integratedSteps };
    const key = keyOf(look, target, integratedSteps);
    this.#gradients.ask(key, (signal) => client.call('gradients', request, { signal }));
  }

  get #labels(): string[] {
    return this.look.trace?.classes?.map(({ label }) => label) ?? [];
  }

  protected override render(): TemplateResult {
    if (this.look.question.method !== 'trace') {
      return renderNoWeights(this.look);
    }
    return html`${this.#renderTools()}
    ${renderAnswer(this.#gradients, {
      doing: 'Going back through time',
      onRetry: () => this.#gradients.forget(),
      show: (gradients) => this.#renderStrip(gradients),
    })}`;
  }

  #renderTools(): TemplateResult {
    const labels = this.#labels;
    return html`<div class="tools" role="group" aria-label="What is measured">
      ${segmented({
        label: 'Measure',
        name: 'gs-measure',
        options: MEASURE_OPTIONS,
        value: this.measure,
        onChange: (measure) => {
          this.measure = measure;
        },
      })}
      ${
        labels.length > 0
          ? select({
              label: 'of the logit of',
              name: 'gs-target',
              options: [
                { value: PREDICTED, title: 'the predicted class' },
                ...labels.map((label) => ({ value: label, title: label })),
              ],
              value: labels.includes(this.target) ? this.target : PREDICTED,
              onChange: (target) => {
                this.target = target;
              },
            })
          : nothing
      }
      ${
        this.measure === 'integrated'
          ? select({
              label: 'Steps',
              name: 'gs-steps',
              options: STEPS.map((steps) => ({ value: steps, title: String(steps) })),
              value: this.steps,
              onChange: (steps) => {
                this.steps = steps;
              },
            })
          : nothing
      }
    </div>`;
  }

  #renderStrip(gradients: GradientTrace): TemplateResult {
    const { trace } = this.look;
    // The answer that still shows may be of another measure or text.
    const measure = valuesOf(gradients, this.measure) ? this.measure : 'norm';
    const values = valuesOf(gradients, measure) ?? gradients.norms;
    if (!trace || trace.tokens.length !== values.length) return html``;
    const title = MEASURE_OPTIONS.find(({ value }) => value === measure)?.title ?? '';
    const after =
      gradients.position === undefined
        ? ''
        : ` after token ${gradients.position}, ${quoteToken(trace.tokens[gradients.position].text)}`;
    return html`<p class="muted">${EXPLANATIONS[measure]}</p>
      <p>Logit of <strong>${gradients.target}</strong>${after}: ${exactNumber(gradients.logit)}</p>
      <gs-gradient-strip
        .tokens=${trace.tokens.map(({ text }) => text)}
        .values=${values}
        .isSigned=${measure !== 'norm'}
        .what=${`${title} of the logit of ${gradients.target}`}
        .at=${this.token}
      ></gs-gradient-strip>
      ${measure === 'integrated' && gradients.integrated ? renderCompleteness(gradients.logit, gradients.integrated) : nothing}`;
  }
}

/** The attributions should add up to what the text adds to the score; by how much they do not is said. */
function renderCompleteness(logit: number, integrated: NonNullable<GradientTrace['integrated']>): TemplateResult {
  const { baselineLogit, completenessError, steps } = integrated;
  const gain = logit - baselineLogit;
  const share = gain === 0 ? Number.NaN : Math.abs(completenessError / gain);
  return html`<dl class="facts">
    <div class="fact"><dt>Logit of the empty text</dt><dd>${exactNumber(baselineLogit)}</dd></div>
    <div class="fact"><dt>Added by the text</dt><dd>${exactNumber(gain)}</dd></div>
    <div class="fact"><dt>Sum of the tokens</dt><dd>${exactNumber(gain + completenessError)}</dd></div>
    <div class="fact"><dt>Completeness error of ${steps} steps</dt><dd>${formatNumber(completenessError).replace('-', '−')} <span class="muted">${formatPercent(share)}</span></dd></div>
  </dl>`;
}

customElements.define('gs-gradients-view', GradientsView);
