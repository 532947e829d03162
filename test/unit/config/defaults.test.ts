// Which defaults an editor shows, and where; and over which keys it tells of sizes and times.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectPlace } from '../../../extension/config/effectKeys.ts';
import { validateConfig } from '../../../extension/config/validateConfig.ts';
import { unwrittenDefaults } from '../../../extension/config/writtenDefaults.ts';

/** The text with each hint at its place. */
function hinted(text: string): string {
  const { experiment } = validateConfig(text);
  assert.ok(experiment, 'the config is valid');
  return [...unwrittenDefaults(text, experiment)]
    .sort((a, b) => b.offset - a.offset)
    .reduce(
      (shown, { offset, keys }) =>
        `${shown.slice(0, offset)}<${keys.map(({ key, value }) => `${key} ${value}`).join(', ')}>${shown.slice(offset)}`,
      text,
    );
}

const DATA = '"data": { "train": { "path": "a.csv" } }';

test('what is not written is shown where it would stand', () => {
  const text = `{ ${DATA}, "model": { "encoder": { "type": "gru", "layers": 2 } }, "training": { "epochs": 3, "optimizer": { "type": "sgd" } } }`;
  assert.equal(
    hinted(text),
    `{ ${DATA}, "model": { "encoder": { "type": "gru", "layers": 2<hiddenSize 100> }<embedding.size 100, pooling "last"> }, "training": { "epochs": 3, "optimizer": { "type": "sgd"<learningRate 0.1> }<batchSize 32, seed 1> }<text.tokenizer.type "word", text.maxLength 128> }`,
  );
});

test('a config that says everything has no hint, and an empty section has those of its keys', () => {
  const all = `{ ${DATA}, "text": { "tokenizer": { "type": "word" }, "maxLength": 9 }, "model": { "embedding": { "size": 3 }, "encoder": { "type": "rnn", "hiddenSize": 2, "layers": 1 }, "pooling": "max" }, "training": { "epochs": 1, "batchSize": 1, "seed": 2, "optimizer": { "type": "adam", "learningRate": 1 } } }`;
  assert.equal(hinted(all), all);
  assert.match(
    hinted(all.replace(/"text": \{.*?\}, "m.*?9 \}/, '"text": {}')),
    /"text": \{<tokenizer\.type "word", maxLength 128>\}/,
  );
});

test('a language model has no hints of what it has no use for', () => {
  const shown = hinted(
    `{ "task": "languageModel", ${DATA}, "model": { "embedding": { "type": "oneHot" }, "encoder": { "type": "lstm" } }, "training": {} }`,
  );
  assert.doesNotMatch(shown, /pooling|maxLength|<size/);
  assert.match(
    shown,
    /"training": \{<epochs 10, batchSize 32, sequenceLength 64, seed 1, optimizer.learningRate 0\.001>\}/,
  );
});

test('sizes and times are told over keys and plain values that they depend on, and over nothing else', () => {
  const text = '{ "name": "a", "model": { "encoder": { "type": "lstm", "hiddenSize": 64 } } }';
  const at = (part: string): string | undefined => {
    const place = effectPlace(text, text.indexOf(part) + 1);
    return place && text.slice(place.start, place.end);
  };
  assert.equal(at('"hiddenSize"'), '"hiddenSize"');
  assert.equal(at('64'), '64');
  assert.equal(at('"encoder"'), '"encoder"');
  assert.equal(at('"lstm"'), '"lstm"');
  assert.equal(at('"name"'), undefined);
  assert.equal(at('"model"'), undefined);
  assert.equal(effectPlace('{ "model": {', 5), undefined);
});
