// Builds the kernels for every machine from extension/kernels, on Linux: `npm run kernels`. A build goes into a temporary folder and is
// moved to prebuilt/ when all of it is there; `npm run kernels -- --check` fails instead where a byte differs. The compiler is clang of ziglang from PyPI, in a private Python
// environment under the user's cache folder; builds are reproducible, so that anybody can check what ships.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ZIG_VERSION = '0.17.1';
const SOURCES = resolve('extension/kernels');
const PREBUILT = resolve('prebuilt');
const run = promisify(execFile);

const FLAGS = ['-O3', '-std=c17', '-ffp-contract=off', '-fno-math-errno', '-fno-trapping-math', '-Wall', '-Werror'];
const QUIET = ['-Wno-unused-function', '-g0'];
const SHARED = ['-fPIC', '-fvisibility=hidden', '-fno-stack-protector'];

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

interface Zig {
  /** Runs `zig cc` in the folder of the sources. */
  cc(args: readonly string[]): Promise<void>;
  /** Folder of Node-API's headers. */
  headers: string;
  /** For objects on the way. */
  scratch: string;
  /** Runs another tool of zig. */
  tool(args: readonly string[]): Promise<void>;
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

async function installZig(scratch: string): Promise<Zig> {
  const home = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'gatescope-build', `zig-${ZIG_VERSION}`);
  const python = join(home, 'bin', 'python3');
  if (!existsSync(join(home, 'installed'))) {
    console.log(`Installing ziglang ${ZIG_VERSION} into ${home}: once a machine.`);
    await rm(home, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', home]);
    await run(python, ['-m', 'pip', 'install', '--quiet', `ziglang==${ZIG_VERSION}`], { maxBuffer: 1e8 });
    await writeFile(join(home, 'installed'), '');
  }
  const tool = async (args: readonly string[]): Promise<void> => {
    await run(python, ['-m', 'ziglang', ...args], { cwd: SOURCES, maxBuffer: 1e8 });
  };
  return {
    cc: (args) => tool(['cc', ...args]),
    tool,
    headers: resolve('node_modules/node-api-headers/include'),
    scratch,
  };
}

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

async function build(folder: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'gatescope-kernels-'));
  try {
    const zig = await installZig(scratch);
    const files: Record<string, { sha256: string; bytes: number }> = {};
    for (const target of TARGETS) {
      // Linkers leave other files beside theirs.
      const out = join(scratch, target.file);
      await target.build(zig, out);
      const data = withoutTime(await readFile(out));
      await writeFile(join(folder, target.file), data);
      files[target.file] = { sha256: sha256(data), bytes: data.length };
      console.log(`${target.file}  ${(data.length / 1024).toFixed(0)} kB`);
    }
    const manifest = { compiler: `ziglang ${ZIG_VERSION}`, sources: await sourceHash(), files };
    await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
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

const folder = await mkdtemp(join(tmpdir(), 'gatescope-built-'));
try {
  await build(folder);
  if (!process.argv.includes('--check')) {
    // Only now, when all of them are there: a build that fails leaves the old ones whole. Renamed and not written over, because a process
    // may have a file loaded.
    await mkdir(PREBUILT, { recursive: true });
    for (const name of await readdir(folder)) {
      const [next, file] = [join(PREBUILT, `${name}.new`), join(PREBUILT, name)];
      await copyFile(join(folder, name), next);
      await rename(next, file);
    }
  }
  const different = await differences(folder);
  if (different.length > 0) {
    console.error(`Not what a build of extension/kernels gives: ${different.join(', ')}. Run npm run kernels.`);
    process.exitCode = 1;
  } else console.log('prebuilt/ is what a build of extension/kernels gives.');
} finally {
  await rm(folder, { recursive: true, force: true });
}
