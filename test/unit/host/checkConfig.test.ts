// Whether a text is a config at all, and where it is not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configChecker } from '../../../extension/host/config/checkConfig.ts';

test('comments and trailing commas are fine, also such as stand in strings', () => {
  const text = '// a\n{ "data": { "train": { "path": "http://x/,}" } /* b */, }, "model": {}, }';
  const { experiment, problems } = configChecker.checkShape(text);
  assert.deepEqual(problems, []);
  assert.equal(experiment?.data.train.path, 'http://x/,}');
});

test('a broken text is an error', () => {
  const { experiment, problems } = configChecker.checkShape('{ "data": ');
  assert.equal(experiment, undefined);
  assert.equal(problems[0]?.severity, 'error');
});
