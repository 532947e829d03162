// Run folders on disk: made, read, found by name, changed by two at once, crashed, hostile, deleted.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { resolveExperiment } from '../../../extension/schema/resolved.ts';
import type { RunEvent } from '../../../extension/schema/run.ts';
import { writeFileAtomic } from '../../../extension/store/atomicWrite.ts';
import { RunFolder, slugOf } from '../../../extension/store/runFolder.ts';
import {
  deleteRun,
  findRuns,
  listRuns,
  readMetrics,
  readRun,
  resolveRun,
  updateRun,
} from '../../../extension/store/runStore.ts';
import { UserError } from '../../../extension/util/userError.ts';

const experiment = resolveExperiment({ data: { train: { path: 'x' } }, model: { encoder: { type: 'lstm' } } }, 'A run');

async function makeDir(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'gatescope-store-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function makeRun(dir: string, config = 'trec.gatescope.json'): Promise<RunFolder> {
  const folder = await RunFolder.create(join(dir, config), experiment);
  await folder.close();
  return folder;
}

const stepEvent = (step: number): Extract<RunEvent, { type: 'step' }> => ({
  type: 'step',
  t: step,
  step,
  epoch: 1,
  loss: 1 / step,
  accuracy: 0.5,
  learningRate: 0.1,
  gradNorm: 1,
  tokensPerSecond: 10,
});

test('a run of the first version, which does not say its task, is a classification; an unknown task is no run', async (t) => {
  const folder = await makeRun(await makeDir(t));
  const path = join(folder.dir, 'run.json');
  const { task, ...first } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  assert.equal(task, 'classification');
  await writeFile(path, JSON.stringify(first));
  assert.equal((await readRun(folder.dir)).manifest.task, 'classification');
  await writeFile(path, JSON.stringify({ ...first, task: 'juggling' }));
  await assert.rejects(readRun(folder.dir), (error) => UserError.is(error, 'run.unreadable'));
});

test('ids are the time and the config’s name; two in one second differ', async (t) => {
  const dir = await makeDir(t);
  const [first, second] = [
    await makeRun(dir, 'Überprüfung Nº 1.gatescope.json'),
    await makeRun(dir, 'Überprüfung Nº 1.gatescope.json'),
  ];
  assert.match(first.id, /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-uberprufung-no-1$/);
  assert.notEqual(first.id, second.id);
  assert.equal(slugOf('/x/日本.gatescope.json'), 'run');
  assert.equal(first.manifest.config, 'Überprüfung Nº 1.gatescope.json');
});

test('the user and the trainer change run.json at once, and nothing is lost', async (t) => {
  const folder = await makeRun(await makeDir(t));
  const changes = Array.from({ length: 20 }, (_, at) => folder.update({ epochs: { done: at + 1, planned: 20 } }));
  await Promise.all([...changes, updateRun(folder.dir, { name: 'Mine' }), updateRun(folder.dir, { note: 'kept' })]);
  const { manifest } = await readRun(folder.dir);
  assert.deepEqual([manifest.name, manifest.note, manifest.epochs.planned], ['Mine', 'kept', 20]);
  assert.deepEqual(
    (await readdir(folder.dir)).filter((name) => /lock|tmp/.test(name)),
    [],
  );
});

test('metrics are on disk in order; a torn last line is skipped, wherever it is torn', async (t) => {
  const dir = await makeDir(t);
  const folder = await RunFolder.create(join(dir, 'a.gatescope.json'), experiment);
  for (let step = 1; step <= 3; step++) folder.append(stepEvent(step));
  assert.equal((await folder.flush()).seq, 0);
  folder.append({ ...stepEvent(4), loss: Number.NaN });
  assert.equal((await folder.flush()).seq, 3);
  await folder.close();
  const path = join(folder.dir, 'metrics.jsonl');
  const whole = await readFile(path, 'utf8');
  const line = `${JSON.stringify(stepEvent(5))}\n`;
  for (let end = 0; end < line.length; end += 5) {
    await writeFile(path, whole);
    await appendFile(path, line.slice(0, end));
    const metrics = await readMetrics(folder.dir, folder.id);
    assert.deepEqual([...metrics.step.step], [1, 2, 3, 4]);
    assert.ok(Number.isNaN(metrics.step.loss[3]));
  }
});

test('a run whose process is gone reads as crashed; one that lives does not', async (t) => {
  const folder = await makeRun(await makeDir(t));
  assert.equal((await readRun(folder.dir)).manifest.status, 'running');
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
  const path = join(folder.dir, 'run.json');
  const manifest = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(
    path,
    JSON.stringify({ ...manifest, pid: child.pid, host: hostname(), startedAt: new Date().toISOString() }),
  );
  assert.equal((await readRun(folder.dir)).manifest.status, 'running');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  assert.equal((await readRun(folder.dir)).manifest.status, 'crashed');
});

test('runs are found by path, by the start of their id, and as latest', async (t) => {
  const dir = await makeDir(t);
  await mkdir(join(dir, 'sub'));
  const [first, second] = [await makeRun(dir, 'a.gatescope.json'), await makeRun(join(dir, 'sub'), 'b.gatescope.json')];
  assert.equal((await resolveRun(first.dir, '/')).dir, first.dir);
  assert.equal((await resolveRun(second.id, dir)).dir, second.dir);
  assert.equal((await findRuns(dir)).length, 2);
  assert.ok([first.dir, second.dir].includes((await resolveRun('latest', dir)).dir));
  await assert.rejects(resolveRun(first.id.slice(0, 4), dir), (error) => UserError.is(error, 'run.ambiguous'));
  await assert.rejects(resolveRun('nothing', dir), (error) => UserError.is(error, 'run.notFound'));
});

test('folders of others hide nothing and break nothing', async (t) => {
  const dir = await makeDir(t);
  const good = await makeRun(dir);
  const runsDir = join(dir, '.gatescope', 'runs');
  const manifest = JSON.parse(await readFile(join(good.dir, 'run.json'), 'utf8'));
  const hostile: Record<string, string> = {
    empty: '',
    text: 'not json',
    list: '[]',
    null: 'null',
    version: JSON.stringify({ ...manifest, schemaVersion: 99 }),
    types: JSON.stringify({ ...manifest, labels: 'x' }),
    status: JSON.stringify({ ...manifest, status: 'great' }),
    deep: `${'['.repeat(100_000)}`,
  };
  for (const [name, text] of Object.entries(hostile)) {
    await mkdir(join(runsDir, name));
    await writeFile(join(runsDir, name, 'run.json'), text);
  }
  await mkdir(join(runsDir, 'no-manifest'));
  assert.deepEqual(
    (await listRuns(runsDir)).map(({ dir: found }) => found),
    [good.dir],
  );
});

test('an id inside run.json does not lead out of the folder', async (t) => {
  const folder = await makeRun(await makeDir(t));
  const path = join(folder.dir, 'run.json');
  const manifest = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...manifest, id: '../../..' }));
  assert.equal((await readRun(folder.dir)).manifest.id, folder.id);
});

test('only ended runs in a store are deleted', async (t) => {
  const dir = await makeDir(t);
  const folder = await makeRun(dir);
  await assert.rejects(deleteRun(folder.dir), (error) => UserError.is(error, 'run.active'));
  await folder.update({ status: 'completed' });
  await deleteRun(folder.dir);
  assert.deepEqual(await listRuns(join(dir, '.gatescope', 'runs')), []);
  const elsewhere = join(dir, 'copied');
  await mkdir(elsewhere);
  await writeFile(join(elsewhere, 'run.json'), JSON.stringify({ ...folder.manifest, status: 'completed' }));
  await assert.rejects(deleteRun(elsewhere), (error) => UserError.is(error, 'run.notInStore'));
});

test('an atomic write leaves the old or the new content, and no other file', async (t) => {
  const dir = await makeDir(t);
  const path = join(dir, 'file');
  const contents = Array.from({ length: 30 }, (_, at) => String(at).repeat(10_000));
  await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
  assert.ok(contents.includes(await readFile(path, 'utf8')));
  assert.deepEqual(await readdir(dir), ['file']);
  await assert.rejects(writeFileAtomic(join(dir, 'none', 'file'), 'x'), { code: 'ENOENT' });
});
