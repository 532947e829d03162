// Each rule of the pre-flight warnings: made-up data on which it speaks, its place and its fix; and data on which none does.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { applyEdits } from '../../../extension/config/configText.ts';
import { problemOfFinding } from '../../../extension/config/validateConfig.ts';
import { checkData } from '../../../extension/node/checkData.ts';
import { readingOptions } from '../../../extension/node/cli/reading.ts';
import { openExperimentText } from '../../../extension/node/openExperiment.ts';

const EXAMPLES = resolve(import.meta.dirname, '../../../media/examples');
const WORDS = ['sun', 'snow', 'rain', 'wind', 'tree', 'road', 'fish', 'bird'];
const words = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, at) => WORDS[(from + at) % WORDS.length]).join(' ');

interface Case {
  train: string[];
  validation?: string[];
  /** Beyond data and encoder. */
  text?: object;
  hiddenSize?: number;
  training?: object;
}

/** Rows of two classes, each text its own. */
const rows = (
  count: number,
  textOf: (at: number) => string = (at) => `${words(4, at)} ${words(2, at >> 3)}`,
): string[] => Array.from({ length: count }, (_, at) => `${textOf(at)},${at % 2 === 0 ? 'warm' : 'cold'}`);
const CLEAN: Case = {
  train: rows(300),
  validation: rows(100, (at) => `${words(3, at)} ${words(4, at >> 3)}`),
  hiddenSize: 8,
};

async function problemsOf(t: TestContext, { train, validation, text, hiddenSize, training }: Case) {
  const dir = await mkdtemp(join(tmpdir(), 'gatescope-preflight-'));
  t.after(() => rm(dir, { recursive: true }));
  const csv = (lines: readonly string[]): string => `text,label\n${lines.join('\n')}\n`;
  await writeFile(join(dir, 'train.csv'), csv(train));
  await writeFile(join(dir, 'validation.csv'), csv(validation ?? []));
  const config = JSON.stringify(
    {
      data: {
        train: { path: 'train.csv' },
        validation: validation ? { path: 'validation.csv' } : { split: 0.25 },
      },
      ...(text ? { text } : {}),
      model: { embedding: { size: 8 }, encoder: { type: 'rnn', hiddenSize: hiddenSize ?? 8 } },
      training: training ?? {},
    },
    undefined,
    2,
  );
  const path = join(dir, 'a.gatescope.json');
  const findings = await checkData(await openExperimentText(config, path), dir, readingOptions());
  return findings
    .filter(({ code }) => code.startsWith('preflight.'))
    .map((finding) => {
      const problem = problemOfFinding(config, finding);
      const fixed = problem.fixes.map(({ edits }) => JSON.parse(applyEdits(config, edits)));
      return { ...problem, marked: config.slice(problem.start, problem.end), fixed };
    });
}

test('nothing is said of data that is as it should be', async (t) => {
  assert.deepEqual(await problemsOf(t, CLEAN), []);
});

for (const name of ['early-modern-english', 'names18', 'shakespeare']) {
  test(`nothing is said of the example ${name}`, async () => {
    const path = join(EXAMPLES, name, `${name}.gatescope.json`);
    const experiment = await openExperimentText(await readFile(path, 'utf8'), path);
    const findings = await checkData(experiment, dirname(path), readingOptions());
    assert.deepEqual(
      findings.filter(({ code }) => code.startsWith('preflight.')),
      [],
    );
  });
}

test('validation texts of words that training never saw', async (t) => {
  const validation = rows(100, (at) => `${words(3, at)} stranger${at} unseen${at}`);
  const [problem, ...others] = await problemsOf(t, { ...CLEAN, validation });
  assert.deepEqual(others, []);
  assert.equal(problem.code, 'preflight.unknownTokens');
  assert.match(problem.message, /^40 % of the validation tokens are not in the vocabulary/);
  assert.equal(problem.marked, '"validation"');
});

test('one class with many more texts than another, until the classes are balanced', async (t) => {
  const train = [...CLEAN.train, ...Array.from({ length: 9 }, (_, at) => `${words(5, at)},rare`)];
  const [problem, ...others] = await problemsOf(t, { ...CLEAN, train });
  assert.deepEqual(others, []);
  assert.equal(problem.code, 'preflight.imbalance');
  assert.match(problem.message, /^"cold" has 150 training texts, "rare" 9,/);
  assert.equal(problem.marked, '"training"');
  const [{ training }] = problem.fixed;
  assert.deepEqual(training, { best: { metric: 'validation.macroF1' } });
  assert.deepEqual(await problemsOf(t, { ...CLEAN, train, training }), []);
  const weighted = { loss: { classWeights: 'balanced' } };
  assert.deepEqual(await problemsOf(t, { ...CLEAN, train, training: weighted }), []);
});

test('texts that maxLength cuts, until it is larger', async (t) => {
  const train = rows(300, (at) => words(at % 10 === 0 ? 14 : 6, at));
  const [problem, ...others] = await problemsOf(t, { ...CLEAN, train, text: { maxLength: 8 } });
  assert.deepEqual(others, []);
  assert.equal(problem.code, 'preflight.cut');
  assert.match(problem.message, /^10 % of the training texts reach maxLength, 8 tokens/);
  assert.equal(problem.marked, '8');
  assert.deepEqual(problem.fixed[0].text, { maxLength: 16 });
  assert.deepEqual(await problemsOf(t, { ...CLEAN, train, text: problem.fixed[0].text }), []);
});

test('a model with many more parameters than texts', async (t) => {
  const [problem, ...others] = await problemsOf(t, { ...CLEAN, hiddenSize: 500 });
  assert.deepEqual(others, []);
  assert.equal(problem.code, 'preflight.manyParameters');
  // 500 (8 + 500 + 2) of the cell, 2 (500 + 1) of the head.
  assert.match(problem.message, /^256,002 parameters beside the embedding are trained on 300 texts, 853 for each/);
  assert.equal(problem.marked, '500');
});

test('a validation set that is too small to tell models apart', async (t) => {
  const [problem, ...others] = await problemsOf(t, { ...CLEAN, validation: CLEAN.validation!.slice(0, 25) });
  assert.deepEqual(others, []);
  assert.equal(problem.code, 'preflight.smallValidation');
  assert.match(problem.message, /^There are 25 validation texts: an accuracy of 50 % is known to within 20 points/);
  assert.equal(problem.marked, '"validation"');
});

test('a batch that does not fit into memory, until it is smaller', async (t) => {
  const many = { ...CLEAN, train: rows(20_000, (at) => words(40, at)), hiddenSize: 800, text: { maxLength: 64 } };
  const training = { batchSize: 8192 };
  const [problem, ...others] = await problemsOf(t, { ...many, training });
  assert.deepEqual(others, []);
  assert.equal(problem.code, 'preflight.memory');
  assert.equal(problem.marked, '8192');
  const { batchSize } = problem.fixed[0].training;
  assert.ok(batchSize >= 1 && batchSize < 8192, `${batchSize}`);
  assert.deepEqual(await problemsOf(t, { ...many, training: { batchSize } }), []);
});
