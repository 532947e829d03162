// One question at a time: a newer one cancels the older, whose answer is dropped.
import { CancelledError } from '../../extension/util/userError.ts';

export interface Question<T> {
  /** Milliseconds to wait first, in which a newer question may take its place. */
  delayMs: number;
  call(signal: AbortSignal): Promise<T>;
  onAnswer(value: T): void;
  onError(error: unknown): void;
}

export class LatestCall {
  #controller: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  ask<T>(question: Question<T>): void {
    this.cancel();
    const controller = new AbortController();
    this.#controller = controller;
    const start = (): void => void settle(question, controller.signal);
    if (question.delayMs === 0) start();
    else this.#timer = setTimeout(start, question.delayMs);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#controller?.abort();
  }
}

async function settle<T>({ call, onAnswer, onError }: Question<T>, signal: AbortSignal): Promise<void> {
  try {
    const value = await call(signal);
    if (!signal.aborted) onAnswer(value);
  } catch (error) {
    if (!signal.aborted && !(error instanceof CancelledError)) onError(error);
  }
}
