// What executes a kernel: a WebAssembly instance or a native addon over the shared memory. Both read the same entries.
import { STACK_BYTES } from './layout.ts';

export const CARRIERS = ['native', 'wasm', 'wasm-plain'] as const;
export type CarrierKind = (typeof CARRIERS)[number];

export interface Carrier {
  kind: CarrierKind;
  /** `avx512`, `avx2`, `neon`, `relaxed-simd`, `simd128`. */
  instructions: string;
  /** Floats in a vector (W in extension/kernels); a panel of a packed matrix is two vectors wide. */
  lanes: number;
  /** Does the piece of work at `entry`; `scratch` is this thread's own. */
  run(entry: number, scratch: number): void;
}

interface Exports {
  gatescope_run(base: number, entry: number, scratch: number): void;
  __stack_pointer: WebAssembly.Global;
  __heap_base: WebAssembly.Global;
}

/**
 * An instance of the kernels over `memory` with a stack of its own at `stack` (STACK_BYTES long): instances of one memory would
 * otherwise share the stack that the linker chose.
 */
export async function createWasmCarrier(
  kind: 'wasm' | 'wasm-plain',
  bytes: Uint8Array<ArrayBuffer>,
  memory: WebAssembly.Memory,
  stack: number,
): Promise<Carrier> {
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  const exports = instance.exports as unknown as Exports;
  exports.__stack_pointer.value = stack + STACK_BYTES;
  return {
    kind,
    instructions: kind === 'wasm' ? 'relaxed-simd' : 'simd128',
    lanes: 4,
    run: (entry, scratch) => exports.gatescope_run(0, entry, scratch),
  };
}
