// Copies and new files that never overwrite what is there.
import { cp, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** `<folder>/<name>`, or `<name>-2`, `-3` … : the first that is not there. `suffix` stays at the end. */
export async function freePath(folder: string, name: string, suffix = ''): Promise<string> {
  for (let count = 1; ; count++) {
    const path = join(folder, count === 1 ? `${name}${suffix}` : `${name}-${count}${suffix}`);
    if (!(await exists(path))) return path;
  }
}

/** Copies a folder to a path that is not there yet; runs of the source stay behind. Throws when `target` exists. */
export async function copyNewFolder(source: string, target: string): Promise<void> {
  await cp(source, target, {
    recursive: true,
    errorOnExist: true,
    force: false,
    filter: (path) => !path.includes('.gatescope/') && !path.endsWith('.gatescope'),
  });
}

/** Names of configs that lie directly in a folder, sorted. */
export async function configsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.endsWith('.gatescope.json')).sort();
}
