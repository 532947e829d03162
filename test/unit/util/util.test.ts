// Random numbers against their published vectors, nearest names, errors in words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editDistance, nearestName } from '../../../extension/util/editDistance.ts';
import { philox, RNG_PURPOSES, Rng, type RngPurpose } from '../../../extension/util/rng.ts';
import { formatUserError, UserError } from '../../../extension/util/userError.ts';

// Random123's kat_vectors, philox4x32 with 10 rounds.
const VECTORS: readonly [counter: [number, number, number, number], key: [number, number], out: number[]][] = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

test('Philox 4x32-10 gives the published numbers', () => {
  for (const [counter, key, expected] of VECTORS) {
    const out = new Uint32Array(4);
    philox(counter, key, out);
    assert.deepEqual([...out], expected);
  }
});

test('streams differ by seed, purpose, step and lane, and repeat by all of them', () => {
  const first = (seed: number, purpose: RngPurpose, step: number, lane: number) =>
    new Rng(seed, purpose, step, lane).nextUint32();
  const purposes = Object.keys(RNG_PURPOSES) as RngPurpose[];
  const values = new Set<number>();
  let count = 0;
  for (const seed of [0, 1, 2]) {
    for (const purpose of purposes) {
      for (const [step, lane] of [
        [0, 0],
        [1, 0],
        [0, 1],
      ]) {
        values.add(first(seed, purpose, step, lane));
        count++;
        assert.equal(first(seed, purpose, step, lane), first(seed, purpose, step, lane));
      }
    }
  }
  assert.equal(values.size, count);
});

test('numbers are uniform, whole numbers in bounds, a shuffle keeps all', () => {
  const rng = new Rng(7, 'sample');
  const floats = Array.from({ length: 20_000 }, () => rng.nextFloat());
  assert.ok(floats.every((value) => value >= 0 && value < 1 && value === Math.fround(value)));
  assert.ok(Math.abs(floats.reduce((sum, value) => sum + value, 0) / floats.length - 0.5) < 0.01);
  const counts = new Array<number>(7).fill(0);
  for (let draw = 0; draw < 14_000; draw++) counts[rng.nextInt(7)]++;
  assert.ok(
    counts.every((count) => Math.abs(count - 2000) < 250),
    counts.join(),
  );
  const items = Uint32Array.from({ length: 100 }, (_, at) => at);
  rng.shuffle(items);
  assert.notDeepEqual([...items], [...items.keys()]);
  assert.deepEqual(
    [...items].sort((a, b) => a - b),
    [...items.keys()],
  );
});

test('nearest names: typing errors, swaps, case; nothing for what is far', () => {
  assert.equal(editDistance('ab', 'ba'), 1);
  assert.equal(editDistance('kitten', 'sitting'), 3);
  assert.equal(nearestName('hiden_size', ['hiddenSize', 'layers']), 'hiddenSize');
  assert.equal(nearestName('EPOCHS', ['epochs', 'seed']), 'epochs');
  assert.equal(nearestName('zzzzzz', ['epochs', 'seed']), undefined);
  assert.equal(nearestName('x', []), undefined);
});

test('an error in words: place, message, remedy, code', () => {
  const error = new UserError({
    code: 'a.b',
    message: 'No.',
    remedy: 'Do.',
    place: { path: 'x.csv', line: 3, column: 7 },
  });
  assert.equal(formatUserError(error), 'x.csv:3:7: No. Do. [a.b]');
  assert.equal(formatUserError(new UserError({ code: 'c', message: 'No.' })), 'No. [c]');
});
