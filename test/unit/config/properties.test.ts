// Over many mutations of good configs: our shape check fails exactly where TypeBox's does, and never throws.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { Value } from '@sinclair/typebox/value';
import { parse } from 'jsonc-parser';
import { loadExperiment } from '../../../extension/config/loadExperiment.ts';
import { overrideConfig } from '../../../extension/config/overrideConfig.ts';
import { validateConfig } from '../../../extension/config/validateConfig.ts';
import { expandSnippet, templateTitle } from '../../../extension/host/commands/snippetText.ts';
import { ExperimentSchema } from '../../../extension/schema/experiment.ts';
import { namedPath } from '../../../extension/schema/resolved.ts';
import { UserError } from '../../../extension/util/userError.ts';

const MEDIA = resolve(import.meta.dirname, '../../../media');
const configs = readdirSync(MEDIA, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.gatescope.json') && !name.includes('.gatescope/'))
  .map((name) => ({ name, text: readFileSync(join(MEDIA, name), 'utf8') }));

const VALUES = [
  'null',
  'true',
  '0',
  '-1',
  '0.5',
  '7',
  '1e9',
  '""',
  '"lstm"',
  '"auto"',
  '"balanced"',
  '[]',
  '[1]',
  '{}',
  '{"split":0.5}',
  '{"path":"x"}',
  '{"uniform":1}',
  '{"a":1}',
  '[0.5,0.5]',
  '"validation.loss"',
];

/** Replaces, removes or renames one place of the JSON value. */
function mutate(value: unknown, random: () => number): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.15)
    return JSON.parse(VALUES[Math.floor(random() * VALUES.length)]);
  const keys = Object.keys(value);
  if (keys.length === 0) return { [['norm', 'split', 'x', 'type'][Math.floor(random() * 4)]]: 1 };
  const key = keys[Math.floor(random() * keys.length)];
  const copy: Record<string, unknown> = Array.isArray(value) ? (value.slice() as never) : { ...value };
  const kind = random();
  if (kind < 0.15 && !Array.isArray(value)) delete copy[key];
  else if (kind < 0.3 && !Array.isArray(value)) copy[`${key}x`] = copy[key];
  else copy[key] = mutate(copy[key], random);
  return copy;
}

function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

test('shape errors agree with TypeBox on 4,000 mutations, and places lie in the text', () => {
  let valid = 0;
  const good = configs.filter(({ name }) => name.startsWith('examples')).map(({ text }) => parse(text) as unknown);
  for (let seed = 1; seed <= 4000; seed++) {
    const random = createRandom(seed);
    let value = good[seed % good.length];
    for (let times = 1 + Math.floor(random() * 3); times > 0; times--) value = mutate(value, random);
    const text = JSON.stringify(value, undefined, 2);
    const { problems } = validateConfig(text);
    const shapeErrors = problems.filter(
      ({ severity, code }) => severity === 'error' && code !== 'config.contradiction',
    );
    const isValid = Value.Check(ExperimentSchema, value);
    assert.equal(shapeErrors.length === 0, isValid, `${seed}: ${text}\n${JSON.stringify(shapeErrors)}`);
    for (const { start, end } of problems) assert.ok(start >= 0 && start < end && end <= text.length);
    if (isValid) valid++;
  }
  assert.ok(valid > 200 && valid < 3800, `${valid} valid`);
});

test('text that is cut off anywhere is no crash', () => {
  for (const { text } of configs) for (let end = 0; end < text.length; end += 7) validateConfig(text.slice(0, end));
});

test('what ships is valid: examples, and templates with their placeholders filled in', () => {
  assert.ok(configs.length >= 6);
  for (const { name, text } of configs) {
    assert.ok(templateTitle(text), `${name} begins with what it is for`);
    const { problems } = validateConfig(name.startsWith('templates') ? expandSnippet(text) : text);
    assert.deepEqual(problems, [], name);
  }
});

test('what a run keeps of a config is a config itself, and the same one', () => {
  for (const { name, text } of configs) {
    const experiment = loadExperiment(name.startsWith('templates') ? expandSnippet(text) : text, name);
    assert.deepEqual(loadExperiment(JSON.stringify(experiment), name), experiment, name);
  }
});

test('defaults are filled in, and nothing is merged into what is written', () => {
  const text = `{ "data": { "train": { "path": "a.csv" }, "validation": { "path": "b.csv" } },
    "model": { "embedding": { "init": { "normal": 1 } }, "encoder": { "type": "lstm" } } }`;
  const experiment = loadExperiment(text, '/x/trec.gatescope.json', { backend: 'cpu' });
  assert.equal(experiment.name, 'trec');
  assert.deepEqual(experiment.data.validation, { path: 'b.csv', format: 'auto', labelPart: 'whole', encoding: 'auto' });
  assert.deepEqual(experiment.model.embedding, { size: 100, dropout: 0, init: { normal: 1 } });
  assert.deepEqual(experiment.training.optimizer, {
    type: 'adam',
    learningRate: 0.001,
    betas: [0.9, 0.999],
    epsilon: 1e-8,
    lazy: false,
    weightDecay: 0,
  });
  assert.deepEqual(experiment.engine, { backend: 'cpu', threads: 'auto' });
  assert.equal('clip' in experiment.training, false);
  assert.deepEqual(loadExperiment(text.replace(', "validation": { "path": "b.csv" }', ''), 'x').data.validation, {
    split: 0.1,
  });
});

test('overrides change one key and keep comments; a wrong key names the nearest', () => {
  const text = '{\n  // keep me\n  "model": { "encoder": { "type": "lstm" } }, "data": { "train": { "path": "a" } }\n}';
  const changed = overrideConfig(text, [
    'training.epochs=3',
    'data.train.path=b.csv',
    'training.loss.classWeights={"x":2}',
  ]);
  assert.match(changed, /keep me/);
  const { training, data } = loadExperiment(changed, 'x');
  assert.deepEqual([training.epochs, namedPath(data.train), training.loss?.classWeights], [3, 'b.csv', { x: 2 }]);
  const codeOf = (override: string): string => {
    try {
      overrideConfig(text, [override]);
      return 'none';
    } catch (error) {
      assert.ok(error instanceof UserError);
      return `${error.code}: ${error.message} ${error.remedy}`;
    }
  };
  const faster = loadExperiment(overrideConfig(text, ['training.optimizer.learningRate=0.01']), 'x');
  assert.deepEqual([faster.training.optimizer.type, faster.training.optimizer.learningRate], ['adam', 0.01]);
  const sgd = overrideConfig(text, ['training.optimizer.type=sgd', 'training.optimizer.learningRate=0.5']);
  assert.equal(loadExperiment(sgd, 'x').training.optimizer.type, 'sgd');
  assert.match(codeOf('training.epoch=3'), /Did you mean "training\.epochs"/);
  assert.match(codeOf('nonsense'), /key=value/);
  assert.equal(codeOf('training.loss.classWeights.spam=2'), 'none');
});
