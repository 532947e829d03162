import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { createCoalesced, createThrottled } from '../../../extension/host/views/coalesce.ts';

test('requests while work runs lead to one more run, which answers all of them', async () => {
  const releases: (() => void)[] = [];
  let runs = 0;
  const request = createCoalesced(() => {
    runs++;
    return new Promise<void>((resolve) => releases.push(resolve));
  });
  const first = request();
  const [second, third] = [request(), request()];
  assert.equal(runs, 1);
  releases[0]();
  await first;
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(runs, 2);
  releases[1]();
  await Promise.all([second, third]);
  assert.equal(runs, 2);
});

test('failed work rejects its own request and not the next', async () => {
  let runs = 0;
  const request = createCoalesced(async () => {
    if (++runs === 1) throw new Error('disk');
  });
  const [first, second] = [request(), request()];
  await assert.rejects(first, /disk/);
  await second;
  assert.equal(runs, 2);
});

test('a throttled action comes at once, then at most once an interval, and the last request is not lost', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    let calls = 0;
    const throttled = createThrottled(() => calls++, 100);
    throttled.request();
    assert.equal(calls, 1);
    throttled.request();
    throttled.request();
    assert.equal(calls, 1);
    mock.timers.tick(100);
    assert.equal(calls, 2);
    mock.timers.tick(500);
    assert.equal(calls, 2);
    throttled.request();
    assert.equal(calls, 3);
    throttled.request();
    throttled.dispose();
    mock.timers.tick(500);
    assert.equal(calls, 3);
  } finally {
    mock.timers.reset();
  }
});
