// The gradient through time above the tokens of the heatmap: how strongly the predicted score answers to each token.
// Invariant: bars are of the shown trace, or all zero while theirs are on the way.
import type { ReactiveControllerHost } from 'lit';
import type { GradientTrace } from '../../extension/protocol/traceAnalysis.ts';
import type { ColumnBars } from '../shared/heatmap/columnBars.ts';
import type { InspectorStore } from './inspectorStore.ts';
import { exactNumber } from './numbers.ts';
import { fullBar } from './views/attribution.ts';
import { Question } from './views/question.ts';

const NAME = 'gradient';

interface Answer {
  key: string;
  gradient: GradientTrace;
  bars: ColumnBars;
}

export const barsOf = ({ norms }: GradientTrace): ColumnBars => ({
  name: NAME,
  values: norms,
  full: fullBar(norms),
});

/** What the bars are, and how long the longest is. */
export const gradientTitle = ({ target, norms }: GradientTrace): string =>
  `how strongly the logit of ${target} answers to each token, ‖∂ logit / ∂ x‖, up to ${exactNumber(Math.max(...norms))}`;

export class GradientBars {
  readonly #question: Question<Answer>;
  #key = '';
  #empty: ColumnBars = { name: NAME, values: new Float32Array(), full: 1 };

  constructor(host: ReactiveControllerHost) {
    this.#question = new Question(host);
  }

  /** To be called when the page is drawn: asks for what is missing, once the trace is there. */
  follow(store: InspectorStore): void {
    const { question, state, isTracing, client } = store;
    if (!state.isGradientOn || isTracing || question?.method !== 'trace') return;
    const { runId, epoch, text } = question.params;
    const key = JSON.stringify([runId, epoch, text]);
    this.#key = key;
    this.#question.ask(key, async (signal) => {
      const gradient = await client.call('gradients', { runId, epoch, text }, { signal });
      return { key, gradient, bars: barsOf(gradient) };
    });
  }

  /** Undefined where the bars are off, or cannot be computed. */
  barsOf({ state, question, trace }: InspectorStore): ColumnBars | undefined {
    if (!state.isGradientOn || question?.method !== 'trace' || !trace) return undefined;
    const answer = this.#answerFor(trace.tokens.length);
    if (answer) return answer.bars;
    if (this.#empty.values.length !== trace.tokens.length) {
      this.#empty = { name: NAME, values: new Float32Array(trace.tokens.length), full: 1 };
    }
    return this.#empty;
  }

  /** What the bars are of; undefined while they are not here. */
  gradientOf({ trace }: InspectorStore): GradientTrace | undefined {
    return trace && this.#answerFor(trace.tokens.length)?.gradient;
  }

  get failure(): unknown {
    return this.#question.failure;
  }

  retry(): void {
    this.#question.forget();
  }

  #answerFor(tokens: number): Answer | undefined {
    const { answer } = this.#question;
    return answer?.key === this.#key && answer.bars.values.length === tokens ? answer : undefined;
  }
}
