// Runs that go on: within the second they began in, and where going on fails.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ResolvedExperiment, resolveExperiment } from '../../../extension/schema/resolved.ts';
import { readCheckpoint, type StoredCheckpoint, saveCheckpoint } from '../../../extension/store/checkpoints.ts';
import { probeEpochs, writeProbeEpoch } from '../../../extension/store/probeFolder.ts';
import { RunFolder } from '../../../extension/store/runFolder.ts';
import { readRun } from '../../../extension/store/runStore.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { stateAt } from './checkpointState.ts';

const experiment: ResolvedExperiment = resolveExperiment(
  { data: { train: { path: 'x' } }, model: { encoder: { type: 'lstm' } } },
  'A run',
);

/** A stopped run with one event and a checkpoint after it, which names a best step of its own. */
async function makeStopped(t: TestContext): Promise<{ dir: string; checkpoint: StoredCheckpoint }> {
  const project = await mkdtemp(join(tmpdir(), 'gatescope-reopen-'));
  t.after(() => rm(project, { recursive: true, force: true }));
  const folder = await RunFolder.create(join(project, 'a.gatescope.json'), experiment);
  folder.append({ type: 'message', t: 0, level: 'info', text: 'One' });
  await folder.flush();
  const state = { ...stateAt(10, 1), log: folder.log };
  await saveCheckpoint(folder.dir, { state, model: new Uint8Array(8), optimizer: new Uint8Array(0) });
  await folder.update({ status: 'stopped' });
  await folder.close();
  return { dir: folder.dir, checkpoint: await readCheckpoint(join(folder.dir, 'checkpoints', 'epoch-001')) };
}

test('a run goes on twice within a second', async (t) => {
  const { dir, checkpoint } = await makeStopped(t);
  for (let time = 0; time < 2; time++) {
    const folder = await RunFolder.reopen(dir, checkpoint, experiment);
    assert.equal(folder.manifest.status, 'running');
    await folder.update({ status: 'stopped' });
    await folder.close();
  }
});

test('a log that is too short is found before anything is forgotten', async (t) => {
  const { dir, checkpoint } = await makeStopped(t);
  await truncate(join(dir, 'metrics.jsonl'), 3);
  await writeFile(join(dir, 'evaluation.json'), '{}');
  await assert.rejects(RunFolder.reopen(dir, checkpoint, experiment), (error) => UserError.is(error, 'run.unreadable'));
  const { manifest } = await readRun(dir);
  assert.deepEqual([manifest.status, manifest.problem], ['stopped', undefined]);
});

test('a run that cannot go on does not say that it trains', async (t) => {
  const { dir, checkpoint } = await makeStopped(t);
  await rm(join(checkpoint.dir, 'model.safetensors'));
  await assert.rejects(RunFolder.reopen(dir, checkpoint, experiment), { code: 'ENOENT' });
  const { manifest } = await readRun(dir);
  assert.equal(manifest.status, 'failed');
  assert.match(manifest.problem!.message, /model\.safetensors/);
  await writeFile(join(checkpoint.dir, 'model.safetensors'), new Uint8Array(8));
  await (await RunFolder.reopen(dir, checkpoint, experiment)).close();
});

test('what probes said after the checkpoint is forgotten', async (t) => {
  const { dir, checkpoint } = await makeStopped(t);
  await mkdir(join(dir, 'probes'));
  for (const epoch of [0, 1, 2]) await writeProbeEpoch(dir, epoch, new Uint8Array(1));
  await (await RunFolder.reopen(dir, checkpoint, experiment)).close();
  assert.deepEqual(await probeEpochs(dir), [0, 1]);
});
