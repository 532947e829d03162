import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toMetricFrame } from '../../../extension/protocol/metricFrame.ts';
import { makeEvents } from '../../../webview/dev/fixtures.ts';
import { RunMetrics } from '../../../webview/shared/runMetrics.ts';

const events = makeEvents(1000, 100);
const frame = (from: number, to: number) => toMetricFrame('run', from, events.slice(from, to));

test('frames one after another hold what one snapshot holds', () => {
  const whole = RunMetrics.from(frame(0, events.length));
  const parts = RunMetrics.from(frame(0, 7));
  for (let at = 7; at < events.length; at += 50) assert.equal(parts.take(frame(at, at + 50)), 'taken');
  assert.equal(parts.nextSeq, events.length);
  for (const [group, name] of [
    ['step', 'loss'],
    ['epoch', 'accuracy'],
    ['validation', 'macroF1'],
  ] as const) {
    assert.ok(whole.column(group, name).length > 0);
    assert.deepEqual(parts.column(group, name), whole.column(group, name));
  }
});

test('a gap and an overlap change nothing, a frame that is known is no news', () => {
  const metrics = RunMetrics.from(frame(0, 100));
  const before = [...metrics.column('step', 'loss')];
  assert.equal(metrics.take(frame(101, 110)), 'gap');
  assert.equal(metrics.take(frame(90, 110)), 'gap');
  assert.equal(metrics.take(frame(20, 100)), 'known');
  assert.deepEqual([...metrics.column('step', 'loss')], before);
  assert.equal(metrics.nextSeq, 100);
});

test('a snapshot starts at the first event', () => {
  assert.throws(() => RunMetrics.from(frame(5, 10)), /start at 0/);
});
