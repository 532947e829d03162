// One question to the host at a time: what was asked last is what is shown, and an older question is cancelled.
// Invariant: `answer` and `failure` belong to the newest settled question; nothing is shown of a question that was replaced.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { CancelledError } from '../../../extension/util/userError.ts';

export class Question<T> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #asked: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #key: string | undefined;
  answer: T | undefined;
  failure: unknown;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** A question is asked or about to be. */
  get isWaiting(): boolean {
    return this.#asked !== undefined;
  }

  hostDisconnected(): void {
    this.forget();
  }

  /** Asks unless the last question had the same key; `delayMs` later, so that typing asks once. */
  ask(key: string, ask: (signal: AbortSignal) => Promise<T>, delayMs = 0): void {
    if (key === this.#key) return;
    this.#cancel();
    this.#key = key;
    const asked = new AbortController();
    this.#asked = asked;
    if (delayMs > 0) this.#timer = setTimeout(() => void this.#run(asked, ask), delayMs);
    else void this.#run(asked, ask);
    this.#host.requestUpdate();
  }

  /** Cancels what is asked and forgets what was answered. */
  forget(): void {
    this.#cancel();
    this.#key = undefined;
    this.answer = undefined;
    this.failure = undefined;
    this.#host.requestUpdate();
  }

  /** Cancels what is asked and keeps what was answered. */
  stop(): void {
    this.#cancel();
    this.#key = undefined;
    this.#host.requestUpdate();
  }

  async #run(asked: AbortController, ask: (signal: AbortSignal) => Promise<T>): Promise<void> {
    try {
      const answer = await ask(asked.signal);
      if (asked.signal.aborted) return;
      this.answer = answer;
      this.failure = undefined;
    } catch (error) {
      if (asked.signal.aborted) return;
      // Something else of the page took the question back.
      if (error instanceof CancelledError) this.#key = undefined;
      else this.failure = error;
    }
    this.#asked = undefined;
    this.#host.requestUpdate();
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#asked?.abort();
    this.#asked = undefined;
  }
}
