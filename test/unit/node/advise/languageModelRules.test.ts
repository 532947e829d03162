// Each rule for language models: characters, and words where the text is in words already.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advised, FACTS } from './support.ts';

const TEXT = { task: 'languageModel' as const, hasValidation: false, classes: [] };
const of = (key: string, changes = {}) => {
  const entry = advised(key, { ...TEXT, ...changes });
  return entry && { value: entry.value, reason: entry.reason };
};

test('data.validation: the end of the text, unless the dataset has a part', () => {
  assert.deepEqual(of('data.validation'), {
    value: { split: 0.1 },
    reason: 'The end of the text is held out, 25,250 tokens.',
  });
  assert.equal(of('data.validation', { hasValidation: true }), undefined);
});

test('text.tokenizer.type: characters, but words where the text was cut into them', () => {
  assert.deepEqual(of('text.tokenizer.type', { tokens: { ...FACTS.tokens, types: 65 } }), {
    value: 'character',
    reason: 'The text has 65 different characters, so nothing is unknown.',
  });
  assert.match(of('text.tokenizer.type', { hasPlaceholders: true })?.reason ?? '', /^Rare words .* 8,000 different/);
  const apart = of('text.tokenizer.type', { isTokenised: true });
  assert.equal(apart?.value, 'whitespace');
  assert.match(apart?.reason ?? '', /^Punctuation stands apart/);
});

test('sizes, rate and lengths are those of words or of characters', () => {
  const values = (changes = {}) =>
    ['model.embedding', 'model.encoder.type', 'model.encoder.hiddenSize', 'training.sequenceLength'].map(
      (key) => of(key, changes)?.value,
    );
  const typesOf = (types: number) => ({ tokens: { ...FACTS.tokens, types } });
  assert.deepEqual(values(typesOf(500)), [{ type: 'oneHot' }, 'lstm', 128, 64]);
  assert.deepEqual(values(typesOf(501)), [{ size: 128 }, 'lstm', 128, 64]);
  assert.deepEqual(values({ hasPlaceholders: true }), [{ size: 200 }, 'lstm', 200, 20]);
  for (const key of ['training.epochs', 'training.batchSize', 'training.clip.norm', 'training.optimizer']) {
    assert.notEqual(of(key), undefined, key);
  }
});
