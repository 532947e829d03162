// A short lock around read-modify-write of a small file, between processes and within one.
import { open, readFile, rm, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../util/userError.ts';
import { isProcessAlive } from './processes.ts';

const GIVE_UP_AFTER_MS = 5000;
/** What holds the lock for longer than this was interrupted: the work under it takes milliseconds. */
const STALE_AFTER_MS = 10_000;

/** Runs `work` while holding `<path>.lock`. A lock whose owner is gone is taken over. */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lockPath = `${path}.lock`;
  await acquire(lockPath);
  try {
    return await work();
  } finally {
    await rm(lockPath, { force: true });
  }
}

async function acquire(lockPath: string): Promise<void> {
  const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    try {
      const file = await open(lockPath, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (await isStale(lockPath)) await rm(lockPath, { force: true });
    else if (Date.now() > giveUpAt) throw lockedError(lockPath);
    else await delay(5 + Math.random() * 10);
  }
}

async function isStale(lockPath: string): Promise<boolean> {
  try {
    const [owner, { mtimeMs }] = [Number(await readFile(lockPath, 'utf8')), await stat(lockPath)];
    const hasOwner = Number.isInteger(owner) && owner > 0;
    return (hasOwner && !isProcessAlive(owner)) || Date.now() - mtimeMs > STALE_AFTER_MS;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function lockedError(lockPath: string): UserError {
  return new UserError({
    code: 'store.locked',
    message: `Another process keeps ${lockPath}.`,
    remedy: 'Close the other window or command and try again.',
    place: { path: lockPath },
  });
}
