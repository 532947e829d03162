// Changes of a manifest's text: one key, with everything else as it was.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'jsonc-parser';
import { withExcluded, withSplits } from '../../../extension/config/editManifest.ts';

const excludedIn = (text: string): unknown => (parse(text) as { exclude?: unknown }).exclude;

const TEXT = `{
  // How warm it was.
  "name": "Weather",
  "files": [{ "path": "letters.csv", "format": "csv" }], // all of them
  "splits": { "validation": 0.1, "seed": 1 }
}
`;

test('rows that are left out are one more key; lists of lines stay on one line, and taking them back gives the text of before', () => {
  const lines: (number | [number, number])[] = [3, [5, 9], ...Array.from({ length: 100 }, (_, at) => 20 + 2 * at)];
  const changed = withExcluded(TEXT, [{ path: 'letters.csv', lines, reason: 'dataset.leak' }]);
  assert.match(changed, /"lines": \[3, \[5, 9\], 20, 22, .*218\]/);
  assert.ok(changed.includes('  "files": [{ "path": "letters.csv", "format": "csv" }], // all of them\n'), changed);
  assert.ok(changed.includes('// How warm it was.'));
  assert.equal(withExcluded(changed, []), TEXT);
});

test('of long lists, what is left out for one reason is taken back, and what is added for another is added, without a step for each line', () => {
  const entry = (path: string, reason: string, first: number, count: number) => ({
    path,
    lines: Array.from({ length: count }, (_, at) => first + 2 * at),
    reason,
  });
  const others = [entry('b.csv', 'dataset.leak', 3, 5000), entry('d.csv', 'dataset.leak', 9, 5000)];
  const all = withExcluded(TEXT, [entry('a.csv', 'x', 4, 5000), others[0], entry('c.csv', 'x', 5, 5000), others[1]]);
  assert.deepEqual(excludedIn(withExcluded(all, others)), others);
  const more = [entry('a.csv', 'x', 4, 10_000), others[0], others[1]];
  assert.deepEqual(excludedIn(withExcluded(all, more)), more);
  assert.equal(withExcluded(withExcluded(all, more), []), TEXT);
});

test('only lists of lines are flattened: texts that look like one stay, and one that never closes costs no time', () => {
  const name = `[ 1,  2 ] [${'1'.repeat(60)} never closed`;
  const changed = withExcluded(TEXT.replace('Weather', name), [{ path: 'letters.csv', lines: [3] }]);
  assert.ok(changed.includes(`"name": "${name}"`), changed);
});

test('splits are written, replaced and removed', () => {
  const folds = withSplits(TEXT, { folds: 5, seed: 3 });
  assert.ok(folds.includes('"splits": { "seed": 3, "folds": 5 }'), folds);
  assert.ok(folds.includes('// all of them'));
  const none = withSplits(TEXT, undefined);
  assert.ok(!none.includes('splits') && none.includes('// all of them'), none);
  assert.match(withSplits(none, { validation: 0.2 }), /"splits": \{ ?\s*"validation": 0\.2\s*\}/);
});
