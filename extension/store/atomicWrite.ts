// Whole files that are either the old or the new ones, whatever happens in between: written beside, synced, then renamed over.
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Marks a file that was being written; a left-over one is rubbish from a crash and is never read. */
export const PARTIAL_SUFFIX = '.partial';

/** Where the content of the file at `path` is written first: beside it. */
export function partialOf(path: string): string {
  return `${path}.${process.pid}-${randomBytes(4).toString('hex')}${PARTIAL_SUFFIX}`;
}

/** An error of the file system names the file that was meant: it names none for writes, and for opening the partial one. */
export function nameFile(error: unknown, path: string): unknown {
  return error instanceof Error && 'syscall' in error ? Object.assign(error, { path }) : error;
}

/** Replaces the file at `path`. The folder must exist. */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const partial = partialOf(path);
  try {
    const file = await open(partial, 'wx');
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await renameOver(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw nameFile(error, path);
  }
}

export async function writeJsonAtomic(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** Windows refuses to rename over a file that another process has open for a moment; the others never retry. */
async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await rename(from, to);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (attempt === 10 || (code !== 'EPERM' && code !== 'EBUSY' && code !== 'EACCES')) throw error;
      await delay(20 * attempt);
    }
  }
}
