// Starts the helper threads of a machine, with a watcher that sees them end, and waits until each serves.
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { Arena } from '../../engine/kernels/arena.ts';
import { MAX_HELPERS, SCRATCH_BYTES, STACK_BYTES } from '../../engine/kernels/layout.ts';
import type { HelperThreads } from '../../engine/kernels/machine.ts';
import type { CarrierSource } from './carrierSource.ts';
import type { EndHelper, HelperData, WatcherData, WatcherMessage } from './kernelThread.ts';

/** A helper ends when its piece does, which takes less than a second for most. After this it is ended from outside. */
const CLOSE_MS = 2000;
/** A thread within native code cannot be ended: after this it is left to itself, and ends when its kernel does. */
const TERMINATE_MS = 1000;

/** The watcher is asked this often at most. */
const ASK_MS = 50;

export interface StartedThreads extends HelperThreads {
  /** For tests: ends helper n, or the watcher, at once. */
  end(which: number | 'watcher'): void;
}

/** `count` threads running the built kernelThread at `file`. Rejects where one cannot start; then none is left running. */
export async function startHelperThreads(
  file: string,
  source: CarrierSource,
  arena: Arena,
  count: number,
): Promise<StartedThreads> {
  if (count > MAX_HELPERS) throw new Error(`There is room for ${MAX_HELPERS} helper threads`);
  const { memory } = arena;
  const helpers = Array.from({ length: count }, (_, index): HelperData => {
    const scratch = arena.lasting((SCRATCH_BYTES + STACK_BYTES) / 4).byteOffset;
    return { role: 'helper', index, source, memory, scratch, stack: scratch + SCRATCH_BYTES };
  });
  const { port1: life, port2: watcherLife } = new MessageChannel();
  const workerData: WatcherData = { role: 'watcher', file, source, memory, helpers, life: watcherLife };
  const watcher = new Worker(file, { workerData, name: 'gatescope kernel watcher', transferList: [watcherLife] });
  const ended = new Promise<void>((settle) => void watcher.once('exit', () => settle()));
  // Its end is seen, and is no uncaught error of this process.
  watcher.on('error', () => undefined);
  const gone = ended.then(() => [{ problem: 'the kernel threads ended while they started' }]);
  const [message] = (await Promise.race([once(watcher, 'message'), gone])) as [WatcherMessage];
  if (message !== 'ready') {
    await ended;
    throw new Error(message.problem);
  }
  // Threads that serve keep no process alive; only while they start or end, something waits for them.
  watcher.unref();
  return {
    haveEnded: whetherEnded(life),
    end(which) {
      if (which === 'watcher') void watcher.terminate();
      else watcher.postMessage({ end: which } satisfies EndHelper);
    },
    async close() {
      life.close();
      watcher.ref();
      if (await settlesWithin(ended, CLOSE_MS)) return;
      void watcher.terminate();
      await settlesWithin(ended, TERMINATE_MS);
    },
  };
}

/**
 * Whether the thread at the other end of `port` has ended, and with it the threads that it started. It answers a thread that waits and
 * hears no events: postMessage gives false where the other end is closed, which its type does not say.
 */
function whetherEnded(port: MessagePort): () => boolean {
  let askedAt = 0;
  return () => {
    const now = performance.now();
    if (now - askedAt < ASK_MS) return false;
    askedAt = now;
    return (port.postMessage(0) as unknown) === false;
  };
}

async function settlesWithin(promise: Promise<void>, ms: number): Promise<boolean> {
  const stop = new AbortController();
  const late = delay(ms, false, { signal: stop.signal }).catch(() => false);
  const isSettled = await Promise.race([promise.then(() => true), late]);
  stop.abort();
  return isSettled;
}
