// Which file of kernels a thread loads, and how; plain data, so that threads and child processes can be told.
import { readFile } from 'node:fs/promises';
import { type Carrier, createWasmCarrier } from '../../engine/kernels/carrier.ts';
import { createNativeCarrier, type InstructionSet } from './nativeAddon.ts';

export type CarrierSource =
  | { kind: 'native'; path: string; set: InstructionSet }
  | { kind: 'wasm' | 'wasm-plain'; path: string };

/** A carrier over `memory`; `stack` is the address of STACK_BYTES that are this thread's own. */
export async function openCarrier(source: CarrierSource, memory: WebAssembly.Memory, stack: number): Promise<Carrier> {
  if (source.kind === 'native') return createNativeCarrier(source.path, source.set, memory);
  return createWasmCarrier(source.kind, new Uint8Array(await readFile(source.path)), memory, stack);
}

/** One line for logs: `native (avx2)`. */
export function describeSource(source: CarrierSource): string {
  return source.kind === 'native' ? `native (${source.set})` : source.kind;
}
