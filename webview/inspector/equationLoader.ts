// The equation of one cell, asked for as the pointer moves. Invariant: `value` is of the cell that was asked for last, or undefined.
import type { InspectorContract } from '../../extension/protocol/inspectorContract.ts';
import type { Client, ParamsOf } from '../../extension/protocol/rpc.ts';
import type { CellEquation } from '../../extension/protocol/trace.ts';
import { CancelledError } from '../../extension/util/userError.ts';

export type EquationQuestion = ParamsOf<InspectorContract, 'equation'>;

/** The pointer crosses dozens of cells on its way; only one it rests on is asked for. */
const REST_MS = 30;

export class EquationLoader {
  readonly #client: Client<InspectorContract>;
  readonly #onChange: () => void;
  #key: string | undefined;
  #question: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  value: CellEquation | undefined;
  error: unknown;

  constructor(client: Client<InspectorContract>, onChange: () => void) {
    this.#client = client;
    this.#onChange = onChange;
  }

  ask(question: EquationQuestion | undefined): void {
    const key = question && JSON.stringify(question);
    if (key === this.#key) return;
    this.#key = key;
    this.#question?.abort();
    clearTimeout(this.#timer);
    this.value = undefined;
    this.error = undefined;
    if (question) this.#timer = setTimeout(() => void this.#load(question), REST_MS);
  }

  async #load(question: EquationQuestion): Promise<void> {
    const controller = new AbortController();
    this.#question = controller;
    const { signal } = controller;
    try {
      const value = await this.#client.call('equation', question, { signal });
      if (signal.aborted) return;
      this.value = value;
    } catch (error) {
      if (signal.aborted || error instanceof CancelledError) return;
      this.error = error;
    }
    this.#onChange();
  }
}
