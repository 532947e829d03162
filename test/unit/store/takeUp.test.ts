// Runs that go on: what is forgotten, when, and where going on fails or is killed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type ResolvedExperiment, resolveExperiment } from '../../../extension/schema/resolved.ts';
import {
  listCheckpoints,
  readCheckpoint,
  type StoredCheckpoint,
  saveCheckpoint,
} from '../../../extension/store/checkpoints.ts';
import { probeEpochs, writeProbeEpoch } from '../../../extension/store/probeFolder.ts';
import { RunFolder } from '../../../extension/store/runFolder.ts';
import { markCrashed, readRun } from '../../../extension/store/runStore.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { hashFolder } from '../../support/hashFolder.ts';
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

async function takeUp(dir: string, checkpoint: StoredCheckpoint): Promise<RunFolder> {
  const folder = await RunFolder.open(dir);
  await folder.takeUp(checkpoint, experiment);
  return folder;
}

test('a run goes on twice within a second', async (t) => {
  const { dir, checkpoint } = await makeStopped(t);
  for (let time = 0; time < 2; time++) {
    const folder = await takeUp(dir, checkpoint);
    assert.equal(folder.manifest.status, 'running');
    await folder.update({ status: 'stopped' });
    await folder.close();
  }
});

test('a log that is too short is found before anything is forgotten', async (t) => {
  const { dir, checkpoint } = await makeStopped(t);
  await truncate(join(dir, 'metrics.jsonl'), 3);
  await writeFile(join(dir, 'evaluation.json'), '{}');
  await assert.rejects(takeUp(dir, checkpoint), (error) => UserError.is(error, 'run.unreadable'));
  const { manifest } = await readRun(dir);
  assert.deepEqual([manifest.status, manifest.problem], ['stopped', undefined]);
});

test('a run that cannot go on does not say that it trains', async (t) => {
  const { dir, checkpoint } = await makeStopped(t);
  await rm(join(checkpoint.dir, 'model.safetensors'));
  await assert.rejects(takeUp(dir, checkpoint), { code: 'ENOENT' });
  const { manifest } = await readRun(dir);
  assert.equal(manifest.status, 'failed');
  assert.match(manifest.problem!.message, /model\.safetensors/);
  await writeFile(join(checkpoint.dir, 'model.safetensors'), new Uint8Array(8));
  await (await takeUp(dir, checkpoint)).close();
});

test('what probes said after the checkpoint is forgotten', async (t) => {
  const { dir, checkpoint } = await makeStopped(t);
  await mkdir(join(dir, 'probes'));
  for (const epoch of [0, 1, 2]) await writeProbeEpoch(dir, epoch, new Uint8Array(1));
  await (await takeUp(dir, checkpoint)).close();
  assert.deepEqual(await probeEpochs(dir), [0, 1]);
});

test('a run that was opened changes only once it is taken up, and then has what was told before', async (t) => {
  const { dir, checkpoint } = await makeStopped(t);
  const before = await hashFolder(dir);
  const folder = await RunFolder.open(dir);
  folder.append({ type: 'message', t: 1, level: 'info', text: 'Two' });
  assert.deepEqual(await folder.flush(), { seq: 0, events: [] });
  assert.equal(folder.isTakenUp, false);
  assert.equal(await hashFolder(dir), before);
  await folder.takeUp(checkpoint, experiment);
  assert.equal((await folder.flush()).seq, 1);
  assert.match(await readFile(join(dir, 'metrics.jsonl'), 'utf8'), /One.*\n.*Two/);
  await folder.close();
});

test('a run that somebody else took up meanwhile is left to them', async (t) => {
  const { dir, checkpoint } = await makeStopped(t);
  const slow = await RunFolder.open(dir);
  const quick = await takeUp(dir, checkpoint);
  await assert.rejects(slow.takeUp(checkpoint, experiment), (error) => UserError.is(error, 'run.active'));
  await quick.update({ status: 'completed' });
  await quick.close();
  const before = await hashFolder(dir);
  await assert.rejects(slow.takeUp(checkpoint, experiment), (error) => UserError.is(error, 'run.changed'));
  assert.equal(await hashFolder(dir), before);
});

test('only a run that is active can crash', async (t) => {
  const { dir, checkpoint } = await makeStopped(t);
  const before = await hashFolder(dir);
  await markCrashed(dir);
  assert.equal(await hashFolder(dir), before);
  await (await takeUp(dir, checkpoint)).close();
  await markCrashed(dir);
  assert.equal((await readRun(dir)).manifest.status, 'crashed');
});

/** A crashed run of three epochs with all that a run can have behind its first checkpoint. */
async function makeLong(t: TestContext): Promise<string> {
  const { dir, checkpoint } = await makeStopped(t);
  const folder = await takeUp(dir, checkpoint);
  for (const epoch of [2, 3]) {
    folder.append({ type: 'message', t: 0, level: 'info', text: `Epoch ${epoch}` });
    await folder.flush();
    await folder.writeModel(new TextEncoder().encode(`model ${epoch}`));
    const state = { ...stateAt(10 * epoch, epoch), log: folder.log };
    const model = new TextEncoder().encode(`model ${epoch}`);
    await saveCheckpoint(dir, { state, model, optimizer: new Uint8Array(0), best: join(dir, 'model.safetensors') });
  }
  await mkdir(join(dir, 'probes'));
  for (const epoch of [0, 1, 2, 3]) await writeProbeEpoch(dir, epoch, new Uint8Array(1));
  await writeFile(join(dir, 'evaluation.json'), '{}');
  await folder.update({ status: 'completed' });
  await folder.close();
  return dir;
}

/** What a run that was taken up again consists of, but for clocks, process ids and what a kill left half written, which nobody reads. */
async function contentOf(dir: string): Promise<Record<string, string>> {
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = files
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => !/tfevents|\.partial$/.test(path));
  const read = async (path: string): Promise<[string, string]> => {
    const text = await readFile(path, 'latin1');
    return [path.slice(dir.length), text.replace(/"(startedAt|resumedAt)": ".*"|"pid": \d+/g, '$1')];
  };
  return Object.fromEntries(await Promise.all(paths.sort().map(read)));
}

test('killed at any change that taking up makes, a run can be taken up again', { timeout: 300_000 }, async (t) => {
  const long = await makeLong(t);
  const script = fileURLToPath(new URL('takeUpAndDie.ts', import.meta.url));
  const copy = async (name: string): Promise<string> => {
    const dir = join(long, '..', name);
    await cp(long, dir, { recursive: true });
    return dir;
  };
  const untouched = await hashFolder(await copy('untouched'));
  const undisturbed = await copy('run');
  await (await takeUp(undisturbed, await readCheckpoint(join(undisturbed, 'checkpoints', 'epoch-001')))).close();
  const expected = await contentOf(undisturbed);
  await rm(undisturbed, { recursive: true });
  for (let changes = 0; ; changes++) {
    const dir = await copy('run');
    const { signal, status, stderr } = spawnSync(process.execPath, [script, dir, String(changes)], {
      encoding: 'utf8',
    });
    if (changes === 0) assert.equal(await hashFolder(dir), untouched, 'nothing is changed before the first change');
    const kept = await listCheckpoints(dir);
    assert.equal(kept[0].name, 'epoch-001', stderr);
    const { size } = await stat(join(dir, 'metrics.jsonl'));
    for (const { state } of kept) assert.ok(size >= state.log.bytes, `the log of ${state.epochsDone} epochs`);
    // The probes of a checkpoint that is still there are, too.
    assert.ok(Math.max(...(await probeEpochs(dir))) >= kept.at(-1)!.state.epochsDone);
    const newest = await takeUp(dir, kept.at(-1)!);
    await newest.update({ status: 'stopped' });
    await newest.close();
    await (await takeUp(dir, kept[0])).close();
    assert.deepEqual(await contentOf(dir), expected, `killed after ${changes} changes`);
    await rm(dir, { recursive: true });
    if (signal === 'SIGKILL') continue;
    assert.equal(status, 0, stderr);
    assert.ok(changes > 8, 'there was something to be killed in');
    return;
  }
});
