// Installs what runs programs of other systems here: packages of the system, and a Node for the other system from npm, into a cache folder
// of its own. Whatever cannot be installed is an error that says why.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const INSTALL_TIMEOUT_MS = 10 * 60_000;
export const CACHE = join(homedir(), '.cache', 'gatescope-test');

/** Installs packages of the system where `isThere` says that they are missing. */
export async function ensureSystemPackages(packages: readonly string[], isThere: () => boolean): Promise<void> {
  if (isThere()) return;
  console.error(`Installing ${packages.join(' ')}: once a machine.`);
  const isRoot = process.getuid?.() === 0;
  const asRoot = (...args: string[]): Promise<void> =>
    isRoot ? run(args[0], args.slice(1)) : run('sudo', ['-n', ...args]);
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...packages];
  // The lists of packages may be missing or old: they are asked for where the first attempt fails.
  await asRoot(...install).catch(async () => {
    await asRoot('apt-get', 'update');
    await asRoot(...install);
  });
  if (!isThere()) throw new Error(`${packages.join(' ')} are installed, but not where they are looked for`);
}

/** The file at `path` within an npm package `name@version` for another system. */
export async function ensureNpmPackage(what: string, path: string): Promise<string> {
  const folder = join(CACHE, what.replace('@', '-'));
  const file = join('node_modules', what.split('@')[0], path);
  if (existsSync(join(folder, file))) return join(folder, file);
  await mkdir(CACHE, { recursive: true });
  const building = await mkdtemp(join(CACHE, 'installing-'));
  try {
    await writeFile(join(building, 'package.json'), '{ "private": true }\n');
    // By force: npm refuses packages of another system.
    const args = ['install', '--prefix', building, '--ignore-scripts', '--force', '--no-audit', '--no-fund', what];
    await run('npm', args);
    await rename(building, folder).catch((error: unknown) => {
      if (!existsSync(join(folder, file))) throw error;
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return join(folder, file);
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env, timeout: INSTALL_TIMEOUT_MS, maxBuffer: 1 << 26 };
  await promisify(execFile)(program, [...args], options).catch((error: Error & { stderr?: string }) => {
    const said = error.stderr?.slice(-2000) || error.message;
    throw new Error(`The kernels of another system cannot be tested: ${program} ${args.join(' ')} failed.\n${said}`);
  });
}
