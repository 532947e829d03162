// A machine over the sanitized kernels (test/sanitizer): each job may touch the arrays it was given and nothing else, and every finding
// of the sanitizers is an error that says what a kernel did, and where.
import { Arena } from '../../extension/engine/kernels/arena.ts';
import { type Argument, Job, KERNELS } from '../../extension/engine/kernels/job.ts';
import { ENTRIES, ENTRY_BYTES } from '../../extension/engine/kernels/layout.ts';
import { KernelMachine, type MachineOptions } from '../../extension/engine/kernels/machine.ts';

/** Floats between two arrays, so that whoever runs beyond one meets nothing that the job may touch. */
const REDZONE = 64;

interface Watch {
  mark(memory: Uint8Array, ranges: Float64Array, mayTouch: number): void;
  take(): [kind: string, file: string, line: number, offset: number, bytes: number] | undefined;
}

/** An arena whose arrays keep their distance. */
export class SpacedArena extends Arena {
  override float32(length: number): Float32Array {
    return super.float32(length + REDZONE).subarray(0, length);
  }
  override int32(length: number): Int32Array {
    return super.int32(length + REDZONE).subarray(0, length);
  }
}

class WatchedJob extends Job {
  readonly views: (Float32Array | Int32Array)[] = [];

  override call(args: readonly Argument[]): number {
    for (const arg of args) if (ArrayBuffer.isView(arg)) this.views.push(arg);
    return super.call(args);
  }
}

export class WatchedMachine extends KernelMachine {
  readonly #watch: Watch;

  /** `path`: the addon that npm run kernels -- --sanitize built. */
  constructor(options: MachineOptions, path: string) {
    super(options);
    const module = { exports: {} as Watch };
    process.dlopen(module, path);
    this.#watch = module.exports;
  }

  override job(): Job {
    return new WatchedJob(this.arena, this.threads);
  }

  override run(job: Job): void {
    const { views } = job as WatchedJob;
    const memory = new Uint8Array(this.arena.memory.buffer);
    const ranges = Float64Array.from(views.flatMap(({ byteOffset, byteLength }) => [byteOffset, byteLength]));
    this.#watch.mark(memory, ranges, 1);
    try {
      super.run(job);
    } finally {
      this.#watch.mark(memory, ranges, 0);
    }
    const finding = this.#watch.take();
    if (finding) throw new Error(describe(finding, this.#kernels(job), views));
  }

  /** Names of the kernels of a job. */
  #kernels({ count }: Job): string {
    const entries = new Int32Array(this.arena.memory.buffer, ENTRIES, (count * ENTRY_BYTES) / 4);
    const names = Object.keys(KERNELS);
    const used = Array.from({ length: count }, (_, n) => names[entries[(n * ENTRY_BYTES) / 4]]);
    return [...new Set(used)].join(', ');
  }
}

function describe(
  [kind, file, line, offset, bytes]: NonNullable<ReturnType<Watch['take']>>,
  kernels: string,
  views: readonly ArrayBufferView[],
): string {
  if (file) return `Undefined behaviour in a job of ${kernels}: ${kind} at ${file}:${line}`;
  const before = views.filter(({ byteOffset }) => byteOffset <= offset).sort((a, b) => b.byteOffset - a.byteOffset)[0];
  const place = before
    ? `${offset - before.byteOffset} bytes into an array of ${before.byteLength}`
    : `${offset} bytes into the memory`;
  return `A job of ${kernels} ${kind} ${bytes} bytes that it was not given, ${place}`;
}
