// Every code of a config problem: its range, its words, and a fix that removes it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEdits } from '../../../extension/config/configText.ts';
import type { ConfigProblem } from '../../../extension/config/problem.ts';
import { problemOfFinding, validateConfig, validateFiles } from '../../../extension/config/validateConfig.ts';

const GOOD = `{
  // A comment, and a comma at the end
  "data": { "train": { "path": "train.csv" }, "validation": { "split": 0.1 } },
  "text": { "tokenizer": { "lowercase": true } },
  "model": { "encoder": { "type": "lstm", "hiddenSize": 10 }, "pooling": "max" },
  "training": { "epochs": 3, "optimizer": { "type": "adam", "betas": [0.9, 0.99] }, "clip": { "norm": 5 } },
}`;

const changed = (from: string, to: string): string => {
  assert.ok(GOOD.includes(from), from);
  return GOOD.replace(from, to);
};

/** Change, code, the text that is marked, and words of the message. Each has fixes, and each fix removes it. */
const CASES: readonly [from: string, to: string, code: string, marked: string, message: RegExp][] = [
  ['"hiddenSize"', '"hiden_size"', 'config.unknownKey', '"hiden_size"', /Did you mean "hiddenSize"\?/],
  ['"training"', '"trainning"', 'config.unknownKey', '"trainning"', /Did you mean "training"\?/],
  ['"norm": 5', '"gradient": 5', 'config.unknownKey', '"gradient"', /Known keys: norm, value/],
  ['"path": "train.csv"', '', 'config.missingKey', '"train"', /"path" is missing: a text/],
  ['"type": "lstm", ', '', 'config.missingKey', '"encoder"', /"type" is missing: "lstm", "gru" or "rnn"/],
  ['"lstm"', '"grru"', 'config.enum', '"grru"', /Did you mean "gru"\? Allowed: "lstm", "gru", "rnn"/],
  [
    '"type": "lstm"',
    '"type": "gru", "forgetBias": 1',
    'config.unknownKey',
    '"forgetBias"',
    /no use with "type": "gru"; it belongs to "type": "lstm"/,
  ],
  [
    '"hiddenSize"',
    '"nonlinearity": "relu", "hiddenSize"',
    'config.unknownKey',
    '"nonlinearity"',
    /no use with "type": "lstm"; it belongs to "type": "rnn"/,
  ],
  ['"lstm"', '"rnn", "nonlinearity": "sigmoid"', 'config.enum', '"sigmoid"', /Allowed: "tanh", "relu"/],
  ['"adam"', '"adagrad"', 'config.unknownKey', '"betas"', /belongs to "type": "adam" and "type": "adamw"/],
  [
    '"adam", "betas": [0.9, 0.99]',
    '"RMSProp"',
    'config.enum',
    '"RMSProp"',
    /Did you mean "rmsprop"\? Allowed: "adam", "adamw", "sgd", "rmsprop", "adagrad"/,
  ],
  [
    '"adam", "betas": [0.9, 0.99]',
    '"rmsprop", "alpha": 1',
    'config.range',
    '1',
    /a number of at least 0 and below 1 is expected/,
  ],
  ['"epochs": 3', '"epochs": 3, "batching": "sorted"', 'config.enum', '"sorted"', /"shuffled", "bucketed"/],
  ['"lowercase": true', '"type": "bep"', 'config.enum', '"bep"', /Did you mean "bpe"\? .*"wordpiece", "unigram"/],
  [
    '"lowercase": true',
    '"type": "bpe", "segmenter": "jieba"',
    'config.contradiction',
    '"segmenter"',
    /A segmenter finds words: "bpe" has no use for it/,
  ],
  [
    '"lowercase": true',
    '"type": "bpe", "maxVocabulary": 100',
    'config.contradiction',
    '"maxVocabulary"',
    /an entry for each of 256 bytes: give at least 258/,
  ],
  ['"lowercase": true', '"file": "tokenizer.json", "lowercase": true', 'config.unknownKey', '"lowercase"', /lowercase/],
  ['"max"', '"maximum"', 'config.enum', '"maximum"', /Allowed: "last", "mean", "max"/],
  ['"max"', '"maxx"', 'config.enum', '"maxx"', /Did you mean "max"\?/],
  ['"adam"', '"adamm"', 'config.enum', '"adamm"', /Did you mean "adam"/],
  ['"epochs": 3', '"epochs": 0', 'config.range', '0', /a whole number from 1 to 100000/],
  [
    '"training"',
    `"probes": ${JSON.stringify(Array.from({ length: 21 }, (_, at) => `text ${at}`))}, "training"`,
    'config.range',
    '"probes"',
    /There are 21 values here: a list of at most 20 values is expected/,
  ],
  ['"training"', '"probes": [""], "training"', 'config.range', '""', /a text of 1 to 2000 characters/],
  ['"training"', '"probes": ["a", "a"], "training"', 'config.duplicateItem', '"a"', /twice/],
  ['0.1', '1', 'config.range', '1', /a number above 0 and below 1/],
  ['"epochs": 3', '"epochs": 2.5', 'config.type', '2.5', /not a whole number/],
  ['"epochs": 3', '"epochs": "three"', 'config.type', '"three"', /a whole number from 1 to 100000 is expected/],
  ['"lowercase": true', '"lowercase": 1', 'config.type', '1', /true or false is expected/],
  ['[0.9, 0.99]', '[0.9]', 'config.type', '[0.9]', /Exactly 2 values/],
  ['{ "split": 0.1 }', '{ "split": 0.1, "path": "x" }', 'config.unknownKey', '"path"', /no key "path" here/],
  ['"norm": 5', '"norm": 5, "value": 1', 'config.contradiction', '"value"', /by norm or by value, not both/],
  [
    '"encoder": { "type": "lstm", "hiddenSize": 10 }, "pooling": "max" },\n  "training": { "epochs": 3, "optimizer": {',
    '"embedding": { "type": "oneHot" }, "encoder": { "type": "lstm" } }, "training": { "optimizer": { "lazy": true,',
    'config.contradiction',
    '"lazy"',
    /One-hot vectors have no table/,
  ],
  ['"hiddenSize": 10', '"dropout": 0.5', 'config.contradiction', '"dropout"', /nothing with a single layer/],
  [
    '{ "type": "adam", "betas": [0.9, 0.99] }',
    '{ "type": "sgd", "nesterov": true }',
    'config.contradiction',
    '"nesterov"',
    /needs a momentum above 0/,
  ],
  [
    '"path": "train.csv"',
    '"path": "a", "format": "labelFirst", "textColumn": "x"',
    'config.contradiction',
    '"textColumn"',
    /no use for "textColumn"/,
  ],
  ['{ "split": 0.1 }', '{ "path": "train.csv" }', 'config.contradiction', '"path"', /This is the training data/],
  [
    '"tokenizer"',
    '"cleaning": ["lowercase"], "tokenizer"',
    'config.contradiction',
    '"lowercase"',
    /already makes everything lower case/,
  ],
  ['"tokenizer"', '"cleaning": ["nfc", "nfc"], "tokenizer"', 'config.duplicateItem', '"nfc"', /twice/],
  [
    '"clip"',
    '"earlyStopping": { "patience": 3 }, "clip"',
    'config.contradiction',
    '"patience"',
    /never ends a run of 3 epochs early/,
  ],
  ['"epochs": 3', '"epochs": 3, "epochs": 4', 'config.duplicateKey', '"epochs"', /stands here twice/],
];

/** A language model, and what it has no use for. */
const TEXT_MODEL = `{
  "task": "languageModel",
  "data": { "train": { "path": "a.txt" } },
  "text": { "tokenizer": { "type": "character" } },
  "model": { "embedding": { "type": "oneHot" }, "encoder": { "type": "lstm" } },
  "training": { "sequenceLength": 32, "best": { "metric": "validation.bitsPerCharacter" } }
}`;

const TEXT_CASES: readonly [from: string, to: string, marked: string, message: RegExp][] = [
  ['{ "type": "lstm" } }', '{ "type": "lstm" }, "pooling": "max" }', '"pooling"', /predicts at every token/],
  ['"lstm"', '"lstm", "bidirectional": true', '"bidirectional"', /show it what it has to predict/],
  ['"character" }', '"character" }, "maxLength": 9', '"maxLength"', /reads the whole text/],
  ['"best"', '"loss": { "classWeights": "balanced" }, "best"', '"loss"', /every token counts the same/],
  ['"best"', '"batching": "bucketed", "best"', '"batching"', /in its order/],
  ['"a.txt"', '"a.txt", "labelColumn": 1', '"labelColumn"', /running text/],
  ['"a.txt"', '"a.csv", "format": "csv"', '"format"', /the format "csv" is not/],
  ['bitsPerCharacter', 'accuracy', '"metric"', /not judged by "validation.accuracy"\. It has "validation.loss", /],
  ['"character"', '"word"', '"metric"', /of words is not judged by "validation.bitsPerCharacter"/],
  [
    ', "best": {',
    ', "earlyStopping": { "patience": 1, "metric": "validation.macroF1" }, "best": {',
    '"metric"',
    /macroF1/,
  ],
];

test('a language model of the right shape has no problem', () => {
  assert.deepEqual(validateConfig(TEXT_MODEL).problems, []);
});

for (const [from, to, marked, message] of TEXT_CASES) {
  test(`a language model with ${to.slice(0, 60)}`, () => {
    assert.ok(TEXT_MODEL.includes(from));
    const text = TEXT_MODEL.replace(from, to);
    const problem = only(text);
    assert.equal(problem.code, 'config.contradiction');
    assert.equal(problem.severity, 'error');
    assert.equal(text.slice(problem.start, problem.end), marked);
    assert.match(problem.message, message);
    assert.deepEqual(validateConfig(applyEdits(text, problem.fixes[0].edits)).problems, []);
  });
}

test('a classifier has no sequence length, no running text, and no perplexity', () => {
  for (const [from, to, marked] of [
    ['"epochs": 3', '"sequenceLength": 3, "epochs": 3', '"sequenceLength"'],
    ['"path": "train.csv"', '"path": "train.csv", "format": "text"', '"format"'],
    ['"clip"', '"best": { "metric": "validation.perplexity" }, "clip"', '"metric"'],
  ]) {
    const text = changed(from, to);
    const problem = only(text);
    assert.equal(text.slice(problem.start, problem.end), marked);
  }
});

const only = (text: string): ConfigProblem => {
  const { problems } = validateConfig(text);
  assert.equal(problems.length, 1, problems.map(({ message }) => message).join('\n'));
  return problems[0];
};

test('a good config has no problem', () => {
  const { experiment, problems } = validateConfig(GOOD);
  assert.deepEqual(problems, []);
  assert.equal(experiment?.model.encoder.hiddenSize, 10);
});

for (const [from, to, code, marked, message] of CASES) {
  test(`${code}: ${from} becomes ${to || 'nothing'}`, () => {
    const text = changed(from, to);
    const problem = only(text);
    assert.equal(problem.code, code);
    assert.equal(text.slice(problem.start, problem.end), marked);
    assert.match(problem.message, message);
    assert.ok(problem.fixes.length > 0, 'there is a fix');
    for (const fix of problem.fixes)
      assert.deepEqual(validateConfig(applyEdits(text, fix.edits)).problems, [], fix.title);
  });
}

test('a file of another kind is said to be no JSON once', () => {
  for (const text of [
    '<!DOCTYPE html>\n<html lang="en">\n<p>x: 1, [2]</p>',
    '\u007fELF\u0002 > { } \u0000',
    'name: trec\ndata: x',
  ]) {
    assert.deepEqual(
      validateConfig(text).problems.map(({ code }) => code),
      ['config.syntax'],
      text,
    );
  }
});

test('what is not JSON is said in words, at its place', () => {
  for (const [text, message, place] of [
    ['{ "data" 1 }', /colon/, '1'],
    ['{ "data": }', /value/, '}'],
    ['{ "a": 1 "b": 2 }', /comma/, '"b"'],
  ] as const) {
    const [problem] = validateConfig(text).problems;
    assert.equal(problem.code, 'config.syntax');
    assert.match(problem.message, message);
    assert.equal(text.slice(problem.start, problem.end), place);
  }
  assert.equal(validateConfig('').experiment, undefined);
});

test('several problems stand in the order of the text', () => {
  const text = changed('"max"', '"min"').replace('"epochs": 3', '"epochs": -1');
  assert.deepEqual(
    validateConfig(text).problems.map(({ code }) => code),
    ['config.enum', 'config.range'],
  );
});

const MANIFESTS: Readonly<Record<string, string>> = {
  '/d/data/trec.dataset.json': '{ "files": [{ "path": "train.csv" }], "splits": { "folds": 5 } }',
  '/d/text.dataset.json': '{ "kind": "text", "files": [{ "path": "t.txt" }] }',
  '/d/bad.dataset.json': '{\n  "files": [{ "path": "../secret.csv" }] }',
};

const probe = (files: readonly string[]) => ({
  resolve: (path: string) => `/d/${path}`,
  kind: async (path: string) =>
    files.includes(path) ? ('file' as const) : path === '/d/folder' ? ('folder' as const) : undefined,
  list: async () => files.map((file) => file.replace('/d/', '')),
  readText: async (path: string) => MANIFESTS[path] ?? '',
});

test('a file that is not there names the nearest, and the fix takes it', async () => {
  const files = probe(['/d/training.csv', '/d/other.txt']);
  const text = changed('train.csv', 'trianing.csv');
  const [problem] = await validateFiles(text, files);
  assert.equal(problem.code, 'data.fileMissing');
  assert.equal(text.slice(problem.start, problem.end), '"trianing.csv"');
  const fixed = applyEdits(text, problem.fixes[0].edits);
  assert.deepEqual(await validateFiles(fixed, files), []);
  const folder = changed('"path": "train.csv"', '"path": "folder", "format": "csv"');
  assert.equal((await validateFiles(folder, files))[0].code, 'data.kindMismatch');
});

test('weights come from a run by its name, too; a name of several runs is an error that lists them', async () => {
  const runs: Readonly<Record<string, string>> = {
    '2026-01-01T00-00-00-a': 'Base',
    '2026-01-02T00-00-00-b': 'Twin',
    '2026-01-03T00-00-00-c': 'Twin',
    // One that has no weights yet is nothing to start from: it may be the one that asks.
    '2026-01-04T00-00-00-d': 'New',
  };
  const beside = {
    ...probe(['/d/train.csv']),
    list: async (path: string) => (path === '/d/.gatescope/runs' ? [...Object.keys(runs), 'broken'] : []),
    readText: async (path: string) => {
      const name = runs[path.split('/').at(-2)!];
      if (name === undefined) return '{';
      return JSON.stringify(name === 'New' ? { name: 'Base', status: 'running' } : { name, status: 'imported' });
    },
  };
  const messageOf = async (from: string): Promise<string | undefined> => {
    const text = GOOD.replace(/}$/, `"fineTune": { "from": "${from}" } }`);
    assert.ok(validateConfig(text).experiment, from);
    const [problem] = await validateFiles(text, beside);
    if (problem)
      assert.deepEqual([problem.code, text.slice(problem.start, problem.end)], ['fineTune.from', `"${from}"`]);
    return problem?.message;
  };
  for (const from of ['Base', 'latest', '2026-01-01', '2026-01-03T00-00-00-c', 'broken'])
    assert.equal(await messageOf(from), undefined, from);
  const twins = '2026-01-02T00-00-00-b (Twin), 2026-01-03T00-00-00-c (Twin)';
  assert.equal(await messageOf('Twin'), `"Twin" fits 2 runs: ${twins}. Give more of the id.`);
  assert.match((await messageOf('2026'))!, /fits 3 runs: .*\(Base\)/);
  assert.match((await messageOf('Other'))!, /no file, folder or run "Other".*its name/);
});

test('a dataset is found by name or path; what is wrong with it is said at the key that names it', async () => {
  const files = probe(Object.keys(MANIFESTS));
  const problemsOf = async (train: string, more = '') => {
    const text = changed('{ "path": "train.csv" }', train).replace(
      '"validation": { "split": 0.1 }',
      `"validation": ${more || '{ "split": 0.1 }'}`,
    );
    return (await validateFiles(text, files)).map(({ code, start, end, message, fixes }) => ({
      code,
      marked: text.slice(start, end),
      message,
      fixed: fixes[0] && applyEdits(text, fixes[0].edits),
    }));
  };
  assert.deepEqual(await problemsOf('{ "dataset": "trec" }', '{ "dataset": "data/trec.dataset.json", "fold": 5 }'), []);
  const [missing] = await problemsOf('{ "dataset": "txet" }');
  assert.deepEqual([missing.code, missing.marked], ['dataset.notFound', '"txet"']);
  assert.match(missing.fixed, /"dataset": "text"/);
  const [bad] = await problemsOf('{ "dataset": "bad" }');
  assert.equal(bad.code, 'dataset.invalid');
  assert.match(bad.message, /bad\.dataset\.json:2:23: "\.\.\/secret\.csv" is outside/);
  assert.equal((await problemsOf('{ "dataset": "text" }'))[0].code, 'dataset.kind');
  const [part] = await problemsOf('{ "dataset": "trec", "part": "test" }');
  assert.deepEqual([part.code, part.marked], ['dataset.noPart', '"test"']);
  assert.match(part.message, /it has train, validation/);
  const [fold] = await problemsOf('{ "dataset": "trec", "fold": 6 }');
  assert.deepEqual([fold.code, fold.marked], ['dataset.noFold', '6']);
});

test('a finding in the data stands at its key, or at the nearest key above', () => {
  const base = { code: 'data.x', severity: 'error', message: 'Bad.', remedy: 'Mend it.' } as const;
  const at = (path: (string | number)[], suggestion?: string) => {
    const problem = problemOfFinding(GOOD, { ...base, path, suggestion });
    return { text: GOOD.slice(problem.start, problem.end), problem };
  };
  assert.equal(at(['data', 'train', 'path']).text, '"train.csv"');
  assert.equal(at(['data', 'train', 'textColumn']).text, '"train"');
  assert.equal(at(['data', 'train']).text, '"train"');
  assert.equal(at(['data', 'test', 'path']).text, '"data"');
  const { problem } = at(['data', 'train', 'path'], 'x.csv');
  assert.equal(problem.message, 'Bad. Mend it.');
  assert.match(applyEdits(GOOD, problem.fixes[0].edits), /"path": "x\.csv"/);
});
