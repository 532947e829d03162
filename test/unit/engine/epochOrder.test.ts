import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochOrder } from '../../../extension/engine/train/epochOrder.ts';
import { Rng } from '../../../extension/util/rng.ts';

/** Lengths as texts have them: many short, few long. */
function lengthsOf(count: number): { count: number; length: (at: number) => number } {
  const rng = new Rng(5, 'sample');
  const lengths = Array.from({ length: count }, () => 1 + Math.floor(60 * rng.nextFloat() ** 3));
  return { count, length: (at) => lengths[at] };
}

const orderOf = (
  batching: 'shuffled' | 'bucketed',
  { seed = 1, epoch = 1, count = 1003, batchSize = 16 } = {},
): Uint32Array => epochOrder({ seed, batchSize, batching }, epoch, lengthsOf(count));

for (const batching of ['shuffled', 'bucketed'] as const) {
  test(`${batching}: every example once, a function of seed and epoch`, () => {
    for (const count of [0, 1, 15, 16, 17, 100, 1003, 4000]) {
      const sorted = [...orderOf(batching, { count })].sort((a, b) => a - b);
      assert.deepEqual(sorted, [...Array(count).keys()], `${count} examples`);
    }
    assert.deepEqual(orderOf(batching), orderOf(batching));
    assert.notDeepEqual(orderOf(batching, { epoch: 2 }), orderOf(batching));
    assert.notDeepEqual(orderOf(batching, { seed: 2 }), orderOf(batching));
  });
}

/** Batches as the trainer cuts them, as lengths of their texts. */
function batchesOf(order: Uint32Array, batchSize = 16): number[][] {
  const { length } = lengthsOf(order.length);
  return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, at) =>
    Array.from(order.subarray(at * batchSize, (at + 1) * batchSize), length),
  );
}

/** Tokens of a batch padded to its longest text, over real tokens, all batches together. */
function padding(batches: readonly number[][]): number {
  const padded = batches.reduce((sum, batch) => sum + Math.max(...batch) * batch.length, 0);
  return padded / batches.flat().reduce((sum, length) => sum + length, 0);
}

test('bucketed batches hold texts of similar length', () => {
  const [shuffled, bucketed] = (['shuffled', 'bucketed'] as const).map((batching) =>
    padding(batchesOf(orderOf(batching))),
  );
  assert.ok(shuffled > 2.5, `shuffled: ${shuffled.toFixed(2)} times the tokens`);
  assert.ok(bucketed < 1.25, `bucketed: ${bucketed.toFixed(2)} times the tokens`);
});

test('bucketed batches come in random order, differ from epoch to epoch, and the smaller one has no special length', () => {
  const means = (order: Uint32Array): number[] =>
    batchesOf(order).map((batch) => batch.reduce((sum, length) => sum + length, 0) / batch.length);
  const own = means(orderOf('bucketed'));
  const rises = own.filter((mean, at) => at > 0 && mean > own[at - 1]).length / (own.length - 1);
  assert.ok(rises > 0.3 && rises < 0.7, `${rises} of the batches are longer than the one before`);
  const batchSets = (epoch: number): string[] =>
    Array.from({ length: 62 }, (_, at) =>
      [...orderOf('bucketed', { epoch }).subarray(at * 16, at * 16 + 16)].sort().join(),
    );
  const first = new Set(batchSets(1));
  assert.equal(batchSets(2).filter((batch) => first.has(batch)).length, 0);
  const last = Array.from({ length: 30 }, (_, epoch) => means(orderOf('bucketed', { epoch })).at(-1)!);
  assert.ok(Math.min(...last) < 8 && Math.max(...last) > 30, `${Math.min(...last)} to ${Math.max(...last)}`);
});
