// A real VS Code with the packaged extension installed, serving one workspace on 127.0.0.1.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ensureVscode } from './installVscode.ts';

const OUT = resolve(import.meta.dirname, '../../out');
export const VSIX_PATH = join(OUT, 'gatescope.vsix');
const START_LIMIT_MS = 120_000;

export interface ServerOptions {
  /** Absolute path of the folder to open. */
  workspace: string;
  /** Keeps workspace trust on, so that the folder opens in Restricted Mode. */
  hasTrust?: boolean;
  settings?: Record<string, unknown>;
  /** Folders of further extensions to install. */
  extensions?: readonly string[];
}

export interface VscodeServer {
  /** Address of the workbench with the workspace open. */
  url: string;
  /** All of the extension's own log, from every window so far. */
  readLog(): Promise<string>;
  stop(): Promise<void>;
}

const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
  'gatescope.gitignore.offer': false,
};

export async function startVscode({
  workspace,
  hasTrust,
  settings,
  extensions = [],
}: ServerOptions): Promise<VscodeServer> {
  const entry = await ensureVscode();
  const state = await mkdtemp(join(tmpdir(), 'gatescope-e2e-'));
  const userData = join(state, 'user-data');
  const folders = ['--user-data-dir', userData, '--extensions-dir', await installedExtensions(entry, extensions)];
  await mkdir(join(userData, 'User'), { recursive: true });
  await writeFile(join(userData, 'User', 'settings.json'), JSON.stringify({ ...SETTINGS, ...settings }));
  const args = ['--auth', 'none', '--bind-addr', '127.0.0.1:0', '--disable-telemetry', '--disable-update-check'];
  const trust = hasTrust ? [] : ['--disable-workspace-trust'];
  const server = spawn(process.execPath, [entry, ...folders, ...args, ...trust, workspace], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const address = await addressOf(server);
  return {
    url: `${address}/?folder=${workspace}`,
    readLog: () => readLogs(join(userData, 'logs')),
    async stop() {
      const ended = new Promise((settle) => server.once('exit', settle));
      process.kill(-(server.pid as number), 'SIGTERM');
      const force = setTimeout(() => process.kill(-(server.pid as number), 'SIGKILL'), 5000);
      await ended;
      clearTimeout(force);
      await rm(state, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Our extension and further ones, installed once for all servers that have the same; those of an older VSIX go. */
async function installedExtensions(entry: string, others: readonly string[]): Promise<string> {
  const own = `extensions-${hashOf([await readFile(VSIX_PATH)])}`;
  const name = [own, ...(await Promise.all(others.map(async (folder) => hashOf(await filesOf(folder)))))].join('-');
  const path = join(OUT, name);
  const isComplete = join(path, '.complete');
  if (existsSync(isComplete)) return path;
  for (const left of await readdir(OUT)) {
    if (left === name || (left.startsWith('extensions-') && !left.startsWith(own)))
      await rm(join(OUT, left), { recursive: true, force: true });
  }
  const scratch = await mkdtemp(join(tmpdir(), 'gatescope-install-'));
  const packages = [VSIX_PATH, ...(await Promise.all(others.map((folder) => packageExtension(folder, scratch))))];
  for (const each of packages) {
    const args = [entry, '--user-data-dir', scratch, '--extensions-dir', path, '--install-extension', each];
    await promisify(execFile)(process.execPath, args);
  }
  await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  await writeFile(isComplete, '');
  return path;
}

function hashOf(contents: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content);
  return hash.digest('hex').slice(0, 12);
}

const filesOf = async (folder: string): Promise<Buffer[]> =>
  Promise.all((await readdir(folder)).sort().map((name) => readFile(join(folder, name))));

async function packageExtension(folder: string, out: string): Promise<string> {
  const path = join(out, `${basename(folder)}.vsix`);
  const args = ['package', '--no-dependencies', '--allow-missing-repository', '--skip-license', '-o', path];
  await promisify(execFile)('vsce', args, { cwd: folder });
  return path;
}

/** What it prints once it listens. */
function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((settle, fail) => {
    let output = '';
    const timer = setTimeout(() => fail(new Error(`VS Code did not start: ${output.slice(-2000)}`)), START_LIMIT_MS);
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
      const address = /HTTP server listening on (http:\S+)/.exec(output)?.[1];
      if (!address) return;
      clearTimeout(timer);
      settle(address.replace(/\/$/, ''));
    };
    server.stdout?.on('data', take);
    server.stderr?.on('data', take);
    server.once('exit', (code) => fail(new Error(`VS Code ended with code ${code}: ${output.slice(-2000)}`)));
  });
}

async function readLogs(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true });
  const logs = names.filter((name) => /Gatescope\.log$/.test(name)).sort();
  const texts = await Promise.all(logs.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.join('');
}
