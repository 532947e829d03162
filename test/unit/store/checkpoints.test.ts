// Which checkpoints of a run stay, and that a broken one is said.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { CheckpointState } from '../../../extension/schema/checkpointState.ts';
import type { ResolvedCheckpoints } from '../../../extension/schema/checkpoints.ts';
import {
  dropLaterCheckpoints,
  isKept,
  listCheckpoints,
  pruneCheckpoints,
  readCheckpoint,
  saveCheckpoint,
} from '../../../extension/store/checkpoints.ts';
import { stateAt } from './checkpointState.ts';

const KEEP: ResolvedCheckpoints = { last: true, best: true, maxMegabytes: 100 };

async function makeRun(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'gatescope-checkpoints-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

const save = (dir: string, state: CheckpointState, bytes = 10): Promise<void> =>
  saveCheckpoint(dir, { state, model: new Uint8Array(bytes), optimizer: new Uint8Array(0) });
const namesIn = async (dir: string): Promise<string[]> => (await listCheckpoints(dir)).map(({ name }) => name);

test('the last and the best stay, and each Nth that is asked for', async (t) => {
  const dir = await makeRun(t);
  for (const [epoch, best] of [1, 1, 3, 3, 3, 3, 3].entries()) {
    await save(dir, stateAt((epoch + 1) * 10, best));
    await pruneCheckpoints(dir, { ...KEEP, everyEpochs: 2 });
  }
  assert.deepEqual(await namesIn(dir), ['epoch-002', 'epoch-003', 'epoch-004', 'epoch-006', 'epoch-007']);
  assert.deepEqual(await pruneCheckpoints(dir, KEEP), ['epoch-002', 'epoch-004', 'epoch-006']);
  assert.deepEqual(await pruneCheckpoints(dir, { ...KEEP, best: false }), ['epoch-003']);
  assert.deepEqual(await namesIn(dir), ['epoch-007']);
});

test('of those within epochs only the newest stays, until an epoch ends', async (t) => {
  const dir = await makeRun(t);
  for (const step of [3, 6, 10, 13, 16]) {
    await save(dir, stateAt(step, 1));
    await pruneCheckpoints(dir, KEEP);
    if (step === 10) assert.deepEqual(await namesIn(dir), ['epoch-001']);
  }
  assert.deepEqual(await namesIn(dir), ['epoch-001', 'step-000016']);
  await pruneCheckpoints(dir, { ...KEEP, best: false });
  assert.deepEqual(await namesIn(dir), ['step-000016']);
});

test('beyond the limit of size the oldest go first, the best last, the newest never', async (t) => {
  const dir = await makeRun(t);
  for (const epoch of [1, 2, 3, 4]) await save(dir, stateAt(epoch * 10, 2), 1_000_000);
  const settings = { ...KEEP, everyEpochs: 1 };
  assert.deepEqual(await pruneCheckpoints(dir, { ...settings, maxMegabytes: 3.2 }), ['epoch-001']);
  assert.deepEqual(await pruneCheckpoints(dir, { ...settings, maxMegabytes: 2.2 }), ['epoch-003']);
  assert.deepEqual(await pruneCheckpoints(dir, { ...settings, maxMegabytes: 0.1 }), ['epoch-002']);
  assert.deepEqual(await namesIn(dir), ['epoch-004']);
});

test('what nobody would keep is not written', () => {
  const none = { last: false, best: false, maxMegabytes: 1 };
  assert.equal(isKept(stateAt(20, 2), none), false);
  assert.equal(isKept(stateAt(20, 2), { ...none, best: true }), true);
  assert.equal(isKept(stateAt(30, 2), { ...none, best: true }), false);
  assert.equal(isKept(stateAt(30, 2), { ...none, everyEpochs: 3 }), true);
});

test('half a checkpoint is none, and a broken state is the user’s to know', async (t) => {
  const dir = await makeRun(t);
  await save(dir, stateAt(10, 1));
  await assert.rejects(
    saveCheckpoint(dir, {
      state: stateAt(20, 1),
      model: new Uint8Array(1),
      optimizer: new Uint8Array(1),
      best: join(dir, 'nowhere'),
    }),
  );
  assert.deepEqual(await namesIn(dir), ['epoch-001']);
  assert.deepEqual(await readdir(join(dir, 'checkpoints')), ['epoch-001']);
  for (const text of ['{', '{"schemaVersion": 2}', JSON.stringify({ ...stateAt(10), step: -1 })]) {
    await writeFile(join(dir, 'checkpoints', 'epoch-001', 'state.json'), text);
    await assert.rejects(listCheckpoints(dir), { code: 'checkpoint.unreadable' });
  }
});

test('a damaged checkpoint keeps nobody from the others, and goes when the run goes on from one of them', async (t) => {
  const dir = await makeRun(t);
  for (const epoch of [1, 2, 3]) await save(dir, stateAt(epoch * 10, 1));
  await writeFile(join(dir, 'checkpoints', 'epoch-003', 'state.json'), '{');
  assert.deepEqual(await pruneCheckpoints(dir, { ...KEEP, everyEpochs: 1 }), []);
  const first = await readCheckpoint(join(dir, 'checkpoints', 'epoch-001'));
  await dropLaterCheckpoints(dir, first);
  assert.deepEqual(await readdir(join(dir, 'checkpoints')), ['epoch-001']);
});
