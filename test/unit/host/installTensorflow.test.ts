// The command Install TensorFlow Engine: progress, cancel, and what it says at the end.
import './fakeVscodeHooks.ts';
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Engine } from '../../../extension/host/training/engine.ts';
import { CancelledError } from '../../../extension/util/userError.ts';
import { fake } from './fakeVscode.ts';

const { createInstallTensorflowCommand } = await import('../../../extension/host/commands/installTensorflowCommand.ts');

let subscriptions = 0;
beforeEach(() => {
  subscriptions = 0;
  Object.assign(fake, { asked: [], progress: [], answer: undefined });
});

/** Tells of one step, then answers `isNew`, or waits to be cancelled where that is undefined. */
function install(isNew?: boolean): Promise<boolean> {
  let listener: (payload: { text: string }) => void = () => assert.fail('nobody listens');
  const engine = {
    on(event: string, given: typeof listener) {
      assert.equal(event, 'installing');
      subscriptions++;
      listener = given;
      return { dispose: () => void subscriptions-- };
    },
    call(method: string, _params: object, { signal }: { signal: AbortSignal }) {
      assert.equal(method, 'installTensorflow');
      listener({ text: 'step 1' });
      if (isNew !== undefined) return Promise.resolve({ isNew });
      return new Promise((_settle, fail) => {
        signal.addEventListener('abort', () => fail(new CancelledError()));
      });
    },
  } as unknown as Engine;
  return createInstallTensorflowCommand(engine)['gatescope.engine.installTensorflow']();
}

test('it shows how far it is, and how to use what is installed', async () => {
  assert.equal(await install(true), true);
  assert.deepEqual(fake.progress, ['step 1']);
  assert.match(fake.asked[0], /is installed.*engine\.backend/);
  assert.equal(subscriptions, 0);
});

test('what is there already is said', async () => {
  assert.equal(await install(false), false);
  assert.match(fake.asked[0], /already/);
});

test('cancelling the notification cancels the installation', async () => {
  const installing = install();
  fake.cancelProgress();
  await assert.rejects(installing, CancelledError);
  assert.deepEqual([fake.asked, subscriptions], [[], 0]);
});
