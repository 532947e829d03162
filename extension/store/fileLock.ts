// A short lock around read-modify-write of a small file, between processes and within one.
// Invariant: whoever holds a lock and lives says so every few seconds; nobody takes it from them, and nobody removes the lock of another.
import { randomBytes } from 'node:crypto';
import { constants, copyFile, link, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../util/userError.ts';
import { partialOf } from './atomicWrite.ts';
import { isProcessAlive } from './processes.ts';

/** The work under a lock takes milliseconds, but a disk may keep it waiting: how often its holder says that it still works. */
const RENEW_EVERY_MS = 2000;
/** Whoever has said nothing for so long is gone, though another process may have its number. */
const STALE_AFTER_MS = 10_000;
/** Longer than that: a lock that nobody holds any more keeps nobody out. */
const GIVE_UP_AFTER_MS = 15_000;

/** Runs `work` while holding `<path>.lock`. A lock whose owner is gone is taken over. */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lockPath = `${path}.lock`;
  // Tells it from one that another took in its place, if this process lay still for too long.
  const mark = `${process.pid} ${randomBytes(8).toString('hex')}`;
  await acquire(lockPath, mark);
  const isOwn = async (): Promise<boolean> => (await readFile(lockPath, 'utf8')) === mark;
  const renewing = setInterval(() => void renew(lockPath, isOwn), RENEW_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(renewing);
    if (await isOwn().catch(() => false)) await rm(lockPath, { force: true });
  }
}

async function renew(lockPath: string, isOwn: () => Promise<boolean>): Promise<void> {
  try {
    if (await isOwn()) await utimes(lockPath, new Date(), new Date());
  } catch {
    // The lock is gone, or the disk does not answer: the next turn tries again.
  }
}

/** `mark` begins with the number of this process. */
async function acquire(lockPath: string, mark: string): Promise<void> {
  const claim = partialOf(lockPath);
  await writeFile(claim, mark, { flag: 'wx' });
  try {
    const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
    while (!(await take(claim, lockPath))) {
      if (await isStale(lockPath)) await breakLock(claim, lockPath);
      else if (Date.now() > giveUpAt) throw lockedError(lockPath);
      else await delay(5 + Math.random() * 10);
    }
  } finally {
    await rm(claim, { force: true });
  }
}

/** A link is there at once and names its owner: whoever is killed on the way leaves no lock that nobody seems to own. */
async function take(claim: string, lockPath: string): Promise<boolean> {
  try {
    await link(claim, lockPath);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
  }
  // A file system without links.
  try {
    await copyFile(claim, lockPath, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes a lock that nobody holds. One at a time may, and looks again first: of two who saw the same stale lock, the second would otherwise
 * remove the one that somebody has taken since.
 */
async function breakLock(claim: string, lockPath: string): Promise<void> {
  const breaking = `${lockPath}.break`;
  if (await take(claim, breaking)) {
    try {
      if (await isStale(lockPath)) await rm(lockPath, { force: true });
    } finally {
      await rm(breaking, { force: true });
    }
    return;
  }
  if (await isStale(breaking)) await rm(breaking, { force: true });
  else await delay(5 + Math.random() * 10);
}

async function isStale(lockPath: string): Promise<boolean> {
  try {
    // A link is as old as its claim but for the time of its last change.
    const [owner, { ctimeMs }] = [Number.parseInt(await readFile(lockPath, 'utf8'), 10), await stat(lockPath)];
    const hasOwner = Number.isInteger(owner) && owner > 0;
    return (hasOwner && !isProcessAlive(owner)) || Date.now() - ctimeMs > STALE_AFTER_MS;
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
