// A temporary workspace with a copy of a shipped example.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const EXAMPLES = resolve(import.meta.dirname, '../../media/examples');
export const EXAMPLE_CONFIG = 'early-modern-english.gatescope.json';

export interface Workspace {
  dir: string;
  configPath: string;
  /** Replaces text in the config on disk. */
  edit(from: string | RegExp, to: string): Promise<void>;
  remove(): Promise<void>;
}

/** `example`: a folder of media/examples, whose config has its name. */
export async function makeWorkspace(example = 'early-modern-english'): Promise<Workspace> {
  const dir = await mkdtemp(join(tmpdir(), 'gatescope-workspace-'));
  await cp(join(EXAMPLES, example), dir, {
    recursive: true,
    filter: (path) => !path.endsWith('.gatescope'),
  });
  const configPath = join(dir, `${example}.gatescope.json`);
  return {
    dir,
    configPath,
    async edit(from, to) {
      const text = await readFile(configPath, 'utf8');
      const changed = text.replace(from, to);
      if (changed === text) throw new Error(`The config does not hold ${from}`);
      await writeFile(configPath, changed);
    },
    remove: () => rm(dir, { recursive: true, force: true, maxRetries: 5 }),
  };
}
