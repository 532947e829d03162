// The threads of the kernels, by role. A helper loads the carrier it is told, says that it is ready, and does pieces of jobs until the
// pool closes. The watcher starts the helpers and sees them end: the engine's thread waits for pieces in kernels and atomics, where no
// event reaches it.
import { type MessagePort, parentPort, Worker, workerData } from 'node:worker_threads';
import { noteEnd, serveJobs } from '../../engine/kernels/pieces.ts';
import { type CarrierSource, openCarrier } from './carrierSource.ts';

interface Shared {
  source: CarrierSource;
  memory: WebAssembly.Memory;
}

export interface HelperData extends Shared {
  role: 'helper';
  /** From 0. */
  index: number;
  /** Addresses of this thread's scratch and stack. */
  scratch: number;
  stack: number;
}

export interface WatcherData extends Shared {
  role: 'watcher';
  /** This program, for the helpers. */
  file: string;
  helpers: readonly HelperData[];
  /** Closed when this thread ends, which is how the engine's thread sees that. */
  life: MessagePort;
}

/** What the watcher says: all helpers serve, or one could not start (then none is left running). */
export type WatcherMessage = 'ready' | { problem: string };

/** Told to the watcher by tests: ends helper n as a fault would. */
export interface EndHelper {
  end: number;
}

async function help({ source, memory, index, scratch, stack }: HelperData): Promise<void> {
  const carrier = await openCarrier(source, memory, stack);
  parentPort?.postMessage('ready');
  serveJobs({ control: new Int32Array(memory.buffer), carrier, scratch, helper: index });
}

async function watch({ file, memory, helpers, life }: WatcherData): Promise<void> {
  const control = new Int32Array(memory.buffer);
  const workers = helpers.map((data) => new Worker(file, { workerData: data, name: 'gatescope kernels' }));
  const starts = workers.map(
    (worker, n) =>
      new Promise<void>((settle, fail) => {
        worker.once('message', () => settle());
        worker.on('error', fail);
        worker.once('exit', () => {
          noteEnd(control, n);
          fail(new Error('A kernel thread ended while it started'));
        });
      }),
  );
  parentPort?.on('message', ({ end }: EndHelper) => void workers[end].terminate());
  parentPort?.unref();
  life.on('message', () => undefined).unref();
  try {
    await Promise.all(starts);
    parentPort?.postMessage('ready' satisfies WatcherMessage);
  } catch (error) {
    await Promise.all(workers.map((worker) => worker.terminate()));
    // As text: an error that came from another thread is no error any more for the next.
    const problem = error instanceof Error ? error.message : String(error);
    parentPort?.postMessage({ problem } satisfies WatcherMessage);
  }
}

const data = workerData as HelperData | WatcherData;
void (data.role === 'helper' ? help(data) : watch(data));
