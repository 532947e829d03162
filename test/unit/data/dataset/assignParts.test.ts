// Splits: every row in one part, shares that hold in every class, groups that stay together, and the seed that decides.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assignParts } from '../../../../extension/data/dataset/assignParts.ts';
import { Rng } from '../../../../extension/util/rng.ts';

/** Labels of classes of these sizes, mixed. */
function labelsOf(sizes: readonly number[], seed = 1): Uint32Array {
  const labels = Uint32Array.from(sizes.flatMap((size, label) => new Array<number>(size).fill(label)));
  new Rng(seed, 'order').shuffle(labels);
  return labels;
}

function shareOf(parts: Uint8Array, part: number, isCounted: (row: number) => boolean): number {
  return parts.reduce((sum, own, row) => sum + (own === part && isCounted(row) ? 1 : 0), 0);
}

test('stratified shares hold within two rows in every class and in total', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const rng = new Rng(seed, 'sample');
    const sizes = Array.from({ length: 1 + rng.nextInt(40) }, () => 1 + rng.nextInt(rng.nextInt(2) ? 5 : 500));
    const labels = labelsOf(sizes, seed);
    const shares = { validation: 0.1, test: 0.25 };
    const parts = assignParts({ labels }, { ...shares, seed });
    for (const [part, share] of [0.65, 0.1, 0.25].entries()) {
      assert.ok(Math.abs(shareOf(parts, part, () => true) - share * labels.length) <= 2, `seed ${seed}, part ${part}`);
      for (const [label, size] of sizes.entries()) {
        const count = shareOf(parts, part, (row) => labels[row] === label);
        assert.ok(Math.abs(count - share * size) <= 2, `seed ${seed}: ${count} of ${size} in part ${part}`);
      }
    }
  }
});

test('folds are of equal size, also in every class', () => {
  const labels = labelsOf([100, 53, 7]);
  const parts = assignParts({ labels }, { folds: 5 });
  for (let fold = 0; fold < 5; fold++) {
    assert.equal(
      shareOf(parts, fold, () => true),
      32,
    );
    assert.equal(
      shareOf(parts, fold, (row) => labels[row] === 0),
      20,
    );
  }
});

test('rows of one group are in one part, and the shares hold as far as groups allow', () => {
  const rng = new Rng(7, 'sample');
  const groups = Uint32Array.from({ length: 2000 }, () => rng.nextInt(150));
  const labels = new Uint32Array(groups.length);
  const parts = assignParts({ labels, groups }, { validation: 0.2, test: 0.1 });
  const partOf = new Map<number, number>();
  for (const [row, group] of groups.entries()) {
    assert.equal(partOf.get(group) ?? parts[row], parts[row]);
    partOf.set(group, parts[row]);
  }
  assert.ok(Math.abs(shareOf(parts, 1, () => true) - 400) < 20);
  assert.ok(Math.abs(shareOf(parts, 2, () => true) - 200) < 20);
});

test('the seed decides, and nothing else', () => {
  const labels = labelsOf([300, 200]);
  const drawn = (seed: number) => assignParts({ labels }, { validation: 0.2, seed });
  assert.deepEqual(drawn(1), drawn(1));
  assert.notDeepEqual(drawn(1), drawn(2));
  assert.deepEqual(assignParts({ labels }, { validation: 0.2 }), drawn(1));
});
