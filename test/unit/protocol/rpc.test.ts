// The rpc runtime: answers, errors with their code and remedy, cancellation, closed ends, events; frames join without a gap.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinMetricFrames, toMetricFrame } from '../../../extension/protocol/metricFrame.ts';
import { connect, serve, type Transport } from '../../../extension/protocol/rpc.ts';
import type { RunEvent } from '../../../extension/schema/run.ts';
import { CancelledError, UserError } from '../../../extension/util/userError.ts';

interface Echo {
  calls: { echo(params: string): string; fail(params: 'user' | 'bug'): never; wait(params: null): string };
  events: { tick: number };
}

interface End extends Transport {
  close(reason: Error): void;
}

/** Two ends of a pipe that clones messages as threads and pages do. */
function createPipe(): [End, End] {
  const listeners: ((message: unknown) => void)[][] = [[], []];
  const closers: ((reason: Error) => void)[][] = [[], []];
  const end = (own: number): End => ({
    post: (message) => {
      const copy = structuredClone(message);
      queueMicrotask(() => {
        for (const listener of listeners[1 - own]) listener(copy);
      });
    },
    onMessage(listener) {
      listeners[own].push(listener);
      return { dispose: () => void listeners[own].splice(listeners[own].indexOf(listener), 1) };
    },
    onClose(listener) {
      closers[own].push(listener);
      return { dispose: () => undefined };
    },
    close: (reason) => {
      for (const closer of closers[own]) closer(reason);
    },
  });
  return [end(0), end(1)];
}

function start(options: Parameters<typeof serve>[2] = {}) {
  const [near, far] = createPipe();
  const aborted: string[] = [];
  const server = serve<Echo>(
    far,
    {
      echo: (text) => text,
      fail: (kind) => {
        if (kind === 'bug') throw new TypeError('oops');
        throw new UserError({ code: 'a.b', message: 'No.', remedy: 'Do this.', place: { path: 'x', line: 3 } });
      },
      wait: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted.push('yes');
            reject(new CancelledError());
          });
        }),
    },
    options,
  );
  return { client: connect<Echo>(near), server, near, far, aborted };
}

test('calls are answered, each its own', async () => {
  const { client } = start();
  assert.deepEqual(await Promise.all(['a', 'b', 'c'].map((text) => client.call('echo', text))), ['a', 'b', 'c']);
});

test('a UserError keeps code, remedy and place; a bug keeps its words and is told', async () => {
  const bugs: unknown[] = [];
  const { client } = start({ onBug: (_, error) => bugs.push(error) });
  await assert.rejects(client.call('fail', 'user'), (error) => {
    assert.ok(UserError.is(error, 'a.b'));
    assert.deepEqual([error.message, error.remedy, error.place], ['No.', 'Do this.', { path: 'x', line: 3 }]);
    return true;
  });
  await assert.rejects(client.call('fail', 'bug'), { name: 'TypeError', message: 'oops' });
  assert.equal(bugs.length, 1);
});

test('only own methods can be called, and parameters can be refused', async () => {
  const { client } = start({ checkParams: (_, params) => (params === 'bad' ? 'it is bad' : undefined) });
  const call = client.call as unknown as (method: string, params: unknown) => Promise<unknown>;
  for (const method of ['nothing', 'toString', '__proto__', 'constructor']) {
    await assert.rejects(call(method, {}), /No such method/);
  }
  await assert.rejects(client.call('echo', 'bad'), /it is bad/);
});

test('an abort reaches the other end; an aborted call is never sent', async () => {
  const { client, aborted } = start();
  const abort = new AbortController();
  const waiting = client.call('wait', null, { signal: abort.signal });
  await client.call('echo', 'first');
  abort.abort();
  await assert.rejects(waiting, CancelledError);
  assert.deepEqual(aborted, ['yes']);
  await assert.rejects(client.call('echo', 'x', { signal: abort.signal }), CancelledError);
});

test('a closed end rejects what waits and what comes; the server aborts what runs', async () => {
  const { client, near, far, aborted } = start();
  const waiting = client.call('wait', null);
  await client.call('echo', 'first');
  far.close(new Error('gone'));
  near.close(new Error('the worker ended'));
  await assert.rejects(waiting, /the worker ended/);
  await assert.rejects(client.call('echo', 'x'), /the worker ended/);
  assert.deepEqual(aborted, ['yes']);
});

test('what is no message of ours is ignored', async () => {
  const { client, far } = start();
  for (const message of [null, 5, 'x', {}, { kind: 'ok', id: 99 }, { kind: 'strange' }]) far.post(message);
  assert.equal(await client.call('echo', 'still here'), 'still here');
});

test('events reach those who listen, until they no longer do', async () => {
  const { client, server } = start();
  const heard: number[] = [];
  const subscription = client.on('tick', (value) => heard.push(value));
  server.send('tick', 1);
  await client.call('echo', '');
  subscription.dispose();
  server.send('tick', 2);
  await client.call('echo', '');
  assert.deepEqual(heard, [1]);
});

test('a delivery ends when the other end took it, in order, or when it is gone', async () => {
  const { client, server } = start();
  const told: string[] = [];
  client.on('tick', (value) => told.push(`took ${value}`));
  await Promise.all([1, 2].map((value) => server.deliver('tick', value).then(() => told.push(`ended ${value}`))));
  assert.deepEqual(told, ['took 1', 'took 2', 'ended 1', 'ended 2']);
  client.dispose();
  let isEnded = false;
  const last = server.deliver('tick', 3).then(() => {
    isEnded = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isEnded, false, 'nobody took it');
  server.dispose();
  await last;
  await server.deliver('tick', 4);
});

test('frames join to what one frame of all events is', () => {
  const events: RunEvent[] = Array.from({ length: 30 }, (_, at): RunEvent => {
    if (at % 10 === 9)
      return {
        type: 'validation',
        t: at,
        step: at,
        epoch: 1,
        loss: Number.NaN,
        accuracy: 1,
        macroF1: 1,
        weightedF1: 1,
      };
    if (at % 10 === 8) return { type: 'message', t: at, level: 'info', text: `m${at}` };
    return {
      type: 'step',
      t: at,
      step: at,
      epoch: 1,
      loss: 1 / (at + 1),
      accuracy: 0,
      learningRate: 1,
      gradNorm: 1,
      tokensPerSecond: 1,
    };
  });
  const whole = toMetricFrame('r', 0, events);
  for (let cut = 0; cut <= events.length; cut++) {
    const parts = [toMetricFrame('r', 0, events.slice(0, cut)), toMetricFrame('r', cut, events.slice(cut))];
    assert.deepEqual(joinMetricFrames('r', parts), whole);
  }
  assert.equal(whole.count, 30);
  assert.equal(whole.messages.length, 3);
});
