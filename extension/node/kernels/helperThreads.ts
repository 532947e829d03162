// Starts the helper threads of a machine and waits until each serves.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Arena } from '../../engine/kernels/arena.ts';
import { SCRATCH_BYTES, STACK_BYTES } from '../../engine/kernels/layout.ts';
import type { HelperThreads } from '../../engine/kernels/machine.ts';
import type { CarrierSource } from './carrierSource.ts';
import type { KernelThreadData } from './kernelThread.ts';

export interface StartedThreads extends HelperThreads {
  /** For tests that end one. */
  workers: readonly Worker[];
}

/** `count` threads running the built kernelThread at `file`. Rejects where one cannot start; then none is left running. */
export async function startHelperThreads(
  file: string | URL,
  source: CarrierSource,
  arena: Arena,
  count: number,
): Promise<StartedThreads> {
  const workers = Array.from({ length: count }, () => {
    const block = arena.lasting((SCRATCH_BYTES + STACK_BYTES) / 4).byteOffset;
    const data: KernelThreadData = { source, memory: arena.memory, scratch: block, stack: block + SCRATCH_BYTES };
    const worker = new Worker(file, { workerData: data, name: 'gatescope kernels' });
    // One that fails while it serves has died: the job that misses it says so (runJob), not an uncaught error of this process.
    worker.on('error', () => undefined);
    return worker;
  });
  const ended = workers.map((worker) => new Promise<void>((settle) => void worker.once('exit', () => settle())));
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')));
  } catch (error) {
    await Promise.all(workers.map((worker) => worker.terminate()));
    throw error;
  }
  // Threads that serve keep no process alive; only while they start or end, something waits for them.
  for (const worker of workers) worker.unref();
  return {
    workers,
    async close() {
      for (const worker of workers) worker.ref();
      await Promise.all(ended);
    },
  };
}
