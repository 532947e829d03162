// The built engine worker through its contract, as the extension host uses it.
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { EngineContract, RunProgress } from '../../extension/protocol/engineContract.ts';
import { joinMetricFrames, type MetricFrame } from '../../extension/protocol/metricFrame.ts';
import type { Client } from '../../extension/protocol/rpc.ts';
import type { RunManifest } from '../../extension/schema/run.ts';
import { readMetrics } from '../../extension/store/runStore.ts';
import { CancelledError, UserError } from '../../extension/util/userError.ts';
import {
  CONFIG,
  makeProject,
  makeRows,
  makeTextProject,
  type Project,
  startWorker as startWorkerIn,
  TEXT_CONFIG,
} from './support.ts';

const ENGINE = { backend: 'auto', threads: 'auto' } as const;

/** No TensorFlow there, whatever this machine has. */
const startWorker = (t: TestContext): Client<EngineContract> => startWorkerIn(t, join(tmpdir(), 'no-storage'));

/** `nice` of each thread of this process (proc_pid_stat(5), field 19, which is the 17th after the name). */
async function nicenessOfThreads(): Promise<number[]> {
  const ids = await readdir('/proc/self/task');
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/self/task/${id}/stat`, 'utf8').catch(() => '')));
  return lines
    .filter((line) => line !== '')
    .map((line) => Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[16]));
}

/** Resolves with the first payload of an event that fits. */
function once<E extends keyof EngineContract['events']>(
  client: Client<EngineContract>,
  event: E,
  fits: (payload: EngineContract['events'][E]) => boolean = () => true,
): Promise<EngineContract['events'][E]> {
  return new Promise((resolve) => {
    const subscription = client.on(event, (payload) => {
      if (!fits(payload)) return;
      subscription.dispose();
      resolve(payload);
    });
  });
}

async function makeLongProject(t: TestContext): Promise<Project> {
  const project = await makeProject(t, 400);
  await writeFile(project.configPath, CONFIG.replace('"epochs": 4', '"epochs": 100000'));
  return project;
}

test('on Linux the worker takes what the editor leaves of the processor', {
  skip: process.platform !== 'linux' && 'only Linux has priorities of threads',
}, async (t) => {
  const client = startWorker(t);
  await client.call('engineInfo', ENGINE);
  const niceness = await nicenessOfThreads();
  assert.ok(niceness.includes(0), 'the thread of the caller is as it was');
  assert.ok(niceness.includes(5), 'that of the worker stands back');
});

test('a run streams frames that join without a gap to what is on disk', async (t) => {
  const project = await makeProject(t);
  const client = startWorker(t);
  const frames: MetricFrame[] = [];
  const manifests: RunManifest[] = [];
  const progress: RunProgress[] = [];
  client.on('append', (frame) => frames.push(frame));
  client.on('manifest', ({ manifest }) => manifests.push(manifest));
  client.on('progress', (report) => progress.push(report));
  const outcome = await client.call('train', { configPath: project.configPath, engine: ENGINE });
  assert.equal(outcome.status, 'completed');
  let next = 0;
  for (const frame of frames) {
    assert.equal(frame.seq, next);
    next += frame.count;
  }
  const onDisk = await readMetrics(outcome.runDir, outcome.runId);
  assert.deepEqual(joinMetricFrames(outcome.runId, frames), onDisk);
  assert.equal(manifests.at(-1)?.status, 'completed');
  assert.equal(progress[0].phase, 'reading');
  assert.equal(progress.at(-1)?.phase, 'testing');
  assert.ok(progress.every(({ fraction }) => fraction >= 0 && fraction <= 1));
});

test('pause holds, resume goes on, predict answers meanwhile, stop keeps', async (t) => {
  const project = await makeLongProject(t);
  const client = startWorker(t);
  const training = client.call('train', { configPath: project.configPath, engine: ENGINE });
  const { runId, runDir } = await once(client, 'started');
  await once(client, 'manifest', ({ manifest }) => manifest.best !== undefined);
  const [prediction] = await client.call('predict', { runDir, texts: ['the snow and ice'] });
  assert.deepEqual(prediction.classes.map(({ label }) => label).sort(), ['cold', 'warm']);
  const paused = once(client, 'manifest', ({ manifest }) => manifest.status === 'paused');
  await client.call('control', { runId, action: 'pause' });
  await paused;
  const { count } = await readMetrics(runDir, runId);
  await client.call('predict', { runDir, texts: Array.from({ length: 200 }, () => 'it was very near the sun') });
  assert.equal((await readMetrics(runDir, runId)).count, count);
  const grown = once(client, 'append');
  await client.call('control', { runId, action: 'resume' });
  assert.equal((await grown).seq, count);
  await client.call('control', { runId, action: 'stop' });
  const outcome = await training;
  assert.equal(outcome.status, 'stopped');
  assert.ok(outcome.manifest.test);
  await assert.rejects(client.call('control', { runId, action: 'stop' }), (error) =>
    UserError.is(error, 'training.notHere'),
  );
});

test('an abort of train cancels the run', async (t) => {
  const project = await makeLongProject(t);
  const client = startWorker(t);
  const abort = new AbortController();
  const training = client.call('train', { configPath: project.configPath, engine: ENGINE }, { signal: abort.signal });
  await once(client, 'append');
  abort.abort();
  const { status, manifest } = await training;
  assert.equal(status, 'cancelled');
  assert.equal(manifest.test, undefined);
});

test('cancel while the data is read', async (t) => {
  const project = await makeProject(t);
  await writeFile(join(project.dir, 'train.csv'), makeRows(600_000, 3));
  const client = startWorker(t);
  const training = client.call('train', { configPath: project.configPath, engine: ENGINE });
  const { runId } = await once(client, 'started');
  await once(client, 'progress', ({ phase, fraction }) => phase === 'reading' && fraction > 0);
  await client.call('control', { runId, action: 'cancel' });
  const { status, manifest } = await training;
  assert.equal(status, 'cancelled');
  assert.deepEqual(manifest.labels, []);
});

test('a config with errors is refused before there is a run', async (t) => {
  const project = await makeProject(t);
  await writeFile(project.configPath, CONFIG.replace('"max"', '"median"'));
  await assert.rejects(startWorker(t).call('train', { configPath: project.configPath, engine: ENGINE }), (error) =>
    UserError.is(error, 'config.invalid'),
  );
});

test('a named backend that cannot run is an error; the config has the last word', async (t) => {
  const project = await makeProject(t);
  const client = startWorker(t);
  const tensorflow = { backend: 'tensorflow', threads: 'auto' } as const;
  await assert.rejects(client.call('train', { configPath: project.configPath, engine: tensorflow }), (error) =>
    UserError.is(error, 'engine.tensorflowMissing'),
  );
  await writeFile(project.configPath, CONFIG.replace('"training"', '"engine": { "backend": "cpu" }, "training"'));
  const { configPath } = project;
  assert.equal((await client.call('train', { configPath, engine: tensorflow })).status, 'completed');
});

test('the engine tells of itself while a run trains, and the run does not notice', async (t) => {
  const project = await makeLongProject(t);
  const client = startWorker(t);
  // The vectors of many words make the run's memory grow.
  await writeFile(
    project.configPath,
    CONFIG.replace('"epochs": 4', '"epochs": 100000').replace('"size": 8', '"size": 4096'),
  );
  const run = client.call('train', { configPath: project.configPath, engine: { backend: 'wasm', threads: 1 } });
  const { runId, backend } = await once(client, 'started');
  assert.deepEqual([backend.used, backend.threads], ['wasm', 1]);
  await once(client, 'progress', ({ step }) => step > 3);
  const info = await client.call('engineInfo', { backend: 'auto', threads: 2 });
  assert.deepEqual(info.computes, backend, 'it says what the run has, not what was asked for');
  assert.deepEqual(info.requested, { backend: 'auto', threads: 2 });
  assert.ok(info.memory!.memoryBytes > 2 ** 24);
  let steps = 0;
  await once(client, 'progress', () => ++steps > 3);
  await client.call('control', { runId, action: 'stop' });
  assert.equal((await run).status, 'stopped');
});

test('data is checked and previewed from the text in the editor', async (t) => {
  const { configPath } = await makeProject(t);
  const client = startWorker(t);
  const text = await readFile(configPath, 'utf8');
  const few = await client.call('checkData', { configPath, text });
  assert.deepEqual(
    few.map(({ code }) => code),
    ['preflight.smallValidation'],
  );
  const wrong = text.replace('"path": "train.csv"', '"path": "train.csv", "labelColumn": "lable"');
  const [finding] = await client.call('checkData', { configPath, text: wrong });
  assert.equal(finding.code, 'data.columnMissing');
  assert.deepEqual(finding.path, ['data', 'train', 'labelColumn']);
  assert.equal(finding.suggestion, 'label');
  const preview = await client.call('preview', { configPath, text, part: 'test', maxRows: 5 });
  assert.equal(preview.rows.length, 5);
  const plan = await client.call('plan', { configPath, text });
  assert.equal(plan.examples.test, 60);
});

test('a language model writes while it trains, tells samples, and stops writing when asked to', async (t) => {
  const project = await makeTextProject(t);
  await writeFile(project.configPath, TEXT_CONFIG.replace('"epochs": 3', '"epochs": 100000'));
  const client = startWorker(t);
  const training = client.call('train', { configPath: project.configPath, engine: ENGINE });
  const { runId, runDir } = await once(client, 'started');
  await once(client, 'append', ({ samples }) => samples.length > 0);
  const settings = { prompt: 'the king', length: 20, temperature: 0.8, seed: 1 };
  const text = await client.call('generate', { runDir, settings });
  assert.equal(text.length, 20);
  const controller = new AbortController();
  const long = client.call(
    'generate',
    { runDir, settings: { ...settings, length: 1e7 } },
    { signal: controller.signal },
  );
  setTimeout(() => controller.abort(), 100);
  await assert.rejects(long, CancelledError);
  await assert.rejects(client.call('predict', { runDir, texts: ['x'] }), (error) =>
    UserError.is(error, 'run.wrongTask'),
  );
  const { samples, validation } = await readMetrics(runDir, runId);
  assert.ok(samples.length > 0 && samples[0].text.length > 0);
  assert.ok(validation.perplexity.every(Number.isFinite) && validation.accuracy.every(Number.isNaN));
  await client.call('control', { runId, action: 'stop' });
  assert.equal((await training).status, 'stopped');
});
