import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENGINE_DIED, Engine } from '../../../extension/host/training/engine.ts';
import { CancelledError, UserError } from '../../../extension/util/userError.ts';
import { createFakeWorker, type FakeWorker, until } from './support.ts';

const prediction = { text: 'a', tokens: ['a'], unknown: [], truncated: 0, classes: [{ label: 'x', probability: 1 }] };

function createEngine(handlers: Parameters<typeof createFakeWorker>[0]): { engine: Engine; workers: FakeWorker[] } {
  const workers: FakeWorker[] = [];
  const engine = new Engine(() => {
    const worker = createFakeWorker(handlers);
    workers.push(worker);
    return worker.transport;
  });
  return { engine, workers };
}

test('the worker starts with the first call and serves the next ones too', async () => {
  const { engine, workers } = createEngine({ predict: () => [prediction] });
  assert.equal(workers.length, 0);
  await engine.call('predict', { runDir: '/r', texts: ['a'] });
  const answer = await engine.call('predict', { runDir: '/r', texts: ['a'] });
  assert.deepEqual(answer, [prediction]);
  assert.equal(workers.length, 1);
});

test('a death rejects what is pending with the reason; the next call starts a fresh worker that keeps subscriptions', async () => {
  const { engine, workers } = createEngine({
    predict: ({ texts }) => (texts[0] === 'hang' ? new Promise(() => undefined) : [prediction]),
  });
  const deaths: string[] = [];
  const logged: string[] = [];
  engine.onDied((reason) => deaths.push(reason.message));
  engine.on('log', ({ text }) => logged.push(text));
  const pending = engine.call('predict', { runDir: '/r', texts: ['hang'] });
  workers[0].die('out of memory');
  await assert.rejects(pending, (error) => UserError.is(error, ENGINE_DIED) && /out of memory/.test(error.message));
  assert.deepEqual(deaths, ['out of memory']);
  assert.deepEqual(await engine.call('predict', { runDir: '/r', texts: ['a'] }), [prediction]);
  assert.equal(workers.length, 2);
  workers[1].server.send('log', { level: 'info', text: 'hello' });
  await until(() => logged.length > 0);
  assert.deepEqual(logged, ['hello']);
});

test('errors of the worker keep their kind', async () => {
  const { engine } = createEngine({
    predict: () => Promise.reject(new UserError({ code: 'run.noModel', message: 'No model.' })),
    plan: () => Promise.reject(new TypeError('a bug')),
  });
  await assert.rejects(engine.call('predict', { runDir: '/r', texts: [] }), (error) =>
    UserError.is(error, 'run.noModel'),
  );
  await assert.rejects(engine.call('plan', { configPath: '/c', text: '' }), { name: 'TypeError', message: 'a bug' });
});

test('disposal ends the worker without calling it a death; later calls are cancelled', async () => {
  const { engine, workers } = createEngine({ predict: () => [prediction] });
  await engine.call('predict', { runDir: '/r', texts: ['a'] });
  let deaths = 0;
  engine.onDied(() => deaths++);
  engine.dispose();
  assert.equal(workers[0].isTerminated, true);
  assert.equal(deaths, 0);
  await assert.rejects(engine.call('predict', { runDir: '/r', texts: ['a'] }), CancelledError);
});
