// One small request/response runtime for both hops, host <-> worker and host <-> page.
// Invariant: every call and delivery settles. A closed transport rejects all pending calls with the reason; an abort is a message; errors cross the wire.
import type { Disposable } from '../util/disposable.ts';
import { CancelledError, type SourcePlace, UserError } from '../util/userError.ts';

/** A two-way pipe of structured-cloneable messages. */
export interface Transport {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: unknown) => void): Disposable;
  /** Fires once when the other side is gone. */
  onClose(listener: (reason: Error) => void): Disposable;
}

/** What one side offers: methods that take one value, and events it sends. Written as interfaces, never instantiated. */
export interface Contract {
  calls: object;
  events: object;
}

type Calls<C extends Contract> = C['calls'];
export type MethodOf<C extends Contract> = keyof Calls<C> & string;
export type ParamsOf<C extends Contract, M extends MethodOf<C>> = Calls<C>[M] extends (params: infer P) => unknown
  ? P
  : never;
export type ResultOf<C extends Contract, M extends MethodOf<C>> = Calls<C>[M] extends (params: never) => infer R
  ? R
  : never;
export type EventOf<C extends Contract> = keyof C['events'] & string;

export interface CallContext {
  /** Aborted when the caller no longer wants the answer, or is gone. */
  signal: AbortSignal;
}

/** The implementation of a contract's calls. */
export type Handlers<C extends Contract> = {
  [M in MethodOf<C>]: (params: ParamsOf<C, M>, context: CallContext) => ResultOf<C, M> | Promise<ResultOf<C, M>>;
};

export interface CallOptions {
  signal?: AbortSignal;
  transfer?: readonly ArrayBuffer[];
}

/** The caller's side of a contract. */
export interface Client<C extends Contract> extends Disposable {
  call<M extends MethodOf<C>>(method: M, params: ParamsOf<C, M>, options?: CallOptions): Promise<ResultOf<C, M>>;
  on<E extends EventOf<C>>(event: E, listener: (payload: C['events'][E]) => void): Disposable;
}

/** The offering side of a contract. */
export interface Server<C extends Contract> extends Disposable {
  send<E extends EventOf<C>>(event: E, payload: C['events'][E], transfer?: readonly ArrayBuffer[]): void;
  /** Sends too; resolves when the listeners at the other end have run, or when it is gone. */
  deliver<E extends EventOf<C>>(event: E, payload: C['events'][E]): Promise<void>;
}

interface WireError {
  name: string;
  message: string;
  stack?: string;
  code?: string;
  remedy?: string;
  place?: SourcePlace;
}

type Wire =
  | { kind: 'call'; id: number; method: string; params: unknown }
  | { kind: 'abort'; id: number }
  | { kind: 'ok'; id: number; value: unknown }
  | { kind: 'error'; id: number; error: WireError }
  /** With an id, the other side says when its listeners have run. */
  | { kind: 'event'; event: string; payload: unknown; id?: number }
  | { kind: 'taken'; id: number };

function asWire(message: unknown): Wire | undefined {
  return typeof message === 'object' && message !== null && 'kind' in message ? (message as Wire) : undefined;
}

function toWireError(error: unknown): WireError {
  if (error instanceof UserError) {
    return { name: error.name, message: error.message, code: error.code, remedy: error.remedy, place: error.place };
  }
  if (error instanceof Error) return { name: error.name, message: error.message, stack: error.stack };
  return { name: 'Error', message: String(error) };
}

function fromWireError(wire: WireError): Error {
  if (wire.code !== undefined) {
    return new UserError({ code: wire.code, message: wire.message, remedy: wire.remedy, place: wire.place });
  }
  if (wire.name === 'CancelledError') return new CancelledError();
  const error = new Error(wire.message);
  error.name = wire.name;
  if (wire.stack) error.stack = wire.stack;
  return error;
}

interface PendingCall {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Calls what `serve` offers at the other end of `transport`. Disposing rejects what is pending. */
export function connect<C extends Contract>(transport: Transport): Client<C> {
  const pending = new Map<number, PendingCall>();
  const listeners = new Map<string, Set<(payload: never) => void>>();
  let nextId = 1;
  let closedBy: Error | undefined;

  const close = (reason: Error): void => {
    closedBy ??= reason;
    for (const call of [...pending.values()]) call.reject(reason);
    pending.clear();
  };

  const subscriptions = [
    transport.onClose(close),
    transport.onMessage((message) => {
      const wire = asWire(message);
      if (wire?.kind === 'event') {
        try {
          for (const listener of [...(listeners.get(wire.event) ?? [])]) listener(wire.payload as never);
        } finally {
          if (wire.id !== undefined) transport.post({ kind: 'taken', id: wire.id } satisfies Wire);
        }
      } else if (wire?.kind === 'ok' || wire?.kind === 'error') {
        const call = pending.get(wire.id);
        pending.delete(wire.id);
        if (wire.kind === 'ok') call?.resolve(wire.value);
        else call?.reject(fromWireError(wire.error));
      }
    }),
  ];

  return {
    call(method, params, options = {}) {
      if (closedBy) return Promise.reject(closedBy);
      if (options.signal?.aborted) return Promise.reject(new CancelledError());
      const id = nextId++;
      return new Promise((resolve, reject) => {
        const onAbort = (): void => transport.post({ kind: 'abort', id } satisfies Wire);
        const settle = (): void => options.signal?.removeEventListener('abort', onAbort);
        pending.set(id, {
          resolve: (value) => {
            settle();
            resolve(value as never);
          },
          reject: (error) => {
            settle();
            reject(error);
          },
        });
        options.signal?.addEventListener('abort', onAbort, { once: true });
        try {
          transport.post({ kind: 'call', id, method, params } satisfies Wire, options.transfer);
        } catch (error) {
          pending.delete(id);
          settle();
          reject(error);
        }
      });
    },
    on(event, listener) {
      const group = listeners.get(event) ?? new Set();
      listeners.set(event, group);
      group.add(listener as (payload: never) => void);
      return { dispose: () => void group.delete(listener as (payload: never) => void) };
    },
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
      close(new Error('The connection was disposed'));
      listeners.clear();
    },
  };
}

export interface ServeOptions {
  /** Runtime check of what comes in; returns what is wrong with it. Needed where the other side is not trusted (pages). */
  checkParams?(method: string, params: unknown): string | undefined;
  /** Told of every error that is not a UserError or a cancellation: a bug on this side. */
  onBug?(method: string, error: unknown): void;
}

/** Offers `handlers` at this end of `transport`. Only own methods of `handlers` can be called. */
export function serve<C extends Contract>(
  transport: Transport,
  handlers: Handlers<C>,
  options: ServeOptions = {},
): Server<C> {
  const running = new Map<number, AbortController>();
  const underWay = new Map<number, () => void>();
  let nextDelivery = 1;
  const table = handlers as unknown as Record<string, (params: unknown, context: CallContext) => unknown>;
  let isClosed = false;

  const answer = (wire: Wire): void => {
    if (!isClosed) transport.post(wire);
  };

  const handle = async (id: number, method: string, params: unknown): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      if (!Object.hasOwn(table, method)) throw new Error(`No such method: ${method}`);
      const problem = options.checkParams?.(method, params);
      if (problem !== undefined) throw new Error(`Bad parameters of ${method}: ${problem}`);
      answer({ kind: 'ok', id, value: await table[method](params, { signal: controller.signal }) });
    } catch (error) {
      if (!(error instanceof UserError || error instanceof CancelledError)) options.onBug?.(method, error);
      answer({ kind: 'error', id, error: toWireError(error) });
    } finally {
      running.delete(id);
    }
  };

  const taken = (id: number): void => {
    underWay.get(id)?.();
    underWay.delete(id);
  };

  const close = (): void => {
    isClosed = true;
    for (const controller of running.values()) controller.abort();
    for (const id of [...underWay.keys()]) taken(id);
  };

  const subscriptions = [
    transport.onClose(close),
    transport.onMessage((message) => {
      const wire = asWire(message);
      if (wire?.kind === 'call') void handle(wire.id, wire.method, wire.params);
      else if (wire?.kind === 'abort') running.get(wire.id)?.abort();
      else if (wire?.kind === 'taken') taken(wire.id);
    }),
  ];

  return {
    send(event, payload, transfer) {
      if (!isClosed) transport.post({ kind: 'event', event, payload } satisfies Wire, transfer);
    },
    deliver(event, payload) {
      if (isClosed) return Promise.resolve();
      const id = nextDelivery++;
      return new Promise((resolve) => {
        underWay.set(id, resolve);
        transport.post({ kind: 'event', event, payload, id } satisfies Wire);
      });
    },
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
      close();
    },
  };
}
