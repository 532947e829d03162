// The equation of one cell, asked for as the pointer moves. Invariant: `value` is of the cell that was asked for last, or undefined.
import type { InspectorContract } from '../../extension/protocol/inspectorContract.ts';
import type { Client, ParamsOf } from '../../extension/protocol/rpc.ts';
import type { CellEquation } from '../../extension/protocol/trace.ts';
import { LatestCall } from './latestCall.ts';

export type EquationQuestion = ParamsOf<InspectorContract, 'equation'>;

/** The pointer crosses dozens of cells on its way; only one it rests on is asked for. */
const REST_MS = 30;

export class EquationLoader {
  readonly #client: Pick<Client<InspectorContract>, 'call'>;
  readonly #onChange: () => void;
  readonly #latest = new LatestCall();
  #key: string | undefined;
  value: CellEquation | undefined;
  error: unknown;

  constructor(client: Pick<Client<InspectorContract>, 'call'>, onChange: () => void) {
    this.#client = client;
    this.#onChange = onChange;
  }

  ask(question: EquationQuestion | undefined): void {
    const key = question && JSON.stringify(question);
    if (key === this.#key) return;
    this.#key = key;
    this.#latest.cancel();
    this.#set(undefined, undefined);
    if (!question) return;
    this.#latest.ask({
      delayMs: REST_MS,
      call: (signal) => this.#client.call('equation', question, { signal }),
      onAnswer: (value) => this.#tell(value, undefined),
      onError: (error) => this.#tell(undefined, error),
    });
  }

  #set(value: CellEquation | undefined, error: unknown): void {
    this.value = value;
    this.error = error;
  }

  #tell(value: CellEquation | undefined, error: unknown): void {
    this.#set(value, error);
    this.#onChange();
  }
}
