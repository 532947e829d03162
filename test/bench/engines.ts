// Our side of a comparison: a machine with its kernels and threads, opened for one case so that its memory is that case's alone.
import { resolve } from 'node:path';
import { setMachine } from '../../extension/engine/backend/gatescopeBackend.ts';
import type { KernelMachine } from '../../extension/engine/kernels/machine.ts';
import { openMachine } from '../../extension/node/kernels/openMachine.ts';
import { median, type Side, timeSteps } from './measure.ts';

export const ROOT = resolve(import.meta.dirname, '../..');
const FILES = {
  prebuilt: resolve(ROOT, 'prebuilt'),
  thread: resolve(ROOT, 'dist/kernelThread.cjs'),
  check: resolve(ROOT, 'dist/kernelCheck.cjs'),
};

export type EngineKind = 'native' | 'wasm';
export const ENGINE_KINDS: readonly EngineKind[] = ['native', 'wasm'];

/** Rounds of the roofline's loop: about 10 ms. */
const PEAK_ROUNDS = 3_000_000;
const PEAK_REPEATS = 5;

/** GF/s of a loop of multiply-adds in registers, on as many threads as the machine has. */
export function measurePeak(machine: KernelMachine): number {
  const { arena, threads, carrier } = machine;
  return arena.scope(() => {
    const outs = Array.from({ length: threads }, () => arena.float32(16));
    const times = Array.from({ length: PEAK_REPEATS }, () => {
      const job = machine.job();
      for (const out of outs) job.piece('peak', job.call([out, PEAK_ROUNDS]), 0, 1);
      const from = performance.now();
      machine.run(job);
      return performance.now() - from;
    });
    return (threads * PEAK_ROUNDS * 24 * carrier.lanes) / median(times) / 1e6;
  });
}

/**
 * A side that steps on a machine of its own. `prepare` makes the step; within it and within each step the machine is the current one.
 * Throws where the kernels of this kind do not run here.
 */
export async function openSide(
  kind: EngineKind,
  threads: number,
  prepare: (machine: KernelMachine) => () => void,
): Promise<Side> {
  const opened = await openMachine(kind, threads, FILES);
  if (!('machine' in opened)) throw new Error(`The ${kind} kernels do not run here: ${opened.refused.join('; ')}`);
  const { machine } = opened;
  setMachine(machine);
  const step = prepare(machine);
  return {
    name: `Gatescope ${kind} (${machine.carrier.instructions})`,
    isPeer: false,
    async turn(milliseconds) {
      setMachine(machine);
      const time = median(timeSteps(step, milliseconds));
      return { milliseconds: time, peak: measurePeak(machine) };
    },
    peakBytes: () => machine.arena.use.highWaterBytes,
    async close() {
      setMachine(undefined);
      await machine.close();
    },
  };
}
