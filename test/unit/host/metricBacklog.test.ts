// What waits for a slow page: joined without a gap, cut where the page was given all, bounded.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricBacklog } from '../../../extension/host/webviews/metricBacklog.ts';
import { type MetricFrame, toMetricFrame } from '../../../extension/protocol/metricFrame.ts';
import type { RunEvent } from '../../../extension/schema/run.ts';
import { RunMetrics } from '../../../webview/shared/runMetrics.ts';

const lineOf = (at: number): RunEvent => ({ type: 'message', t: at, level: 'info', text: `line ${at}` });
const frameOf = (seq: number, count: number, runId = 'r'): MetricFrame =>
  toMetricFrame(
    runId,
    seq,
    Array.from({ length: count }, (_, at) => lineOf(seq + at)),
  );

function createBacklog() {
  const ready: string[] = [];
  return { backlog: new MetricBacklog((runId) => ready.push(runId)), ready };
}

test('what waits of a run comes as one frame, once, apart from other runs', () => {
  const { backlog, ready } = createBacklog();
  backlog.add(frameOf(0, 3));
  backlog.add(frameOf(7, 2, 'other'));
  for (let seq = 3; seq < 1000; seq++) backlog.add(frameOf(seq, 1));
  assert.deepEqual(backlog.take('r'), frameOf(0, 1000));
  assert.equal(backlog.take('r'), undefined);
  assert.deepEqual(backlog.take('other'), frameOf(7, 2, 'other'));
  assert.deepEqual([...new Set(ready)], ['r', 'other']);
});

test('frames that come while all metrics are read follow them without a gap or an overlap', async () => {
  // The end of the log may lie before, between or behind the frames that come meanwhile.
  for (let end = 10; end <= 30; end += 5) {
    const { backlog, ready } = createBacklog();
    backlog.add(frameOf(5, 5));
    const { promise, resolve: finish } = Promise.withResolvers<MetricFrame>();
    const reading = backlog.snapshot('r', () => promise);
    ready.length = 0;
    for (let seq = 10; seq < 20; seq += 5) backlog.add(frameOf(seq, 5));
    assert.deepEqual([backlog.take('r'), ready], [undefined, []], 'nothing is sent meanwhile');
    finish(frameOf(0, end));
    const metrics = RunMetrics.from(await reading);
    assert.deepEqual(ready, end < 20 ? ['r'] : []);
    // These were on disk when it was read, but are heard of later.
    for (let seq = 20; seq < 40; seq += 5) backlog.add(frameOf(seq, 5));
    assert.equal(metrics.take(backlog.take('r')!), 'taken');
    assert.deepEqual(
      metrics.messages.map(({ t }) => t),
      Array.from({ length: 40 }, (_, at) => at),
    );
  }
});

test('metrics that cannot be read leave what waits', async () => {
  const { backlog, ready } = createBacklog();
  const reading = backlog.snapshot('r', () => Promise.reject(new Error('no such file')));
  backlog.add(frameOf(0, 2));
  await assert.rejects(reading, /no such file/);
  assert.deepEqual([ready, backlog.take('r')], [['r'], frameOf(0, 2)]);
});

test('of a page that is too far behind only the newest is kept, which it sees as a gap', () => {
  const { backlog } = createBacklog();
  for (let seq = 0; seq < 60_000; seq += 1000) backlog.add(frameOf(seq, 1000));
  const behind = backlog.take('r')!;
  assert.ok(behind.count <= 50_000, `${behind.count} lines`);
  assert.equal(behind.seq + behind.count, 60_000);
  assert.equal(new RunMetrics('r').take(behind), 'gap');
});

test('a run that goes on from a checkpoint leaves what it has forgotten', async () => {
  const { backlog } = createBacklog();
  await backlog.snapshot('r', async () => frameOf(0, 50));
  backlog.add(frameOf(50, 5));
  backlog.add(frameOf(45, 15));
  assert.deepEqual(backlog.take('r'), frameOf(45, 15));
});
