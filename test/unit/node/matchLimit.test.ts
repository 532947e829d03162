// A regular expression of a tokenizer.json of others that finds no end in a text is ended; others are not disturbed by the watch.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { limitMatches } from '../../../extension/node/matchLimit.ts';
import { useMatchLimit } from '../../../extension/text/matchLimit.ts';
import { openTokenizerFile } from '../../../extension/text/tokenizer.ts';

after(() => useMatchLimit((work) => work()));

function tokenizerWith(Regex: string, decoder: object | null = null) {
  const model = { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: [['a', 'b']] };
  const step = { type: 'Split', pattern: { Regex }, behavior: 'Isolated' };
  return openTokenizerFile(JSON.stringify({ model, pre_tokenizer: step, decoder })).tokenizer;
}

test('a match with a cubic number of ways is ended, in encoding and in decoding, and the next text is read', () => {
  limitMatches(200);
  const cubic = tokenizerWith('a+a+a+!');
  const long = 'a'.repeat(20_000);
  const error = { code: 'tokenizer.tooSlow', message: /took more than 0\.2 s for one text/ };
  assert.throws(() => cubic.encode(long), error);
  assert.throws(() => cubic.encodePiece(long), error);
  assert.equal(cubic.token(cubic.encode('ab').ids[0]), 'ab');
  const decoder = {
    type: 'Sequence',
    decoders: [{ type: 'Fuse' }, { type: 'Replace', pattern: { Regex: 'a+a+a+!' }, content: 'x' }],
  };
  const decodes = tokenizerWith('b', decoder);
  const ids = new Array<number>(20_000).fill(decodes.id('a'));
  assert.throws(() => decodes.decode(ids), error);
});

test('what is in time comes out as without a limit, an error too', () => {
  limitMatches(60_000);
  const { encodePiece } = tokenizerWith(' ?[^\\s]+');
  const text = 'ab a '.repeat(200);
  const watched = [...encodePiece(text).ids];
  useMatchLimit((work) => work());
  assert.deepEqual(watched, [...encodePiece(text).ids]);
  limitMatches(60_000);
  assert.throws(() => encodePiece(undefined as never), TypeError);
});
