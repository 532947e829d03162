import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeOfToken, quoteToken } from '../../../../webview/inspector/numbers.ts';

test('a token that runs from left to right is quoted as it is', () => {
  assert.equal(quoteToken('weep'), '“weep”');
  assert.equal(quoteToken('哈姆雷特'), '“哈姆雷特”');
  assert.equal(quoteToken(' '), '“␣”');
});

test('one that runs from right to left turns neither the sentence around it nor an arrow', () => {
  assert.equal(quoteToken('שלום'), '\u2066“שלום”\u2069');
  assert.equal(changeOfToken('أين', 'متى'), 'أين\u200e→متى');
  assert.equal(changeOfToken('thou', 'you'), 'thou→you');
});
