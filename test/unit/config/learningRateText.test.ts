// A learning rate written into a config: only the key changes, and what is written is valid.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'jsonc-parser';
import { withLearningRate } from '../../../extension/config/fineTuneText.ts';
import { configChecker } from '../../../extension/host/config/checkConfig.ts';
import type { Experiment } from '../../../extension/schema/experiment.ts';

const config = (training: string): string =>
  `{\n  // Mine.\n  "data": { "train": { "path": "a.csv" } },\n  "model": { "encoder": { "type": "lstm" } }${training}\n}\n`;

function rewritten(text: string): { text: string; experiment: Experiment } {
  const changed = withLearningRate(text, configChecker.checkShape(text).experiment!, 0.0026);
  const { experiment } = configChecker.checkShape(changed);
  assert.ok(experiment, changed);
  assert.match(changed, /\/\/ Mine\./);
  return { text: changed, experiment };
}

test('the rate of the optimizer is replaced, its kind and comments stay', () => {
  const text = config(
    ',\n  "training": { "optimizer": { "type": "sgd", "learningRate": 0.1, "momentum": 0.9 /* Polyak */ } }',
  );
  const { text: changed } = rewritten(text);
  assert.equal(changed, text.replace('0.1', '0.0026'));
});

test('a config that names no optimizer gets the default one with the rate', () => {
  for (const training of ['', ', "training": { "epochs": 2 }']) {
    const { text, experiment } = rewritten(config(training));
    assert.deepEqual({ ...experiment.training?.optimizer }, { type: 'adam', learningRate: 0.0026 });
    assert.equal((parse(text) as Experiment).training?.epochs, training === '' ? undefined : 2);
  }
});
