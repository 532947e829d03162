// A helper thread of the kernels: loads the carrier it is told, says that it is ready, and does pieces of jobs until the pool closes.
import { parentPort, workerData } from 'node:worker_threads';
import { serveJobs } from '../../engine/kernels/pieces.ts';
import { type CarrierSource, openCarrier } from './carrierSource.ts';

export interface KernelThreadData {
  source: CarrierSource;
  memory: WebAssembly.Memory;
  /** Addresses of this thread's scratch and stack. */
  scratch: number;
  stack: number;
}

async function main(): Promise<void> {
  const { source, memory, scratch, stack } = workerData as KernelThreadData;
  const carrier = await openCarrier(source, memory, stack);
  parentPort?.postMessage('ready');
  serveJobs(new Int32Array(memory.buffer), carrier, scratch);
}

void main();
