// The text of a config that is made from advice: what stands on a line, what above it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'jsonc-parser';
import { experimentText } from '../../../../extension/node/advise/experimentText.ts';
import type { AdviceEntry } from '../../../../extension/protocol/advice.ts';

const manifest = { name: 'Weather', files: [{ path: 'a.csv' }, { path: 'b.csv', part: 'test' as const }] };
const entry = (key: string, value: unknown, reason: string, isOfData = true): AdviceEntry => ({
  key,
  value,
  reason,
  source: 'the dataset',
  isOfData,
  alternatives: [],
});

test('short sections stand on one line under the reasons of their keys; what every dataset would have has none', () => {
  const long = `Many words ${'and more '.repeat(20)}end here.`;
  const entries = [
    entry('data.validation', { split: 0.2 }, 'There is no part to validate on.'),
    entry('text.tokenizer.type', 'word', 'They have words.'),
    entry('text.tokenizer.lowercase', true, 'All are lower case.'),
    entry('text.maxLength', 40, long),
    entry('model.encoder.type', 'lstm', 'It did best.', false),
  ];
  const text = experimentText({ reference: 'weather', manifest }, { task: 'classification', entries });
  assert.equal(
    text,
    `{
  // gatescope dataset advise has the reason of every value; what depends on the data has it here as well.
  "name": "Weather",
  "data": {
    "train": { "dataset": "weather" },
    // There is no part to validate on.
    "validation": { "split": 0.2 },
    "test": { "dataset": "weather" }
  },
  "text": {
    // They have words.
    // All are lower case.
    "tokenizer": { "type": "word", "lowercase": true },
    // Many words and more and more and more and more and more and more and more and more and more and more and
    // more and more and more and more and more and more and more and more and more and more end here.
    "maxLength": 40
  },
  "model": {
    "encoder": { "type": "lstm" }
  }
}
`,
  );
});

test('a name with quotes and a reason with line breaks or a comment in it do no harm', () => {
  const hostile = { ...manifest, name: 'a "b"\n// c' };
  const entries = [entry('text.maxLength', 8, 'The label "x\n}, \u2028 "y": /* " has 3 texts.')];
  const text = experimentText({ reference: 'w"x', manifest: hostile }, { task: 'languageModel', entries });
  const errors: never[] = [];
  assert.deepEqual(parse(text, errors), {
    name: 'a "b"\n// c',
    task: 'languageModel',
    data: { train: { dataset: 'w"x' }, validation: { dataset: 'w"x' }, test: { dataset: 'w"x' } },
    text: { maxLength: 8 },
  });
  assert.deepEqual(errors, []);
});
