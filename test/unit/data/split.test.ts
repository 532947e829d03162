// The stratified split: exact counts, whole classes kept, nothing twice, a function of the seed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stratifiedSplit } from '../../../extension/data/split.ts';

/** `counts[label]` examples of each label, in turns. */
function labelsOf(counts: readonly number[]): Int32Array {
  const left = [...counts];
  const labels: number[] = [];
  while (left.some((count) => count > 0)) {
    for (const label of left.keys()) if (left[label]-- > 0) labels.push(label);
  }
  return Int32Array.from(labels);
}

test('a tenth of the classes of TREC is 545 examples, each class in proportion', () => {
  const counts = [1162, 1250, 86, 1223, 835, 896];
  const labels = labelsOf(counts);
  const { train, validation } = stratifiedSplit(labels, 6, { share: 0.1, seed: 1 });
  assert.equal(validation.length, 545);
  assert.equal(train.length, 4907);
  for (const [label, count] of counts.entries()) {
    const held = validation.filter((at) => labels[at] === label).length;
    assert.ok(Math.abs(held - count * 0.1) < 1, `${held} of ${count}`);
  }
});

test('over many sets: every example on one side, every class in training, the total rounded', () => {
  for (let seed = 0; seed < 200; seed++) {
    const counts = Array.from({ length: 2 + (seed % 7) }, (_, at) => 1 + ((seed * 31 + at * 17) % 40));
    const share = 0.05 + ((seed * 13) % 80) / 100;
    const labels = labelsOf(counts);
    const { train, validation } = stratifiedSplit(labels, counts.length, { share, seed });
    assert.deepEqual(
      [...train, ...validation].sort((a, b) => a - b),
      [...labels.keys()],
    );
    assert.equal(new Set(Array.from(train, (at) => labels[at])).size, counts.length, 'every class is trained on');
    const most = labels.length - counts.length;
    assert.equal(validation.length, Math.min(Math.round(labels.length * share), most), `seed ${seed}`);
  }
});

test('the same seed gives the same split, another seed another', () => {
  const labels = labelsOf([50, 50]);
  const split = (seed: number) => [...stratifiedSplit(labels, 2, { share: 0.2, seed }).validation];
  assert.deepEqual(split(3), split(3));
  assert.notDeepEqual(split(3), split(4));
});
