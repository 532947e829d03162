// What a run's best weights reach: scores per split and class, confusion matrix, wrong predictions. <gs-evaluation>
import { html, nothing, type TemplateResult } from 'lit';
import { formatScore, SCORE_FACTS, scoreNames } from '../../../extension/protocol/scores.ts';
import type {
  ClassResults,
  ClassScores,
  Evaluation,
  Misclassified,
  ScoreName,
  Scores,
  SplitEvaluation,
} from '../../../extension/schema/run.ts';
import { formatCount, formatNumber, formatPercent, groupThousands } from '../format.ts';
import { iconButton } from '../icons.ts';
import { LightElement } from '../lightElement.ts';
import { emptyNotice } from '../notice.ts';
import './confusionMatrix.ts';

type Part = 'test' | 'validation';

const FIRST_MISTAKES = 50;

export class EvaluationView extends LightElement {
  static override properties = {
    evaluation: { attribute: false },
    openExample: { attribute: false },
    inspect: { attribute: false },
    chosen: { state: true },
    shownMistakes: { state: true },
  };
  /** Undefined while it is loaded; null where there is none. */
  declare evaluation: Evaluation | null | undefined;
  /** Opens a file at a line; undefined where nothing can be opened. */
  declare openExample: ((path: string, line: number) => void) | undefined;
  /** Shows what the network makes of a text; undefined where nothing can be shown. */
  declare inspect: ((text: string) => void) | undefined;
  declare chosen: Part;
  declare shownMistakes: number;

  override connectedCallback(): void {
    super.connectedCallback();
    this.chosen = 'test';
    this.shownMistakes = FIRST_MISTAKES;
  }

  protected override render(): TemplateResult {
    const { evaluation } = this;
    if (!evaluation) {
      const next = evaluation === null ? 'A run is evaluated when its training has ended.' : undefined;
      return html`<div class="section-head"><h2>Evaluation</h2></div>
        ${emptyNotice(evaluation === null ? 'There is no evaluation yet.' : 'Loading…', next)}`;
    }
    const part: Part = evaluation.test && this.chosen === 'test' ? 'test' : 'validation';
    const split = (part === 'test' ? evaluation.test : evaluation.validation) as SplitEvaluation;
    return html`
      <div class="section-head">
        <h2>Evaluation</h2>
        <span class="muted">weights of epoch ${evaluation.epoch}</span>
        <span class="spacer"></span>
        ${evaluation.test ? this.#renderChoice(part) : html`<span class="muted">Validation data</span>`}
      </div>
      ${renderScores(split, evaluation.start?.[part])} ${split.confusion ? this.#renderClassResults(evaluation.labels, split) : nothing}
    `;
  }

  #renderClassResults(labels: readonly string[], results: ClassResults): TemplateResult {
    return html`<div class="evaluation-grid">
        <gs-confusion-matrix .labels=${labels} .confusion=${results.confusion}></gs-confusion-matrix>
        <div>${renderClasses(results.perClass)}</div>
      </div>
      ${this.#renderMistakes(results)}`;
  }

  #renderChoice(part: Part): TemplateResult {
    return html`<fieldset class="segmented">
      <legend class="visually-hidden">Data</legend>
      ${(['test', 'validation'] as const).map(
        (each) => html`<label class=${each === part ? 'is-on' : ''}
          ><input
            type="radio"
            name="gs-split"
            .checked=${each === part}
            @change=${() => {
              this.chosen = each;
            }}
          />${each === 'test' ? 'Test' : 'Validation'}</label
        >`,
      )}
    </fieldset>`;
  }

  #renderMistakes({ misclassified, confusion }: ClassResults): TemplateResult {
    const total = confusion.reduce((sum, row, at) => sum + row.reduce((all, count) => all + count, 0) - row[at], 0);
    const shown = misclassified.slice(0, this.shownMistakes);
    const head = html`<div class="section-head">
      <h3>Misclassified</h3>
      <span class="muted">${formatCount(total, 'text')}, the most confident first</span>
    </div>`;
    if (total === 0) return html`${head}${emptyNotice('Every text was classified right.')}`;
    return html`${head}
      <div class="table-scroll" tabindex="0" role="group" aria-label="Misclassified texts">
        <table class="mistakes" aria-label="Misclassified texts">
          <thead>
            <tr><th scope="col">Text</th><th scope="col">Actual</th><th scope="col">Predicted</th><th scope="col" class="numeric">Probability</th><th scope="col">Line</th></tr>
          </thead>
          <tbody>
            ${shown.map((mistake) => this.#renderMistake(mistake))}
          </tbody>
        </table>
      </div>
      ${
        misclassified.length > shown.length
          ? html`<button type="button" class="text-button" @click=${() => {
              this.shownMistakes += 200;
            }}>Show more</button>`
          : nothing
      }`;
  }

  #renderMistake({ text, label, predicted, probability, path, line }: Misclassified): TemplateResult {
    const place = `${path.replace(/^.*[/\\]/, '')}:${line}`;
    const { openExample, inspect } = this;
    return html`<tr>
      <td class="text" title=${text}>${text}</td>
      <td title=${label}>${label}</td>
      <td title=${predicted}>${predicted}</td>
      <td class="numeric">${formatPercent(probability)}</td>
      <td>
        ${
          openExample
            ? html`<button type="button" class="text-button" title="Open ${path} at line ${line}" @click=${() => openExample(path, line)}>${place}</button>`
            : html`<span title=${path}>${place}</span>`
        }
        ${inspect ? iconButton({ label: `Inspect gates of ${place}`, icon: 'telescope', onClick: () => inspect(text) }) : nothing}
      </td>
    </tr>`;
  }
}

/** `before`: of the weights that a run started from, where they can be compared. */
function renderScores(scores: SplitEvaluation, before: Scores | undefined): TemplateResult {
  const text = (of: Scores, name: ScoreName) => (name === 'loss' ? formatNumber(of.loss) : formatScore(name, of[name]));
  const fact = (name: string, value: string, old?: string) =>
    html`<div class="fact"><dt>${name}</dt><dd>${value}${old === undefined ? nothing : html` <span class="muted">from ${old}</span>`}</dd></div>`;
  return html`<dl class="facts">
    ${scoreNames(scores).map((name) => fact(SCORE_FACTS[name].title, text(scores, name), before && text(before, name)))}
    ${fact(scores.confusion ? 'Examples' : 'Tokens', groupThousands(scores.examples))}
  </dl>`;
}

function renderClasses(perClass: readonly ClassScores[]): TemplateResult {
  return html`<div class="section-head"><h3>Classes</h3></div>
    <div class="table-scroll" tabindex="0" role="group" aria-label="Scores of each class">
      <table class="classes" aria-label="Scores of each class">
        <thead>
          <tr>
            <th scope="col">Label</th><th scope="col" class="numeric">Precision</th><th scope="col" class="numeric">Recall</th><th scope="col" class="numeric">F1</th><th scope="col" class="numeric">Examples</th>
          </tr>
        </thead>
        <tbody>
          ${perClass.map(
            ({ label, precision, recall, f1, support }) => html`<tr>
              <th scope="row" title=${label}>${label}</th>
              <td class="numeric">${formatPercent(precision)}</td>
              <td class="numeric">${formatPercent(recall)}</td>
              <td class="numeric">${formatPercent(f1)}</td>
              <td class="numeric">${groupThousands(support)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

customElements.define('gs-evaluation', EvaluationView);
