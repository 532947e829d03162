// How fast a machine is: its roofline, and what a matrix product makes of it. Rates are in GF/s (1e9 floating-point operations a second).
import { Job } from './job.ts';
import type { KernelMachine } from './machine.ts';
import { addPacking, addProduct } from './products.ts';

/** Rows and columns of the product that is timed. */
const SIZE = 512;
/** Vectors that the kernel `peak` works on in a round; two operations each and lane. */
const PEAK_VECTORS = 12;
const TRIAL_ROUNDS = 20_000;
/** Length of a roofline piece: about as long as the product, so that what else the machine does hits both alike. */
const PIECE_MS = 3;
/** Each figure is the best of what fits in this time, of at least MIN_REPEATS. Both are timed in turn. */
const TIME_MS = 300;
const MIN_REPEATS = 5;

/** Roofline and rate of a 512 × 512 × 512 product, on `threads` threads of the machine: 1, or all of them. */
export function measureRates(machine: KernelMachine, threads: number): { roofline: number; gemm: number } {
  return machine.arena.scope(() => {
    const trialMs = bestMs(machine, [peakJob(machine, 1, TRIAL_ROUNDS)])[0];
    const rounds = Math.max(1, Math.round((TRIAL_ROUNDS * PIECE_MS) / trialMs));
    const jobs = [peakJob(machine, threads, rounds), gemmJob(machine, threads)];
    const [peakMs, gemmMs] = bestMs(machine, jobs);
    return {
      roofline: (threads * rounds * PEAK_VECTORS * 2 * machine.carrier.lanes) / peakMs / 1e6,
      gemm: (2 * SIZE ** 3) / gemmMs / 1e6,
    };
  });
}

type MakeJob = () => Job;

/** A piece of `rounds` rounds for each thread. */
function peakJob({ arena }: KernelMachine, threads: number, rounds: number): MakeJob {
  const outs = Array.from({ length: threads }, () => arena.float32(16));
  return () => {
    const job = new Job(arena, threads);
    for (const out of outs) job.piece('peak', job.call([out, rounds]), 0, 1);
    return job;
  };
}

function gemmJob(machine: KernelMachine, threads: number): MakeJob {
  const { arena } = machine;
  const [a, b, out] = [0.01, 0.02, 0].map((value) => arena.float32(SIZE * SIZE).fill(value));
  const packing = machine.job();
  const panels = addPacking(machine, packing, { values: b, k: SIZE, n: SIZE });
  machine.run(packing);
  return () => {
    const job = new Job(arena, threads);
    addProduct(job, { a, panels, m: SIZE, n: SIZE, k: SIZE, out });
    return job;
  };
}

/** The shortest time of each job. */
function bestMs(machine: KernelMachine, jobs: readonly MakeJob[]): number[] {
  const best = jobs.map(() => Number.POSITIVE_INFINITY);
  const startedAt = performance.now();
  for (let n = 0; n < MIN_REPEATS || performance.now() - startedAt < TIME_MS; n++) {
    for (const [which, makeJob] of jobs.entries()) {
      const job = makeJob();
      const from = performance.now();
      machine.run(job);
      best[which] = Math.min(best[which], performance.now() - from);
    }
  }
  return best;
}
