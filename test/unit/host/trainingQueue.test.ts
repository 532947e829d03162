import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine } from '../../../extension/host/training/engine.ts';
import { TrainingQueue } from '../../../extension/host/training/trainingQueue.ts';
import type { RunAction, TrainOutcome } from '../../../extension/protocol/engineContract.ts';
import { CancelledError, UserError } from '../../../extension/util/userError.ts';
import { createFakeWorker, type FakeWorker, manifestOf, until } from './support.ts';

interface Training {
  configPath: string;
  signal: AbortSignal;
  /** Tells the host that the run has a folder. */
  start(): void;
  finish(status?: TrainOutcome['status']): void;
}

const BACKEND = { requested: 'auto', used: 'native', instructions: 'avx2', threads: 2 } as const;

function createRig() {
  const trainings: Training[] = [];
  const controls: { runId: string; action: RunAction }[] = [];
  const crashed: string[] = [];
  const workers: FakeWorker[] = [];
  const engine = new Engine(() => {
    const worker: FakeWorker = createFakeWorker({
      train: ({ configPath }, { signal }) =>
        new Promise((resolve, reject) => {
          const runId = `run-${trainings.length + 1}`;
          const runDir = `/runs/${runId}`;
          signal.addEventListener('abort', () => reject(new CancelledError()));
          trainings.push({
            configPath,
            signal,
            start: () => worker.server.send('started', { runId, runDir, configPath, backend: BACKEND }),
            finish: (status = 'completed') =>
              resolve({ runId, runDir, status, manifest: manifestOf(runId, { status }) }),
          });
        }),
      control: (params) => void controls.push(params),
    });
    workers.push(worker);
    return worker.transport;
  });
  const queue = new TrainingQueue({ engine, markCrashed: async (dir) => void crashed.push(dir) });
  const train = (configPath: string) => queue.train({ configPath, engine: { backend: 'auto', threads: 'auto' } });
  const began = (count: number) => until(() => trainings.length === count);
  const running = () => until(() => queue.active?.state === 'running');
  return { queue, train, began, running, trainings, controls, crashed, workers };
}

test('a second Train waits for the first and then trains', async () => {
  const rig = createRig();
  const first = rig.train('/a');
  const second = rig.train('/a');
  await rig.began(1);
  assert.deepEqual(
    rig.queue.jobs.map(({ state }) => state),
    ['starting', 'queued'],
  );
  rig.trainings[0].start();
  await rig.running();
  assert.equal(rig.trainings.length, 1);
  rig.trainings[0].finish();
  assert.equal((await first).runId, 'run-1');
  await rig.began(2);
  rig.trainings[1].start();
  rig.trainings[1].finish('stopped');
  assert.equal((await second).status, 'stopped');
  assert.equal(rig.queue.jobs.length, 0);
});

test('progress and pauses of the run show on its job; those of other runs do not', async () => {
  const rig = createRig();
  const done = rig.train('/a');
  await rig.began(1);
  rig.trainings[0].start();
  await rig.running();
  const [worker] = rig.workers;
  const progress = { phase: 'training' as const, fraction: 0.5, epoch: 1, epochs: 2, step: 5, steps: 10 };
  worker.server.send('progress', { runId: 'run-1', ...progress });
  worker.server.send('progress', { runId: 'elsewhere', ...progress, fraction: 0.9 });
  worker.server.send('manifest', { runDir: '/runs/run-1', manifest: manifestOf('run-1', { status: 'paused' }) });
  await until(() => rig.queue.active?.isPaused === true);
  assert.equal(rig.queue.active?.progress?.fraction, 0.5);
  assert.deepEqual(rig.queue.active?.backend, BACKEND);
  worker.server.send('manifest', { runDir: '/runs/run-1', manifest: manifestOf('run-1', { status: 'running' }) });
  await until(() => rig.queue.active?.isPaused === false);
  rig.trainings[0].finish();
  await done;
});

test('control reaches the run that trains, by id, by config or by being the only one', async () => {
  const rig = createRig();
  const done = rig.train('/a');
  await rig.began(1);
  rig.trainings[0].start();
  await rig.running();
  await rig.queue.control('pause');
  await rig.queue.control('resume', { configPath: '/a' });
  await rig.queue.control('stop', { runId: 'run-1' });
  assert.deepEqual(
    rig.controls.map(({ runId, action }) => `${runId} ${action}`),
    ['run-1 pause', 'run-1 resume', 'run-1 stop'],
  );
  await assert.rejects(rig.queue.control('stop', { runId: 'other' }), (error) =>
    UserError.is(error, 'training.notHere'),
  );
  rig.trainings[0].finish('stopped');
  await done;
  await assert.rejects(rig.queue.control('stop'), (error) => UserError.is(error, 'training.none'));
});

test('a job that waits can be cancelled, and the one before it does not notice', async () => {
  const rig = createRig();
  const first = rig.train('/a');
  const second = rig.train('/b');
  const cancelled = assert.rejects(second, CancelledError);
  await rig.began(1);
  await rig.queue.control('cancel', { configPath: '/b' });
  await cancelled;
  rig.trainings[0].start();
  rig.trainings[0].finish();
  assert.equal((await first).status, 'completed');
  assert.equal(rig.trainings.length, 1);
});

test('cancel while data is loading aborts the call', async () => {
  const rig = createRig();
  const done = rig.train('/a');
  const cancelled = assert.rejects(done, CancelledError);
  await rig.began(1);
  await rig.queue.control('cancel');
  await cancelled;
  assert.equal(rig.trainings[0].signal.aborted, true);
  assert.equal(rig.queue.jobs.length, 0);
});

test('what is asked before the run has an id is done once it has one', async () => {
  const rig = createRig();
  const done = rig.train('/a');
  await rig.began(1);
  await rig.queue.control('pause');
  assert.equal(rig.controls.length, 0);
  rig.trainings[0].start();
  await until(() => rig.controls.length === 1);
  assert.deepEqual(rig.controls, [{ runId: 'run-1', action: 'pause' }]);
  rig.trainings[0].finish();
  await done;
});

test('when the engine dies the run is marked, the promise rejects, and the next job trains in a fresh engine', async () => {
  const rig = createRig();
  const first = rig.train('/a');
  const second = rig.train('/b');
  const died = assert.rejects(first, (error) => UserError.is(error, 'engine.died'));
  await rig.began(1);
  rig.trainings[0].start();
  await rig.running();
  rig.workers[0].die('segmentation fault');
  await died;
  assert.deepEqual(rig.crashed, ['/runs/run-1']);
  await rig.began(2);
  assert.equal(rig.workers.length, 2);
  rig.trainings[1].start();
  rig.trainings[1].finish();
  assert.equal((await second).runId, 'run-2');
});

test('an error of the user’s making leaves no job and marks nothing', async () => {
  const crashed: string[] = [];
  const engine = new Engine(
    () =>
      createFakeWorker({
        train: () => Promise.reject(new UserError({ code: 'data.fileNotFound', message: 'No such file.' })),
      }).transport,
  );
  const queue = new TrainingQueue({ engine, markCrashed: async (dir) => void crashed.push(dir) });
  await assert.rejects(queue.train({ configPath: '/a', engine: { backend: 'auto', threads: 'auto' } }), (error) =>
    UserError.is(error, 'data.fileNotFound'),
  );
  assert.deepEqual(crashed, []);
  assert.equal(queue.jobs.length, 0);
});

test('disposal rejects all that wait', async () => {
  const rig = createRig();
  const both = [rig.train('/a'), rig.train('/b')].map((done) => assert.rejects(done, CancelledError));
  await rig.began(1);
  rig.queue.dispose();
  await Promise.all(both);
});
