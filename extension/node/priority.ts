// Lets the editor go first. On Linux a thread has a priority of its own, which the threads that it starts inherit; elsewhere only whole
// processes have one, and that of the extension host is not ours to change.
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';

/** Steps of `nice`: enough for the editor's windows to be served first, too few to starve a run. */
const NICENESS = 5;

/** Gives the calling thread, and the threads that it starts from now on, what others leave of the processor. */
export function yieldToOthers(): void {
  if (process.platform !== 'linux') return;
  try {
    // …/task/<id of this thread>
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), NICENESS);
  } catch {
    // A container without /proc, or one that forbids it: the run trains as fast as it can, as before.
  }
}
