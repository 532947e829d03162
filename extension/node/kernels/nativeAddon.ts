// The native kernels: a Node-API addon, loaded by path. Its run() trusts every offset; only engine/kernels/ writes them.
import type { Carrier } from '../../engine/kernels/carrier.ts';

/** Instruction sets by the addon's number, with the floats of a vector. */
const SETS = {
  neon: { code: 1, lanes: 4 },
  avx2: { code: 2, lanes: 8 },
  avx512: { code: 3, lanes: 16 },
} as const;
export type InstructionSet = keyof typeof SETS;

interface Addon {
  bind(memory: Uint8Array, set: number): void;
  run(entry: number, scratch: number): void;
  widest: number;
}

/** The addon of this machine, as its file is called; undefined where none is built for it. */
export function addonFileName(platform: string = process.platform, arch: string = process.arch): string | undefined {
  const name = `${platform}-${arch}`;
  const known = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64', 'win32-x64'];
  return known.includes(name) ? `kernels-${name}.node` : undefined;
}

function loadAddon(path: string): Addon {
  const module = { exports: {} as Addon };
  process.dlopen(module, path);
  return module.exports;
}

/** Instruction sets that this machine and the addon at `path` share, widest first. Throws where the file cannot be loaded. */
export function instructionSets(path: string): InstructionSet[] {
  const { widest } = loadAddon(path);
  const names = Object.keys(SETS) as InstructionSet[];
  const isX64 = process.arch === 'x64';
  return names
    .filter((name) => SETS[name].code <= widest && (name === 'neon') !== isX64)
    .sort((a, b) => SETS[b].code - SETS[a].code);
}

/** The native carrier over `memory`. Each thread makes its own. */
export function createNativeCarrier(path: string, set: InstructionSet, memory: WebAssembly.Memory): Carrier {
  const addon = loadAddon(path);
  const { code, lanes } = SETS[set];
  addon.bind(new Uint8Array(memory.buffer), code);
  return { kind: 'native', instructions: set, lanes, run: addon.run };
}
