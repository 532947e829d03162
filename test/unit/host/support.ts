// Fakes for the host's tests: an engine at the other end of an in-memory wire, and runs.
import type { EngineTransport } from '../../../extension/host/training/threadTransport.ts';
import type { EngineContract } from '../../../extension/protocol/engineContract.ts';
import { type Handlers, type Server, serve, type Transport } from '../../../extension/protocol/rpc.ts';
import type { RunManifest } from '../../../extension/schema/run.ts';
import { Emitter } from '../../../extension/util/emitter.ts';

export interface FakeWorker {
  transport: EngineTransport;
  server: Server<EngineContract>;
  /** Ends the worker as a crash would. */
  die(reason: string): void;
  isTerminated: boolean;
}

/** A worker in this thread: messages are cloned and delivered in order, one turn later. */
export function createFakeWorker(handlers: Partial<Handlers<EngineContract>>): FakeWorker {
  const toHost = new Emitter<unknown>();
  const toWorker = new Emitter<unknown>();
  const closed = new Emitter<Error>();
  let isOpen = true;
  const deliver = (emitter: Emitter<unknown>, message: unknown): void => {
    const copy = structuredClone(message);
    queueMicrotask(() => isOpen && emitter.fire(copy));
  };
  const die = (reason: string): void => {
    if (!isOpen) return;
    isOpen = false;
    closed.fire(new Error(reason));
  };
  const workerSide: Transport = {
    post: (message) => deliver(toHost, message),
    onMessage: (listener) => toWorker.on(listener),
    onClose: (listener) => closed.on(listener),
  };
  const worker: FakeWorker = {
    transport: {
      post: (message) => deliver(toWorker, message),
      onMessage: (listener) => toHost.on(listener),
      onClose: (listener) => closed.on(listener),
      terminate() {
        worker.isTerminated = true;
        die('terminated');
      },
    },
    server: serve<EngineContract>(workerSide, handlers as Handlers<EngineContract>),
    die,
    isTerminated: false,
  };
  return worker;
}

export function manifestOf(id: string, changes: Partial<RunManifest> = {}): RunManifest {
  return {
    schemaVersion: 1,
    id,
    name: id,
    note: '',
    status: 'completed',
    task: 'classification',
    labels: [],
    config: 'trec.gatescope.json',
    epochs: { done: 2, planned: 2 },
    pid: 1,
    host: 'here',
    startedAt: '2026-01-02T03:04:05.000Z',
    endedAt: '2026-01-02T03:05:08.000Z',
    ...changes,
  };
}

/** Resolves when `isSo` holds; looks again after every turn of the event loop, gives up after half a minute. */
export async function until(isSo: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 30_000;
  while (!isSo()) {
    if (performance.now() > giveUpAt) throw new Error('It did not come to be');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
