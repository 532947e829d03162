// The watcher of runs, on a real file system.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { RunsWatcher } from '../../../extension/host/views/runsWatcher.ts';

let root = '';
let runsDir = '';
let watcher: RunsWatcher;
let changes = 0;
let waiting: (() => void) | undefined;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gatescope-watch-'));
  runsDir = join(root, '.gatescope', 'runs');
  changes = 0;
  watcher = new RunsWatcher(() => {
    changes++;
    waiting?.();
  });
});
afterEach(async () => {
  watcher.dispose();
  await rm(root, { recursive: true, force: true });
});

/** Resolves at the next call of onChange; the test's own time limit ends a wait in vain. */
const nextChange = (): Promise<void> =>
  new Promise((resolve) => {
    waiting = resolve;
  });

test('a new run folder is seen', { timeout: 10_000 }, async () => {
  await mkdir(runsDir, { recursive: true });
  watcher.watch([runsDir], []);
  const seen = nextChange();
  await mkdir(join(runsDir, 'one'));
  await seen;
});

test('the first run of a folder is seen, although nothing was there to watch', { timeout: 10_000 }, async () => {
  watcher.watch([runsDir], []);
  const first = nextChange();
  await mkdir(runsDir, { recursive: true });
  await first;
  watcher.watch([runsDir], []);
  const second = nextChange();
  await mkdir(join(runsDir, 'one'));
  await second;
});

test('run.json of an active run is seen, its metrics are not', { timeout: 10_000 }, async () => {
  const run = join(runsDir, 'one');
  await mkdir(run, { recursive: true });
  watcher.watch([], [run]);
  await writeFile(join(run, 'metrics.jsonl'), '{}\n');
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(changes, 0);
  const seen = nextChange();
  await writeFile(join(run, 'run.json'), '{}');
  await seen;
});

test('what is no longer wanted is no longer watched', { timeout: 10_000 }, async () => {
  await mkdir(runsDir, { recursive: true });
  watcher.watch([runsDir], []);
  watcher.watch([], []);
  await mkdir(join(runsDir, 'one'));
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(changes, 0);
});
