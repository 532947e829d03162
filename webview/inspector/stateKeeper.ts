// Saves what the page remembers: with VS Code, which keeps it as long as the window lives, and with the host, which keeps it where a
// refreshed browser finds it again.
import type { InspectorContract } from '../../extension/protocol/inspectorContract.ts';
import type { Client } from '../../extension/protocol/rpc.ts';
import type { PageHost } from '../shared/pageHost.ts';

/** Typing and moving change the state many times a second; what was last is sent in any case. */
const INTERVAL_MS = 200;

export class StateKeeper {
  readonly #client: Client<InspectorContract>;
  readonly #host: Pick<PageHost, 'saveState'>;
  #waiting: object | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client<InspectorContract>, host: Pick<PageHost, 'saveState'>) {
    this.#client = client;
    this.#host = host;
  }

  /** With VS Code at once; with the host at once, or at the end of the interval in which something was sent already. */
  keep(state: object): void {
    this.#host.saveState(state);
    this.#waiting = state;
    if (this.#timer === undefined) this.#send();
  }

  #send(): void {
    const state = this.#waiting;
    this.#waiting = undefined;
    this.#timer = state && setTimeout(() => this.#send(), INTERVAL_MS);
    // The page has its own copy; whatever failed here is no concern of who looks at it.
    if (state) this.#client.call('keepState', { state: JSON.stringify(state) }).catch(() => undefined);
  }
}
