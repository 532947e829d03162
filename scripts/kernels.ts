// Builds the kernels for every machine from extension/kernels, on Linux: `npm run kernels`. A build goes into a temporary folder and is
// moved to prebuilt/ when all of it is there; `npm run kernels -- --check` fails instead where a byte differs: builds are reproducible, so
// that anybody can check what ships. `npm run kernels -- --sanitize` builds those of this machine under clang's sanitizers into a cache
// folder, for their tests.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSanitizedKernels } from './sanitizedKernels.ts';
import { FLAGS, installZig, QUIET, SHARED, SOURCES, ZIG_VERSION, type Zig } from './zig.ts';

const PREBUILT = resolve('prebuilt');

const WASM_LINK = [
  '-nostdlib',
  ...['--no-entry', '--import-memory', '--shared-memory', '--max-memory=4294901760', '--strip-all', '--export-dynamic'],
  ...['--export=__stack_pointer', '--export=__heap_base', '-z', 'stack-size=65536'],
].map((flag, n) => (n === 0 ? flag : `-Wl,${flag}`));

interface Target {
  /** File under prebuilt/. */
  file: string;
  build(zig: Zig, out: string): Promise<void>;
}

const wasm = (file: string, features: string): Target => ({
  file,
  build: (zig, out) =>
    zig.cc([
      ...['-target', 'wasm32-freestanding', `-mcpu=generic+${features}+atomics+bulk_memory`, '-DW=4'],
      ...[...FLAGS, ...QUIET, ...WASM_LINK, 'kernels.c', '-o', out],
    ]),
});

/** AVX2 and AVX-512 in one file; the addon itself needs neither. */
const x64 = (file: string, target: string, link: (zig: Zig) => Promise<string[]>, flags: string[] = []): Target => ({
  file,
  async build(zig, out) {
    const objects = ['avx2', 'avx512', 'addon'].map((name) => join(zig.scratch, `${file}-${name}.o`));
    const common = ['-target', target, ...FLAGS, ...QUIET, ...SHARED, ...flags];
    await zig.cc([
      ...common,
      '-mcpu=x86_64_v3',
      '-DW=8',
      '-DENTRY=gatescope_run_avx2',
      '-c',
      'kernels.c',
      '-o',
      objects[0],
    ]);
    const wide = ['-mcpu=x86_64_v4', '-mprefer-vector-width=512', '-DW=16', '-DENTRY=gatescope_run_avx512'];
    await zig.cc([...common, ...wide, '-c', 'kernels.c', '-o', objects[1]]);
    await zig.cc([...common, `-I${zig.headers}`, '-c', 'addon.c', '-o', objects[2]]);
    await zig.cc(['-target', target, '-nostdlib', '-shared', '-s', ...objects, ...(await link(zig)), '-o', out]);
  },
});

const arm64 = (file: string, target: string, link: string[]): Target => ({
  file,
  build: (zig, out) =>
    zig.cc([
      ...['-target', target, '-DW=4', ...FLAGS, ...QUIET, ...SHARED, `-I${zig.headers}`],
      ...['-nostdlib', '-shared', '-s', 'kernels.c', 'addon.c', ...link, '-o', out],
    ]),
});

/** Two functions of the system; those of Node are looked up when the addon starts (addon_windows.h). */
async function windowsLibrary(zig: Zig): Promise<string[]> {
  const [definitions, library] = [join(zig.scratch, 'kernel32.def'), join(zig.scratch, 'kernel32.lib')];
  await writeFile(definitions, 'LIBRARY KERNEL32.dll\nEXPORTS\nGetModuleHandleA\nGetProcAddress\n');
  await zig.tool(['dlltool', '-m', 'i386:x86-64', '-d', definitions, '-l', library, '-D', 'KERNEL32.dll']);
  return [library, '-Wl,--entry,DllMainCRTStartup'];
}

/** Node's functions are found when the file is loaded; the name is fixed, because the linker would write the path of the build. */
const macLink = ['-Wl,-undefined,dynamic_lookup', '-Wl,-install_name,kernels.node'];
const TARGETS: readonly Target[] = [
  wasm('kernels-relaxed.wasm', 'simd128+relaxed_simd'),
  wasm('kernels.wasm', 'simd128'),
  x64('kernels-linux-x64.node', 'x86_64-linux-gnu.2.17', async () => []),
  arm64('kernels-linux-arm64.node', 'aarch64-linux-gnu.2.17', []),
  x64('kernels-darwin-x64.node', 'x86_64-macos.11.0', async () => macLink),
  arm64('kernels-darwin-arm64.node', 'aarch64-macos.11.0', macLink),
  x64('kernels-win32-x64.node', 'x86_64-windows-gnu', windowsLibrary, ['-mno-stack-arg-probe']),
];

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

/** The time of the build stands in the header of a Windows file only: it is set to zero. */
function withoutTime(data: Buffer): Buffer {
  const header = data.length > 64 && data.toString('latin1', 0, 2) === 'MZ' ? data.readUInt32LE(0x3c) : undefined;
  if (header !== undefined) data.writeUInt32LE(0, header + 8);
  return data;
}

/** Hash over names and contents of all sources. */
async function sourceHash(): Promise<string> {
  const names = (await readdir(SOURCES)).sort();
  const parts = await Promise.all(names.map(async (name) => `${name} ${sha256(await readFile(join(SOURCES, name)))}`));
  return sha256(parts.join('\n'));
}

/** Runs `work` with the compiler and a folder for what is made on the way. */
async function withZig(work: (zig: Zig) => Promise<void>): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'gatescope-kernels-'));
  try {
    await work(await installZig(scratch));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function build(folder: string): Promise<void> {
  await withZig(async (zig) => {
    const files: Record<string, { sha256: string; bytes: number }> = {};
    for (const target of TARGETS) {
      // Linkers leave other files beside theirs.
      const out = join(zig.scratch, target.file);
      await target.build(zig, out);
      const data = withoutTime(await readFile(out));
      await writeFile(join(folder, target.file), data);
      files[target.file] = { sha256: sha256(data), bytes: data.length };
      console.log(`${target.file}  ${(data.length / 1024).toFixed(0)} kB`);
    }
    const manifest = { compiler: `ziglang ${ZIG_VERSION}`, sources: await sourceHash(), files };
    await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  });
}

/** Names of files that differ from the committed ones. */
async function differences(folder: string): Promise<string[]> {
  const names = [...new Set([...(await readdir(folder)), ...(await readdir(PREBUILT))])].sort();
  const read = (dir: string, name: string) => readFile(join(dir, name)).catch(() => Buffer.alloc(0));
  const isEqual = async (name: string): Promise<boolean> =>
    (await read(folder, name)).equals(await read(PREBUILT, name));
  const equal = await Promise.all(names.map(isEqual));
  return names.filter((_, n) => !equal[n]);
}

/** Moves a whole build to prebuilt/. Renamed and not written over, because a process may have a file loaded. */
async function install(folder: string): Promise<void> {
  await mkdir(PREBUILT, { recursive: true });
  for (const name of await readdir(folder)) {
    const [next, file] = [join(PREBUILT, `${name}.new`), join(PREBUILT, name)];
    await copyFile(join(folder, name), next);
    await rename(next, file);
  }
}

/** Builds into a temporary folder, so that a build that fails leaves the old files whole. */
async function buildAndCompare(isCheck: boolean): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gatescope-built-'));
  try {
    await build(folder);
    if (!isCheck) await install(folder);
    const different = await differences(folder);
    if (different.length > 0) {
      console.error(`Not what a build of extension/kernels gives: ${different.join(', ')}. Run npm run kernels.`);
      process.exitCode = 1;
    } else console.log('prebuilt/ is what a build of extension/kernels gives.');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (process.argv.includes('--sanitize')) await withZig(buildSanitizedKernels);
else await buildAndCompare(process.argv.includes('--check'));
