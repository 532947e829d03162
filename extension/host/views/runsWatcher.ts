// Sees runs that other windows and terminals make. `.gatescope` is left out of the editor's own watcher (files.watcherExclude: metrics
// are written ten times a second), so each runs folder, and each active run, has a small watcher of its own, without recursion.
import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Disposable } from '../../util/disposable.ts';
import { createThrottled } from './coalesce.ts';

/** Events of one change come in a burst. */
const SETTLE_MS = 100;
/** A run's folder is there a moment before its run.json. Short epochs change a run many times a second: one look a second is enough. */
const SECOND_LOOK_MS = 1000;

interface Watched {
  watcher: FSWatcher;
  /** The folder that is watched: the wanted one, or the nearest above it that is there. */
  folder: string;
}

export class RunsWatcher implements Disposable {
  /** By wanted folder. */
  readonly #watched = new Map<string, Watched>();
  readonly #looks: { request(): void; dispose(): void };
  #settling: NodeJS.Timeout | undefined;
  #secondLook: NodeJS.Timeout | undefined;

  /** `onChange` is called when something may have changed; it is expected to look, and to call `watch` again. */
  constructor(onChange: () => void) {
    this.#looks = createThrottled(() => {
      this.#settling = setTimeout(onChange, SETTLE_MS);
    }, SECOND_LOOK_MS);
  }

  /** From now on exactly these are watched: folders for what comes and goes in them, active runs for their run.json. */
  watch(runsDirs: readonly string[], activeRunDirs: readonly string[]): void {
    const wanted = new Set([...runsDirs, ...activeRunDirs]);
    for (const [dir, { folder }] of this.#watched) {
      if (!wanted.has(dir) || folder !== dir) this.#stop(dir);
    }
    for (const dir of runsDirs) this.#start(dir, [dir, dirname(dir), dirname(dirname(dir))]);
    for (const dir of activeRunDirs) this.#start(dir, [dir]);
  }

  /** Watches the first of `candidates` that is there. */
  #start(dir: string, candidates: readonly string[]): void {
    if (this.#watched.has(dir)) return;
    for (const folder of candidates) {
      const watcher = tryWatch(folder, (name) => this.#onEvent(dir, folder, name));
      if (!watcher) continue;
      watcher.on('error', () => this.#stop(dir));
      this.#watched.set(dir, { watcher, folder });
      return;
    }
  }

  #onEvent(dir: string, folder: string, name: string | null): void {
    if (!concerns(dir, folder, name)) return;
    // A folder that was removed is watched no more, even when one of that name comes again.
    if (name === basename(folder)) this.#stop(dir);
    this.#looks.request();
    this.#secondLook ??= setTimeout(() => {
      this.#secondLook = undefined;
      this.#looks.request();
    }, SECOND_LOOK_MS);
  }

  #stop(dir: string): void {
    this.#watched.get(dir)?.watcher.close();
    this.#watched.delete(dir);
  }

  dispose(): void {
    this.#looks.dispose();
    clearTimeout(this.#settling);
    clearTimeout(this.#secondLook);
    for (const dir of [...this.#watched.keys()]) this.#stop(dir);
  }
}

/** Whether an event on `name` in `folder` can matter to who wants to know about `dir`. A null name may be anything. */
function concerns(dir: string, folder: string, name: string | null): boolean {
  if (name === null || name === basename(folder)) return true;
  if (folder !== dir) return dir === join(folder, name) || dir.startsWith(join(folder, name, '/'));
  return name === 'run.json' || basename(dir) === 'runs';
}

function tryWatch(folder: string, onEvent: (name: string | null) => void): FSWatcher | undefined {
  try {
    return watch(folder, { persistent: false }, (_kind, name) => onEvent(name));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EPERM' || code === 'ENOSPC') return undefined;
    throw error;
  }
}
