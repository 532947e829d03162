// What stands in the place of an answer that is on its way or failed. Invariant: an older answer stays in sight while a newer one is asked for.
import { html, nothing, type TemplateResult } from 'lit';
import { emptyNotice, errorNotice } from '../../shared/notice.ts';
import { progressRing } from '../../shared/widgets.ts';
import type { Look } from './look.ts';
import type { Question } from './question.ts';

export interface AnswerOptions<T> {
  /** What is being done, for the progress ring: `Counting`. */
  doing: string;
  onRetry(): void;
  show(answer: T): TemplateResult;
}

export function renderAnswer<T>(question: Question<T>, { doing, onRetry, show }: AnswerOptions<T>): TemplateResult {
  const { answer, failure, isWaiting } = question;
  if (failure !== undefined && !isWaiting) return errorNotice('', failure, onRetry);
  if (answer === undefined) return html`<div class="view-waiting">${isWaiting ? progressRing(doing) : nothing}</div>`;
  return html`<div class="view-answer" aria-busy=${isWaiting ? 'true' : 'false'}>${show(answer)}</div>`;
}

/** In the place of a view that has to compute, where there is nothing to compute with. */
export function renderNoWeights({ canTrace }: Look): TemplateResult {
  return canTrace
    ? emptyNotice('The weights of this epoch were not kept.', 'Choose an epoch with a checkpoint, or the best one.')
    : emptyNotice('This has to be computed, and computing is off here.', 'Trust the folder to turn it on.');
}
