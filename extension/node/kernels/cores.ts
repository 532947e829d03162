// How many threads are worth having: physical cores, because two threads of one core share its multiply-add units.
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const MAX_AUTO_THREADS = 8;

/** Physical cores that this process may use. */
export function physicalCores(): number {
  const logical = availableParallelism();
  if (process.platform === 'linux') return Math.min(logical, linuxCores() ?? logical);
  const hasTwoThreadsACore = process.arch === 'x64' && logical > 1;
  return hasTwoThreadsACore ? Math.ceil(logical / 2) : logical;
}

/** Groups of sibling threads that the kernel lists. */
function linuxCores(): number | undefined {
  const base = '/sys/devices/system/cpu';
  try {
    const names = readdirSync(base).filter((name) => /^cpu\d+$/.test(name));
    const siblings = names.map((name) => readFileSync(`${base}/${name}/topology/thread_siblings_list`, 'utf8').trim());
    return new Set(siblings).size || undefined;
  } catch {
    return undefined;
  }
}

let reserved = 0;

/** Has `auto` leave this many cores to others from now on: in VS Code, the editor has to answer while a run trains. */
export function reserveCores(count: number): void {
  reserved = count;
}

/** The threads of a run: as set, or for `auto` the physical cores but the reserved ones, at least 1 and at most 8. */
export function threadCount(setting: 'auto' | number): number {
  return setting === 'auto' ? Math.max(1, Math.min(MAX_AUTO_THREADS, physicalCores() - reserved)) : setting;
}
