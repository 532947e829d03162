// Whether the native kernels work here: the self-test in a child process, once per file and machine. That it passed is remembered in the
// user's cache folder; a cache that cannot be read or written costs the time of the test only, and is told (verdictsProblem). A failure is not remembered: it may have
// been a moment's lack of memory or time.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { EXPECTED_CHECKSUM } from '../../engine/kernels/selfTest.ts';
import { makeFolder } from '../../store/makeFolder.ts';
import { userCacheFolder } from '../userCacheFolder.ts';
import type { CarrierSource } from './carrierSource.ts';

const TIMEOUT_MS = 20_000;

export interface CarrierCheck {
  /** Why the carrier must not be used; undefined where it works. */
  problem: string | undefined;
}

/** Where verdicts are remembered. */
export const verdictsFile = (): string => join(userCacheFolder(), 'kernels.json');

let problem: string | undefined;

/** Why the last verdict could not be remembered, so that the test is made anew each time; undefined where it was. */
export const verdictsProblem = (): string | undefined => problem;

function notePassed(): void {
  problem = undefined;
}

function noteFailed(error: unknown): void {
  problem = error instanceof Error ? error.message : String(error);
}

/** What passed, by key. */
async function readCache(): Promise<Record<string, unknown>> {
  try {
    const cache: unknown = JSON.parse(await readFile(verdictsFile(), 'utf8'));
    return typeof cache === 'object' && cache !== null ? (cache as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

async function remember(key: string): Promise<void> {
  const file = verdictsFile();
  const cache = { ...(await readCache()), [key]: true };
  await makeFolder(dirname(file));
  await writeFile(file, JSON.stringify(cache));
}

/** Tests `source` with the built kernelCheck at `checkFile`, or recalls what an earlier test said. */
export async function checkCarrier(source: CarrierSource & { path: string }, checkFile: string): Promise<CarrierCheck> {
  const hash = createHash('sha256')
    .update(await readFile(source.path))
    .digest('hex');
  const set = source.kind === 'native' ? source.set : '';
  const key = [hash, set, process.version, cpus()[0]?.model, EXPECTED_CHECKSUM].join(' ');
  if ((await readCache())[key] === true) return { problem: undefined };
  const check = await runCheck(source, checkFile);
  if (check.problem === undefined) await remember(key).then(notePassed, noteFailed);
  return check;
}

async function runCheck(source: CarrierSource, checkFile: string): Promise<CarrierCheck> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [checkFile, JSON.stringify(source)], {
      timeout: TIMEOUT_MS,
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
      windowsHide: true,
    });
    const checksum = stdout.trim();
    return { problem: checksum === EXPECTED_CHECKSUM ? undefined : `its self-test gave ${checksum || 'nothing'}` };
  } catch (error) {
    const { signal, code, stderr = '' } = error as { signal?: string; code?: unknown; stderr?: string };
    const said = /^\w*Error: (.+)$/m.exec(stderr)?.[1];
    return { problem: `its self-test ended with ${signal ?? said ?? `code ${String(code)}`}` };
  }
}
