// Folders with all that is missing above them. Not by Node's `recursive`: it tries again for ever where a folder exists and yet nothing can
// be made in it, as below /proc.
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes the folder at `path` where it is not there. Rejects with the error of the file system, after one attempt a part of the path. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && dirname(path) !== path) {
      await makeFolder(dirname(path));
      await mkdir(path).catch((again) => acceptFolder(path, again));
    } else await acceptFolder(path, error);
  }
}

/** Nothing is wrong where the folder is there: it was before, or another process was faster. */
async function acceptFolder(path: string, error: unknown): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (!there?.isDirectory()) throw error;
}
