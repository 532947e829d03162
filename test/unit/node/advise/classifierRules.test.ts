// Each rule of the advisor: statistics on which it speaks, what it says, and statistics on which it says something else or nothing. Points come
// from what was measured and are not repeated here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validateConfig } from '../../../../extension/config/validateConfig.ts';
import { advise } from '../../../../extension/node/advise/advise.ts';
import { experimentText } from '../../../../extension/node/advise/experimentText.ts';
import type { DatasetStatistics } from '../../../../extension/node/advise/statistics.ts';
import { advised, FACTS, MACHINE } from './support.ts';

const NAMES: Partial<DatasetStatistics> = { characters: { ...FACTS.characters, median: 7, p95: 11 } };
const CHINESE: Partial<DatasetStatistics> = { chineseShare: 0.98 };
const ofLength = (length: number): Partial<DatasetStatistics> => ({
  tokens: { ...FACTS.tokens, lengths: new Uint32Array(1000).fill(length) },
});

test('data.validation: a tenth, of few texts a fifth; nothing where there is a part', () => {
  assert.equal(advised('data.validation'), undefined);
  const tenth = advised('data.validation', { hasValidation: false });
  assert.deepEqual(tenth?.value, { split: 0.1 });
  assert.match(tenth?.reason ?? '', /^10 % of 5,000 texts tell an accuracy of 50 % to within 4 points/);
  assert.deepEqual(advised('data.validation', { hasValidation: false, rows: 999 })?.value, { split: 0.2 });
});

test('text.cleaning: HTML in a twentieth of the texts', () => {
  assert.equal(advised('text.cleaning', { markupShare: 0.04 }), undefined);
  const entry = advised('text.cleaning', { markupShare: 0.3 });
  assert.deepEqual([entry?.value, entry?.reason], [['stripHtml'], '30 % of the texts have HTML in them.']);
});

test('text.tokenizer.type: words, what stands between spaces, characters of names', () => {
  const of = (changes: Partial<DatasetStatistics>) => {
    const entry = advised('text.tokenizer.type', changes);
    return [entry?.value, entry?.reason];
  };
  assert.deepEqual(of({}), ['word', 'Half of the texts have 50 characters or more, so they have words.']);
  assert.match(of({ isTokenised: true }).join(), /^whitespace,Punctuation stands apart/);
  assert.match(of(NAMES).join(), /^character,95 % of the texts have at most 11 characters/);
  assert.deepEqual(of(CHINESE), ['word', '98 % of the letters are Chinese.']);
  // A Chinese title has words in less than twenty characters.
  assert.equal(of({ ...NAMES, ...CHINESE })[0], 'word');
  const values = advised('text.tokenizer.type')?.alternatives.map(({ value }) => value);
  assert.deepEqual(values, ['bpe', 'character']);
});

test('text.tokenizer.segmenter: jieba for Chinese alone', () => {
  assert.equal(advised('text.tokenizer.segmenter'), undefined);
  assert.equal(advised('text.tokenizer.segmenter', CHINESE)?.value, 'jieba');
});

test('text.tokenizer.lowercase: words of an alphabet; not names, not Chinese', () => {
  assert.equal(advised('text.tokenizer.lowercase')?.value, true);
  assert.match(advised('text.tokenizer.lowercase', { isLowerCase: true })?.reason ?? '', /^All texts are lower case/);
  assert.equal(advised('text.tokenizer.lowercase', NAMES), undefined);
  assert.equal(advised('text.tokenizer.lowercase', CHINESE), undefined);
});

test('text.tokenizer.minFrequency: all words, but of very many those that occur twice; of characters nothing', () => {
  const few = advised('text.tokenizer.minFrequency');
  assert.deepEqual([few?.value, few?.alternatives[0].value], [1, 2]);
  assert.match(few?.reason ?? '', /^4,000 of 8,000 different tokens occur once; leaving such out gave /);
  const many = advised('text.tokenizer.minFrequency', { tokens: { ...FACTS.tokens, types: 90_000, once: 60_000 } });
  assert.equal(many?.value, 2);
  assert.equal(advised('text.tokenizer.minFrequency', NAMES), undefined);
});

test('text.maxLength: what 99 % of the texts have, in steps of 8, up to 512', () => {
  const entry = advised('text.maxLength');
  assert.deepEqual([entry?.value, entry?.reason], [104, '99 % of the training texts have up to 99 tokens.']);
  assert.equal(entry?.alternatives[0].value, 90);
  assert.equal(advised('text.maxLength', ofLength(3))?.value, 8);
  // One that cuts nothing is no other way.
  assert.deepEqual(advised('text.maxLength', ofLength(3))?.alternatives, []);
  assert.deepEqual(advised('text.maxLength', ofLength(0))?.alternatives, []);
  // A text of exactly maxLength tokens would look cut.
  assert.equal(advised('text.maxLength', ofLength(8))?.value, 16);
  const long = advised('text.maxLength', ofLength(2000));
  assert.equal(long?.value, 512);
  assert.match(long?.reason ?? '', /more than 2,000 tokens; of them 512 are read/);
});

test('model.encoder.type and model.pooling: by the length of the texts', () => {
  for (const [length, pooling] of [
    [8, 'last'],
    [30, 'max'],
  ] as const) {
    const encoder = advised('model.encoder.type', ofLength(length));
    assert.equal(encoder?.value, 'gru');
    assert.match(encoder?.reason ?? '', /a GRU gave .* LSTM and .* a plain RNN\.$/);
    assert.deepEqual(
      encoder?.alternatives.map(({ value }) => value),
      ['lstm', 'rnn'],
    );
    const entry = advised('model.pooling', ofLength(length));
    assert.equal(entry?.value, pooling);
    assert.match(entry?.reason ?? '', new RegExp(`^Half of the texts have up to ${length} tokens`));
  }
});

test('sizes, layers, directions and dropout: what was measured, with other values', () => {
  for (const [key, value] of [
    ['model.embedding.dropout', 0.2],
    ['model.encoder.layers', 1],
    ['model.encoder.bidirectional', true],
    ['model.head.dropout', 0.5],
  ] as const) {
    const entry = advised(key);
    assert.equal(entry?.value, value, key);
    assert.match(entry?.reason ?? '', /points? (?:more|less)|the same|as much as/, key);
    assert.match(entry?.source ?? '', /^docs\/advisor\.md, /);
  }
});

test('model.embedding.dropout and model.head.dropout: of words, not of characters', () => {
  for (const key of ['model.embedding.dropout', 'model.head.dropout']) {
    assert.match(advised(key)?.reason ?? '', /^On words 0\.2 .* than none\.$/, key);
    assert.equal(advised(key, NAMES)?.value, 0);
    assert.match(advised(key, NAMES)?.reason ?? '', /^On characters none gave/);
  }
});

test('training.epochs: more of them where an epoch has few updates', () => {
  assert.equal(advised('training.epochs')?.value, 10);
  assert.equal(advised('training.epochs', { rows: 900 })?.value, 20);
});

test('model.embedding.size and model.encoder.hiddenSize: half as large for few texts', () => {
  const of = (rows: number) => [
    advised('model.embedding.size', { rows }),
    advised('model.encoder.hiddenSize', { rows }),
  ];
  for (const [rows, size, reason] of [
    [900, 50, /^There are few texts, 900: 50 numbers a token and 50 units gave .* than 100 and 100\.$/],
    [5000, 100, /^There are 5,000 texts: 100 numbers a token and 100 units gave .* 50 and 50\.$/],
  ] as const) {
    const [embedding, encoder] = of(rows);
    assert.deepEqual([embedding?.value, encoder?.value, encoder?.alternatives[0].value], [size, size, 150 - size]);
    assert.match(embedding?.reason ?? '', reason);
  }
});

test('training.batchSize: 50, or what of the longest texts fits into memory', () => {
  assert.equal(advised('training.batchSize')?.value, 50);
  const little = advised('training.batchSize', ofLength(500), { memoryBytes: 60e6 });
  assert.ok(Number(little?.value) < 50 && Number(little?.value) > 1, String(little?.value));
  assert.match(little?.reason ?? '', /^45 MB is there for training; with \d+ of the longest texts/);
  const none = advised('training.batchSize', ofLength(500), { memoryBytes: 1 });
  assert.equal(none?.value, 1);
});

test('training.optimizer and training.clip: the ones that were measured', () => {
  assert.equal(advised('training.optimizer.type')?.value, 'adam');
  assert.equal(advised('training.optimizer.learningRate')?.value, 0.003);
  assert.equal(advised('training.clip.norm')?.value, 5);
});

test('training.best.metric and training.loss.classWeights: macro F1, unweighted, where a class has more than ten times the texts of another', () => {
  assert.equal(advised('training.best.metric'), undefined);
  const classes = [
    { label: 'often', count: 4600 },
    { label: 'rare', count: 400 },
  ];
  assert.equal(advised('training.loss.classWeights'), undefined);
  const weights = advised('training.loss.classWeights', { classes });
  assert.equal(weights?.value, 'none');
  assert.match(weights?.reason ?? '', /^Balanced weights gave .* of macro F1\.$/);
  const entry = advised('training.best.metric', { classes });
  assert.equal(entry?.value, 'validation.macroF1');
  assert.match(entry?.reason ?? '', /^"often" has 4,600 texts, "rare" 400/);
});

test('whatever the statistics, the config has no problems, and every entry has a sentence and a source', () => {
  const manifest = { files: [{ path: 'a.csv' }] };
  const empty = { ...FACTS, rows: 0, classes: [], tokens: { lengths: new Uint32Array(), total: 0, types: 0, once: 0 } };
  for (const changes of [{}, NAMES, CHINESE, { hasValidation: false }, ofLength(5000), empty]) {
    for (const task of ['classification', 'languageModel'] as const) {
      const advice = advise({ ...FACTS, ...changes, task }, MACHINE);
      const { problems } = validateConfig(experimentText({ reference: 'a', manifest }, advice));
      assert.deepEqual(problems, []);
      for (const { key, reason, source, alternatives } of advice.entries) {
        assert.match(reason, /^\S.*\.$/, key);
        assert.notEqual(source, '');
        for (const other of alternatives) assert.match(other.reason, /^\S.*\.$/, key);
      }
    }
  }
});
