// Chooses what computes: native kernels, else WebAssembly with relaxed SIMD, else plain WebAssembly, else plain TypeScript. Each that
// cannot run here says why; only a carrier that was asked for by name is an error.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Arena } from '../../engine/kernels/arena.ts';
import { CARRIERS, type Carrier, type CarrierKind } from '../../engine/kernels/carrier.ts';
import { STACK_BYTES } from '../../engine/kernels/layout.ts';
import { KernelMachine } from '../../engine/kernels/machine.ts';
import { EXPECTED_CHECKSUM, selfTest } from '../../engine/kernels/selfTest.ts';
import type { Backend } from '../../schema/engineSection.ts';
import { type CarrierSource, describeSource, openCarrier } from './carrierSource.ts';
import { checkCarrier } from './checkCarrier.ts';
import { startHelperThreads } from './helperThreads.ts';
import { addonFileName, instructionSets } from './nativeAddon.ts';

/** Where the built parts lie. */
export interface KernelFiles {
  /** Folder of the prebuilt kernels. */
  prebuilt: string;
  /** Bundles of kernelThread.ts and kernelCheck.ts. */
  thread: string;
  check: string;
}

export interface OpenedMachine {
  machine: KernelMachine;
  kind: CarrierKind;
  /** What was tried before, and why it does not run. */
  refused: string[];
}

const WASM_FILES = { wasm: 'kernels-relaxed.wasm', 'wasm-plain': 'kernels.wasm' } as const;

/** A machine for `requested`, or the reasons why there is none (then plain TypeScript computes). */
export async function openMachine(
  requested: Exclude<Backend, 'tensorflow' | 'cpu'>,
  threads: number,
  files: KernelFiles,
): Promise<OpenedMachine | { refused: string[] }> {
  const refused: string[] = [];
  for (const kind of requested === 'auto' ? CARRIERS : [requested]) {
    for (const source of await sourcesOf(kind, files, refused)) {
      try {
        return { machine: await start(source, threads, files), kind, refused };
      } catch (error) {
        refused.push(`${describeSource(source)}: ${messageOf(error)}`);
      }
    }
  }
  return { refused };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The files of a kind that passed their test here, best first. */
async function sourcesOf(kind: CarrierKind, files: KernelFiles, refused: string[]): Promise<CarrierSource[]> {
  try {
    return kind === 'native' ? await nativeSources(files, refused) : [await wasmSource(kind, files)];
  } catch (error) {
    refused.push(`${kind}: ${messageOf(error)}`);
    return [];
  }
}

async function nativeSources(files: KernelFiles, refused: string[]): Promise<CarrierSource[]> {
  const name = addonFileName();
  if (!name) throw new Error(`there are no native kernels for ${process.platform}-${process.arch}`);
  const path = join(files.prebuilt, name);
  const sources: CarrierSource[] = [];
  // The first set of instructions is tested before the file is loaded here: a file that crashes must not take this process along.
  const sets = await setsOf(path, files);
  for (const set of sets) {
    const source = { kind: 'native', path, set } as const;
    const { problem } = await checkCarrier(source, files.check);
    if (problem === undefined) sources.push(source);
    else refused.push(`${describeSource(source)}: ${problem}`);
  }
  return sources;
}

async function setsOf(path: string, files: KernelFiles) {
  const safe = process.arch === 'x64' ? 'avx2' : 'neon';
  const { problem } = await checkCarrier({ kind: 'native', path, set: safe }, files.check);
  if (problem !== undefined) throw new Error(problem);
  return instructionSets(path);
}

async function wasmSource(kind: 'wasm' | 'wasm-plain', files: KernelFiles): Promise<CarrierSource> {
  const path = join(files.prebuilt, WASM_FILES[kind]);
  if (!WebAssembly.validate(new Uint8Array(await readFile(path)))) {
    throw new Error(`this version of Node (${process.version}) does not know its instructions`);
  }
  return { kind, path };
}

async function start(source: CarrierSource, threads: number, files: KernelFiles): Promise<KernelMachine> {
  const arena = new Arena();
  const carrier: Carrier = await openCarrier(source, arena.memory, arena.lasting(STACK_BYTES / 4).byteOffset);
  const helpers = threads > 1 ? await startHelperThreads(files.thread, source, arena, threads - 1) : undefined;
  const machine = new KernelMachine({ arena, carrier, helperCount: threads - 1, helpers });
  // Native files passed this test in a child process. Relaxed instructions may be carried out in two steps: then plain ones are as good.
  if (source.kind === 'wasm' && selfTest(machine) !== EXPECTED_CHECKSUM) {
    await machine.close();
    throw new Error('this processor does not fuse multiplications and additions, so its bits would be others');
  }
  return machine;
}
