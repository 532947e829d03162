// One hash of all that is in a folder: names, kinds and every byte.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** SHA-256, hex. Two folders have the same where they hold the same files with the same bytes. */
export async function hashFolder(dir: string): Promise<string> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const hash = createHash('sha256');
  const paths = entries.map((entry) => ({ path: join(entry.parentPath, entry.name), isFile: entry.isFile() }));
  for (const { path, isFile } of paths.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`${path.slice(dir.length)}\0${isFile}\0`);
    if (isFile)
      hash.update(
        createHash('sha256')
          .update(await readFile(path))
          .digest(),
      );
  }
  return hash.digest('hex');
}
