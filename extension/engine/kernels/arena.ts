// Where everything that kernels read and write lives: blocks of one shared WebAssembly.Memory that grows as needed.
// Invariants: blocks are 64-byte aligned and never overlap; what is allocated within a scope is free again when the scope ends;
// growing moves nothing, so views made before stay good. Fresh blocks hold whatever was there before.
import { UserError } from '../../util/userError.ts';

const PAGE_BYTES = 65_536;
/** The most that kernels can address: one page less than 4 GiB, which the linker's limit allows. */
const MAX_PAGES = 65_535;
const ALIGNMENT = 64;
/** Below this lie the kernels' constants and stack, the control words and the entries of a job (layout.ts). */
const FIRST_BLOCK = 0x10_0000;
/** Grows by at least this much, so that growing is rare. */
const GROWTH_BYTES = 16 * 1024 * 1024;

export interface ArenaUse {
  /** Bytes in blocks that are taken now. */
  usedBytes: number;
  /** The most that was ever taken at once. */
  highWaterBytes: number;
  /** Size of the memory. */
  memoryBytes: number;
  /** The most that it can grow to. */
  maxBytes: number;
}

interface Block {
  offset: number;
  size: number;
}

/** The size class of a request: a multiple of 64 with at most 25 % waste, four classes to a doubling. */
export function sizeClass(bytes: number): number {
  if (bytes <= 4 * ALIGNMENT) return Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 2);
  return Math.ceil(bytes / step) * step;
}

export class Arena {
  readonly memory: WebAssembly.Memory;
  readonly #maxBytes: number;
  /** The memory's buffer objects that views were made over. There are many: V8 gives every shared memory a new one when any grows. */
  readonly #buffers = new WeakSet<object>();
  readonly #free = new Map<number, number[]>();
  readonly #sizes = new Map<number, number>();
  readonly #scopes: number[][] = [];
  #top = FIRST_BLOCK;
  #usedBytes = 0;
  #highWaterBytes = 0;

  constructor(maxPages = MAX_PAGES) {
    this.#maxBytes = maxPages * PAGE_BYTES;
    this.memory = new WebAssembly.Memory({ initial: FIRST_BLOCK / PAGE_BYTES + 1, maximum: maxPages, shared: true });
  }

  get use(): ArenaUse {
    return {
      usedBytes: this.#usedBytes,
      highWaterBytes: this.#highWaterBytes,
      memoryBytes: this.memory.buffer.byteLength,
      maxBytes: this.#maxBytes,
    };
  }

  /** A block of `length` floats. Throws UserError `engine.outOfMemory` where the memory cannot grow that far. */
  float32(length: number): Float32Array {
    const offset = this.#allocate(length * 4);
    return new Float32Array(this.#buffer(), offset, length);
  }

  /** A block of `length` integers. */
  int32(length: number): Int32Array {
    const offset = this.#allocate(length * 4);
    return new Int32Array(this.#buffer(), offset, length);
  }

  #buffer(): ArrayBufferLike {
    const { buffer } = this.memory;
    this.#buffers.add(buffer);
    return buffer;
  }

  /** Whether a view that the arena made, or a part of one, lies in the memory. */
  holds(view: ArrayBufferView): boolean {
    return this.#buffers.has(view.buffer);
  }

  /** The view itself where it lies in the memory, else a copy in a block. */
  adopt<T extends Float32Array | Int32Array>(view: T): T {
    if (this.holds(view)) return view;
    const copy = (view instanceof Float32Array ? this.float32(view.length) : this.int32(view.length)) as T;
    copy.set(view);
    return copy;
  }

  /** Gives a block back; `view` starts where the block does. */
  release(view: ArrayBufferView): void {
    this.#release(view.byteOffset);
  }

  /** Runs `work`; what it allocated is free afterwards. Scopes nest; `work` must not be asynchronous. */
  scope<T>(work: () => T): T {
    const blocks: number[] = [];
    this.#scopes.push(blocks);
    try {
      return work();
    } finally {
      this.#scopes.pop();
      for (const offset of blocks) if (this.#sizes.has(offset)) this.#release(offset);
    }
  }

  /** A block that outlives the scopes it is made in; give it back with `release`. */
  lasting(length: number): Float32Array {
    const view = this.float32(length);
    this.#scopes.at(-1)?.pop();
    return view;
  }

  /** Whether a scope is open. */
  get isInScope(): boolean {
    return this.#scopes.length > 0;
  }

  /** Gives a lasting block back when the outermost scope ends. */
  releaseWithScope(view: ArrayBufferView): void {
    const [scope] = this.#scopes;
    if (scope) scope.push(view.byteOffset);
    else this.release(view);
  }

  #allocate(bytes: number): number {
    const wanted = sizeClass(bytes);
    const block = this.#reuse(wanted) ?? this.#extend(wanted) ?? this.#reuseLarger(wanted);
    if (!block) throw outOfMemory(bytes, this.#usedBytes, this.#maxBytes);
    const { offset, size } = block;
    this.#sizes.set(offset, size);
    this.#usedBytes += size;
    this.#highWaterBytes = Math.max(this.#highWaterBytes, this.#usedBytes);
    this.#scopes.at(-1)?.push(offset);
    return offset;
  }

  #reuse(size: number): Block | undefined {
    const offset = this.#free.get(size)?.pop();
    return offset === undefined ? undefined : { offset, size };
  }

  /** The smallest free block that is larger: where memory cannot grow, what other sizes left free serves as well. */
  #reuseLarger(wanted: number): Block | undefined {
    const larger = [...this.#free].filter(([size, blocks]) => size > wanted && blocks.length > 0);
    return larger.length === 0 ? undefined : this.#reuse(Math.min(...larger.map(([size]) => size)));
  }

  /** A new block at the top; undefined where the memory cannot grow that far. */
  #extend(size: number): Block | undefined {
    const offset = this.#top;
    const end = offset + size;
    if (end > this.#maxBytes) return undefined;
    const missing = end - this.memory.buffer.byteLength;
    if (missing > 0 && !this.#grow(missing)) return undefined;
    this.#top = end;
    return { offset, size };
  }

  /** False where the system has no more memory to give. */
  #grow(missing: number): boolean {
    const least = Math.ceil(missing / PAGE_BYTES);
    const room = (this.#maxBytes - this.memory.buffer.byteLength) / PAGE_BYTES;
    try {
      this.memory.grow(Math.min(room, Math.max(least, GROWTH_BYTES / PAGE_BYTES)));
      return true;
    } catch {
      return false;
    }
  }

  #release(offset: number): void {
    const size = this.#sizes.get(offset);
    if (size === undefined) throw new Error(`There is no block at ${offset}`);
    this.#sizes.delete(offset);
    this.#usedBytes -= size;
    const blocks = this.#free.get(size);
    if (blocks) blocks.push(offset);
    else this.#free.set(size, [offset]);
  }
}

function outOfMemory(asked: number, used: number, max: number): UserError {
  const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return new UserError({
    code: 'engine.outOfMemory',
    message: `The engine's memory is full: ${mib(asked)} more were asked for, ${mib(used)} of ${mib(max)} are taken.`,
    remedy: 'Lower training.batchSize, text.maxLength or the sizes of the model.',
  });
}
