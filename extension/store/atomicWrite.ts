// Whole files that are either the old or the new ones, whatever happens in between: written beside, synced, then renamed over.
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Marks a file that was being written; a left-over one is rubbish from a crash and is never read. */
export const PARTIAL_SUFFIX = '.partial';

/** Replaces the file at `path`. The folder must exist. */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const partial = `${path}.${process.pid}-${randomBytes(4).toString('hex')}${PARTIAL_SUFFIX}`;
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
    throw error;
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
