// A machine that runs kernels: memory, carrier and threads. One per engine thread; calls come one after the other.
import { UserError } from '../../util/userError.ts';
import type { Arena } from './arena.ts';
import type { Carrier } from './carrier.ts';
import { Job } from './job.ts';
import { ENTRIES, ENTRY_BYTES, SCRATCH_BYTES } from './layout.ts';
import { closeJobs, runJob } from './pieces.ts';

/** Helper threads, made by whoever knows how to make threads here. */
export interface HelperThreads {
  /** Whether all of them have ended although nobody closed them. Asked often, by a thread that hears no events. */
  haveEnded(): boolean;
  /** Ends them; resolves when they have ended, or are past waiting for. */
  close(): Promise<void>;
}

export interface MachineOptions {
  arena: Arena;
  carrier: Carrier;
  /** Helpers beside the calling thread. */
  helperCount: number;
  helpers?: HelperThreads;
}

export class KernelMachine {
  readonly arena: Arena;
  readonly carrier: Carrier;
  /** Threads that share a job, the calling one among them. */
  readonly threads: number;
  readonly #helpers: HelperThreads | undefined;
  readonly #control: Int32Array;
  readonly #scratch: number;
  #isBroken = false;

  constructor({ arena, carrier, helperCount, helpers }: MachineOptions) {
    this.arena = arena;
    this.carrier = carrier;
    this.threads = helperCount + 1;
    this.#helpers = helpers;
    this.#control = new Int32Array(arena.memory.buffer, 0, 0xc_0000 / 4);
    this.#scratch = arena.lasting(SCRATCH_BYTES / 4).byteOffset;
  }

  /** Floats in a panel of a packed matrix. */
  get panelWidth(): number {
    return 2 * this.carrier.lanes;
  }

  /** A helper thread is gone: nothing runs any more. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** An empty job; one is built and run at a time. */
  job(): Job {
    return new Job(this.arena, this.threads);
  }

  /** Runs all pieces of a job. Throws UserError `engine.threadDied` where a helper thread is gone. */
  run(job: Job): void {
    if (this.#isBroken) throw threadDied();
    const { count } = job;
    if (this.threads === 1 || count === 1) {
      for (let piece = 0; piece < count; piece++) this.carrier.run(ENTRIES + piece * ENTRY_BYTES, this.#scratch);
      return;
    }
    const hands = { control: this.#control, carrier: this.carrier, scratch: this.#scratch, others: this.#helpers };
    if (runJob(hands, count)) return;
    this.#isBroken = true;
    throw threadDied();
  }

  async close(): Promise<void> {
    closeJobs(this.#control);
    await this.#helpers?.close();
  }
}

function threadDied(): UserError {
  return new UserError({
    code: 'engine.threadDied',
    message: 'A kernel thread of the engine ended unexpectedly.',
    remedy: 'Train again. Where it happens again, set engine.threads to 1 or engine.backend to "wasm", and report it.',
  });
}
