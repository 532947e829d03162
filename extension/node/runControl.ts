// Pause, resume, stop and cancel for one run. The training loop asks between steps; in between the event loop gets its turn.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TrainControl } from '../engine/types.ts';
import type { RunAction } from '../protocol/engineContract.ts';

export class RunControl implements TrainControl {
  readonly #cancelled = new AbortController();
  readonly #onPauseChange: (isPaused: boolean) => Promise<void>;
  readonly #beforeYield: () => Promise<void>;
  #request: 'stop' | 'cancel' | undefined;
  #resumed: PromiseWithResolvers<void> | undefined;

  /** `beforeYield` runs between steps (flushing metrics); `onPauseChange` when the loop really waits and goes on again. */
  constructor(hooks: { beforeYield(): Promise<void>; onPauseChange(isPaused: boolean): Promise<void> }) {
    this.#beforeYield = hooks.beforeYield;
    this.#onPauseChange = hooks.onPauseChange;
  }

  /** Aborted by `cancel`: ends reading the data too. */
  get signal(): AbortSignal {
    return this.#cancelled.signal;
  }

  act(action: RunAction): void {
    if (action === 'pause') this.#resumed ??= Promise.withResolvers();
    else this.#resume();
    if (action === 'stop') this.#request ??= 'stop';
    if (action === 'cancel') {
      this.#request = 'cancel';
      this.#cancelled.abort();
    }
  }

  #resume(): void {
    this.#resumed?.resolve();
    this.#resumed = undefined;
  }

  requested(): 'stop' | 'cancel' | undefined {
    return this.#request;
  }

  async betweenSteps(): Promise<void> {
    await this.#beforeYield();
    await nextTurn();
    const { promise } = this.#resumed ?? {};
    if (!promise) return;
    await this.#onPauseChange(true);
    await promise;
    await this.#onPauseChange(false);
  }
}
