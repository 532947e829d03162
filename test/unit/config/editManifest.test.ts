// Changes of a manifest's text: one key, with everything else as it was.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withExcluded, withSplits } from '../../../extension/config/editManifest.ts';

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

test('splits are written, replaced and removed', () => {
  const folds = withSplits(TEXT, { folds: 5, seed: 3 });
  assert.ok(folds.includes('"splits": { "seed": 3, "folds": 5 }'), folds);
  assert.ok(folds.includes('// all of them'));
  const none = withSplits(TEXT, undefined);
  assert.ok(!none.includes('splits') && none.includes('// all of them'), none);
  assert.match(withSplits(none, { validation: 0.2 }), /"splits": \{ ?\s*"validation": 0\.2\s*\}/);
});
