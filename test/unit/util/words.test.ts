// How sentences write numbers, and how they are cut into lines.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayWidth, grouped, shareText, wrap } from '../../../extension/util/words.ts';

test('thousands are grouped, and a share has a decimal where it is small', () => {
  assert.equal(grouped(1234567), '1,234,567');
  assert.deepEqual([0.0944, 0.1, 0.5].map(shareText), ['9.4 %', '10 %', '50 %']);
});

test('lines are cut between words by their columns, of which Chinese characters take two', () => {
  assert.equal(displayWidth('a房间'), 5);
  assert.deepEqual(wrap('one two three', 7), ['one two', 'three']);
  assert.deepEqual(wrap('房间 很 干净', 7), ['房间 很', '干净']);
  // A label may bring line breaks, and a long word is not cut.
  assert.deepEqual(wrap('"a\nb" incomprehensibly', 5), ['"a b"', 'incomprehensibly']);
});
