// Whether a text is a config at all, and where it is not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configChecker } from '../../../extension/host/config/checkConfig.ts';
import { namedPath } from '../../../extension/schema/resolved.ts';

const GOOD =
  '// a\n{ "data": { "train": { "path": "http://x/,}" } /* b */, }, "model": { "encoder": { "type": "lstm" } }, }';

test('comments and trailing commas are fine, also such as stand in strings', () => {
  const { experiment, problems } = configChecker.checkShape(GOOD);
  assert.deepEqual(problems, []);
  assert.equal(experiment && namedPath(experiment.data.train), 'http://x/,}');
});

test('a broken text is no config, and its errors are left to the editor', () => {
  assert.deepEqual(configChecker.checkShape('{ "data": '), { experiment: undefined, problems: [] });
});

test('errors of shape and missing files have places', async () => {
  const text = GOOD.replace('"train"', '"trian"');
  const [problem] = configChecker.checkShape(text).problems;
  assert.equal(problem.code, 'config.missingKey');
  const missing = await configChecker.checkFiles(GOOD, '/nowhere/x.gatescope.json');
  assert.equal(GOOD.slice(missing[0].start, missing[0].end), '"http://x/,}"');
});
