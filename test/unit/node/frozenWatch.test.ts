import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NamedTensor } from '../../../extension/engine/types.ts';
import { FrozenWatch } from '../../../extension/node/frozenWatch.ts';

const make = (): NamedTensor[] => ['a', 'b'].map((name) => ({ name, shape: [2], data: Float32Array.of(1, 2) }));

test('one bit that moves in a frozen parameter is found at the next change and at the end', () => {
  const weights = make();
  const watch = new FrozenWatch(() => weights);
  watch.change(new Set(['a']), new Set(['a']));
  const before = watch.summary(weights)!;
  assert.deepEqual(before.parameters, ['a']);
  weights[1].data[0] = 5;
  watch.change(new Set(['a', 'b']), new Set(['a']));
  assert.deepEqual(watch.summary(weights), before);
  watch.change(new Set(['a']), new Set(['a']));
  weights[0].data[1] = 2 + 2 ** -22;
  assert.throws(() => watch.check(weights), /a was frozen, and has changed/);
  assert.throws(() => watch.change(new Set(), new Set()), /a was frozen/);
  assert.notEqual(watch.summary(weights)!.sha256, before.sha256);
});

test('the sign of zero is a bit too', () => {
  const weights: NamedTensor[] = [{ name: 'a', shape: [1], data: Float32Array.of(0) }];
  const watch = new FrozenWatch(() => weights);
  watch.change(new Set(['a']), new Set());
  weights[0].data[0] = -0;
  assert.throws(() => watch.check(weights), /has changed/);
});

test('what is frozen now but was trained before is not said to have been frozen all along', () => {
  const weights = make();
  const watch = new FrozenWatch(() => weights);
  watch.change(new Set(['a', 'b']), new Set());
  assert.equal(watch.summary(weights), undefined);
  watch.check(weights);
});
