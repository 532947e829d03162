// The engine worker as the host sees it: started on first use, one for the life of the window, replaced after it died.
// Invariant: subscriptions outlive the worker; calls do not: they are rejected with the reason of its end.

import type { EngineContract } from '../../protocol/engineContract.ts';
import {
  type CallOptions,
  type Client,
  connect,
  type MethodOf,
  type ParamsOf,
  type ResultOf,
} from '../../protocol/rpc.ts';
import type { Disposable } from '../../util/disposable.ts';
import { Emitter } from '../../util/emitter.ts';
import { CancelledError, UserError } from '../../util/userError.ts';
import type { EngineTransport } from './threadTransport.ts';

type Events = EngineContract['events'];

interface LiveEngine {
  transport: EngineTransport;
  client: Client<EngineContract>;
}

/** Calls to the engine; a death of the worker is a UserError with this code. */
export const ENGINE_DIED = 'engine.died';

export class Engine implements Disposable {
  readonly #start: () => EngineTransport;
  readonly #emitters: { [E in keyof Events]: Emitter<Events[E]> } = {
    started: new Emitter(),
    append: new Emitter(),
    progress: new Emitter(),
    manifest: new Emitter(),
    matching: new Emitter(),
    installing: new Emitter(),
    looking: new Emitter(),
    counting: new Emitter(),
    filtering: new Emitter(),
    log: new Emitter(),
  };
  readonly #died = new Emitter<Error>();
  #live: LiveEngine | undefined;
  #isDisposed = false;

  /** `start` makes a running worker. */
  constructor(start: () => EngineTransport) {
    this.#start = start;
  }

  on<E extends keyof Events>(event: E, listener: (payload: Events[E]) => void): Disposable {
    return this.#emitters[event].on(listener);
  }

  /** Fires when the worker ended by itself. */
  onDied(listener: (reason: Error) => void): Disposable {
    return this.#died.on(listener);
  }

  async call<M extends MethodOf<EngineContract>>(
    method: M,
    params: ParamsOf<EngineContract, M>,
    options?: CallOptions,
  ): Promise<ResultOf<EngineContract, M>> {
    const live = this.#ensure();
    try {
      return await live.client.call(method, params, options);
    } catch (error) {
      if (this.#live === live || error instanceof CancelledError || error instanceof UserError) throw error;
      throw diedError(error);
    }
  }

  #ensure(): LiveEngine {
    if (this.#isDisposed) throw new CancelledError();
    if (this.#live) return this.#live;
    const transport = this.#start();
    const client = connect<EngineContract>(transport);
    const live = { transport, client };
    transport.onClose((reason) => {
      if (this.#live !== live) return;
      this.#live = undefined;
      this.#died.fire(reason);
    });
    for (const event of Object.keys(this.#emitters) as (keyof Events)[]) {
      client.on(event, (payload) => this.#emitters[event].fire(payload as never));
    }
    this.#live = live;
    return live;
  }

  dispose(): void {
    this.#isDisposed = true;
    const live = this.#live;
    this.#live = undefined;
    live?.client.dispose();
    live?.transport.terminate();
  }
}

function diedError(cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UserError({
    code: ENGINE_DIED,
    message: `The engine stopped unexpectedly: ${reason}.`,
    remedy: 'Try again: a fresh engine starts by itself. The log says more.',
    cause,
  });
}
