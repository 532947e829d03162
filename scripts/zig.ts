// The compiler of the kernels: clang as PyPI's ziglang ships it, pinned, in a Python environment of its own under the user's cache folder.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export const ZIG_VERSION = '0.17.1';
export const SOURCES = resolve('extension/kernels');
const run = promisify(execFile);

/** What the rule of bits and the door without a C library need of every build. */
export const BITS = ['-std=c17', '-ffp-contract=off', '-fno-math-errno', '-fno-trapping-math'];
export const FLAGS = ['-O3', ...BITS, '-Wall', '-Werror'];
export const QUIET = ['-Wno-unused-function', '-g0'];
export const SHARED = ['-fPIC', '-fvisibility=hidden', '-fno-stack-protector'];

export interface Zig {
  /** Runs `zig cc` in the folder of the sources. */
  cc(args: readonly string[]): Promise<void>;
  /** Folder of Node-API's headers. */
  headers: string;
  /** For objects on the way. */
  scratch: string;
  /** Runs another tool of zig. */
  tool(args: readonly string[]): Promise<void>;
}

/** Where builds keep what can be made again. */
export const buildCache = (): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'gatescope-build');

export async function installZig(scratch: string): Promise<Zig> {
  const home = join(buildCache(), `zig-${ZIG_VERSION}`);
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
