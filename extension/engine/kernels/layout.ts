// Fixed places in the memory below the arena's first block.

/** Control words of a job. Each that threads write has a cache line of its own. */
export const CONTROL = {
  /** generation << 12 | next piece. Threads claim a piece by moving it on. */
  state: 0x8_0000,
  /** Pieces done. */
  done: 0x8_0080,
  /** Pieces of the job, and whether threads shall end. */
  count: 0x8_00c0,
  isClosing: 0x8_00c4,
  /** Whether a helper ended within a piece. */
  isLost: 0x8_00c8,
  /** For each helper, BUSY_BYTES apart: whether it has a piece. */
  busy: 0x8_0100,
} as const;
export const BUSY_BYTES = 32;
export const MAX_HELPERS = (0x8_1000 - CONTROL.busy) / BUSY_BYTES;

/** Entries of a job, ENTRY_BYTES each: kernel, address of its arguments, from, to. */
export const ENTRIES = 0x8_1000;
export const ENTRY_BYTES = 16;
export const MAX_ENTRIES = 4095;
/** Arguments, ARGUMENT_WORDS words a call. */
export const ARGUMENTS = 0xa_0000;
export const ARGUMENT_WORDS = 32;
export const MAX_CALLS = 1024;

/** Floats of scratch for each thread, and its stack (WebAssembly), in bytes. */
export const SCRATCH_BYTES = 72 * 512 * 4;
export const STACK_BYTES = 65_536;
