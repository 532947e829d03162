// Calls of kernels, written where kernels read them. Invariant: an address that is written lies in the arena, with the length that the
// call needs; everything is checked here, because a kernel checks nothing.
import type { Arena } from './arena.ts';
import { ARGUMENT_WORDS, ARGUMENTS, ENTRIES, ENTRY_BYTES, MAX_CALLS, MAX_ENTRIES } from './layout.ts';

/** Numbers of extension/kernels/kernels.c. */
export const KERNELS = {
  pack: 0,
  gemm: 1,
  recurrentForward: 2,
  recurrentBackward: 3,
  gatherRows: 4,
  embeddingScatter: 5,
  poolForward: 6,
  poolBackward: 7,
  dropout: 8,
  softmax: 9,
  crossEntropy: 10,
  optimize: 11,
  optimizeRows: 12,
  sumOfSquares: 13,
  columnSums: 14,
  add: 15,
  multiply: 16,
  unary: 17,
  peak: 18,
  binary: 19,
  copy: 20,
  reduce: 21,
  layerNorm: 22,
  layerNormBackward: 23,
  layerNormColumns: 24,
  logSoftmax: 25,
  batchPack: 26,
  batchGemm: 27,
} as const;
export type KernelName = keyof typeof KERNELS;

/** A float argument; plain numbers are whole. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** Whole number, float, address of a block, or null. */
export type Argument = number | Float | Float32Array | Int32Array | undefined;

/** Less work than this is not worth waking a thread for, in multiply-adds. */
const SMALL_WORK = 30_000;
/** Pieces a thread, so that an uneven one does not hold up the rest; but no more in a call, so that those of all weights fit a job. */
const PIECES_PER_THREAD = 3;
const MOST_SHARED_PIECES = 32;
/** Multiply-adds of a piece, well below a second: between two pieces a thread sees that another is lost (pieces.ts). */
const MOST_WORK = 2 ** 28;
const MOST_PIECES = 256;

export class Job {
  readonly #arena: Arena;
  readonly #threads: number;
  readonly #whole: Int32Array;
  readonly #unsigned: Uint32Array;
  readonly #floats: Float32Array;
  #calls = 0;
  #entries = 0;

  constructor(arena: Arena, threads: number) {
    this.#arena = arena;
    this.#threads = threads;
    const { buffer } = arena.memory;
    this.#whole = new Int32Array(buffer, 0, (ARGUMENTS + MAX_CALLS * ARGUMENT_WORDS * 4) / 4);
    this.#unsigned = new Uint32Array(buffer, 0, this.#whole.length);
    this.#floats = new Float32Array(buffer, 0, this.#whole.length);
  }

  get count(): number {
    return this.#entries;
  }

  get threads(): number {
    return this.#threads;
  }

  /** Writes the arguments of a call; the result is for `piece`. */
  call(args: readonly Argument[]): number {
    if (this.#calls >= MAX_CALLS || args.length > ARGUMENT_WORDS)
      throw new Error('A job has too many calls or arguments');
    const at = ARGUMENTS / 4 + this.#calls++ * ARGUMENT_WORDS;
    for (const [n, arg] of args.entries()) this.#write(at + n, arg);
    return at * 4;
  }

  /** One piece of a call. */
  piece(kernel: KernelName, call: number, from: number, to: number): this {
    if (this.#entries >= MAX_ENTRIES) throw new Error('A job has too many pieces');
    const at = (ENTRIES + this.#entries++ * ENTRY_BYTES) / 4;
    this.#whole[at] = KERNELS[kernel];
    this.#unsigned[at + 1] = call;
    this.#whole[at + 2] = from;
    this.#whole[at + 3] = to;
    return this;
  }

  /** All `units` of a call, in pieces of whole multiples of `grain`; `work` multiply-adds a unit. */
  split(kernel: KernelName, call: number, units: number, { work, grain = 1 }: { work: number; grain?: number }): this {
    if (units <= 0) return this;
    const isSmall = this.#threads === 1 || units * work < SMALL_WORK;
    const least = Math.min(MOST_PIECES, Math.ceil((units * work) / MOST_WORK));
    const pieces = isSmall ? 1 : Math.max(Math.min(MOST_SHARED_PIECES, this.#threads * PIECES_PER_THREAD), least);
    const size = Math.ceil(units / pieces / grain) * grain;
    for (let from = 0; from < units; from += size) this.piece(kernel, call, from, Math.min(units, from + size));
    return this;
  }

  #write(at: number, arg: Argument): void {
    if (arg === undefined) this.#whole[at] = 0;
    else if (typeof arg === 'number') {
      if (!Number.isInteger(arg) || arg !== (arg | 0)) throw new Error(`${arg} is not a whole 32-bit argument`);
      this.#whole[at] = arg;
    } else if (arg instanceof Float) this.#floats[at] = arg.value;
    else {
      if (!this.#arena.holds(arg)) throw new Error('An argument of a kernel lies outside the arena');
      this.#unsigned[at] = arg.byteOffset;
    }
  }
}

/** Throws where a view is shorter than a call needs: a bug of the caller, caught before it becomes one of memory. */
export function need<T extends { length: number }>(view: T, length: number, what: string): T {
  if (view.length < length) throw new Error(`${what} has ${view.length} elements, ${length} are needed`);
  return view;
}
