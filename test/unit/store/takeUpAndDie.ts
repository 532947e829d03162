// Takes a run up at its first checkpoint, in a process that kills itself before it makes the change after so many:
// `node takeUpAndDie.ts DIR CHANGES`.
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { resolveExperiment } from '../../../extension/schema/resolved.ts';

const [dir, changes] = [process.argv[2], Number(process.argv[3])];
let made = 0;

function dieWhenDue(): void {
  if (made++ === changes) process.kill(process.pid, 'SIGKILL');
}

const writable = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
for (const name of ['writeFile', 'rename', 'rm', 'truncate', 'mkdir', 'link', 'copyFile']) {
  const original = writable[name];
  writable[name] = (...args: unknown[]) => {
    dieWhenDue();
    return original(...args);
  };
}
const { open } = fs;
writable.open = (...args: unknown[]) => {
  if (args[1] !== undefined && args[1] !== 'r') dieWhenDue();
  return (open as (...all: unknown[]) => unknown)(...args);
};
syncBuiltinESMExports();

// Only now, so that nothing holds the functions of before.
const { readCheckpoint } = await import('../../../extension/store/checkpoints.ts');
const { RunFolder } = await import('../../../extension/store/runFolder.ts');
const experiment = resolveExperiment({ data: { train: { path: 'x' } }, model: { encoder: { type: 'lstm' } } }, 'A run');
const folder = await RunFolder.open(dir);
await folder.takeUp(await readCheckpoint(join(dir, 'checkpoints', 'epoch-001')), experiment);
await folder.close();
