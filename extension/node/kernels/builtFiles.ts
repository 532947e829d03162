// Where the parts of the kernels lie in what ships: beside the bundle that runs.
import { join } from 'node:path';
import type { KernelFiles } from './openMachine.ts';

export function builtFiles(): KernelFiles {
  return {
    prebuilt: join(__dirname, 'kernels'),
    thread: join(__dirname, 'kernelThread.cjs'),
    check: join(__dirname, 'kernelCheck.cjs'),
  };
}
