// Vocabularies of other models as ours: which of the file's ids each of our ids is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readForeignVocabulary } from '../../../extension/text/foreignVocabulary.ts';
import { createTokenizer } from '../../../extension/text/tokenizer.ts';
import { UserError } from '../../../extension/util/userError.ts';

test('a list gives ids by line; a list that is one short begins with 1', () => {
  assert.deepEqual(readForeignVocabulary('a\nb\nc\n', 3), {
    tokens: ['[PAD]', '[UNK]', 'a', 'b', 'c'],
    rows: [-1, -1, 0, 1, 2],
  });
  assert.deepEqual(readForeignVocabulary('@@UNKNOWN@@\r\nb\r\nc\r\n', 4), {
    tokens: ['[PAD]', '[UNK]', 'b', 'c'],
    rows: [0, 1, 2, 3],
  });
});

test('names of padding and of the unknown token are known, wherever they stand', () => {
  const { tokens, rows } = readForeignVocabulary(JSON.stringify(['x', '<unk>', 'y', '<pad>']), 4);
  assert.deepEqual(tokens, ['[PAD]', '[UNK]', 'x', 'y']);
  assert.deepEqual(rows, [3, 1, 0, 2]);
});

test('ids by token leave one id without a name, which pads', () => {
  const { tokens, rows } = readForeignVocabulary('{ "b": 2, "a": 1, "\\n": 3 }', 4);
  assert.deepEqual(tokens, ['[PAD]', '[UNK]', 'a', 'b', '\n']);
  assert.deepEqual(rows, [0, -1, 1, 2, 3]);
});

test('the tokenizer.json of a run stays as it is', () => {
  const own = ['[PAD]', '[UNK]', 'the', 'cat'];
  const json = createTokenizer({ type: 'word', lowercase: true }, own).toJson();
  assert.deepEqual(readForeignVocabulary(json, 4), { tokens: own, rows: [0, 1, 2, 3] });
});

test('a token that begins with a bracket does not make a list JSON', () => {
  assert.deepEqual(readForeignVocabulary('[CLS]\n{\nx', 3).tokens, ['[PAD]', '[UNK]', '[CLS]', '{', 'x']);
});

test('what does not fit the weights is said', () => {
  const cases: [string, number, RegExp][] = [
    ['a\nb', 5, /2 tokens, and the model 5/],
    ['{ "a": 7 }', 3, /"a" has the id 7.*0 to 2/],
    ['{ "a": 0.5 }', 3, /"a" has the id 0\.5/],
    ['{ "a": 1, "b": 1 }', 3, /"a" and "b" have the same id/],
    ['{ "a": 1 }', 4, /no token has the id 2/],
  ];
  for (const [text, size, message] of cases) {
    assert.throws(
      () => readForeignVocabulary(text, size),
      (error) => UserError.is(error, 'vocabulary.misfit') && message.test(error.message),
      text,
    );
  }
});
