// What a config may say of fine-tuning: problems at their places with fixes, and recipes written out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEdits } from '../../../extension/config/configText.ts';
import { loadExperiment } from '../../../extension/config/loadExperiment.ts';
import { validateConfig } from '../../../extension/config/validateConfig.ts';
import { resolveExperiment } from '../../../extension/schema/resolved.ts';

const configOf = (fineTune: object, training: object = {}): string =>
  JSON.stringify(
    { data: { train: { path: 'x.csv' } }, model: { encoder: { type: 'lstm', layers: 2 } }, training, fineTune },
    undefined,
    2,
  );
const problemsOf = (fineTune: object, training?: object) => {
  const text = configOf(fineTune, training);
  return validateConfig(text).problems.map((problem) => ({
    ...problem,
    at: text.slice(problem.start, problem.end),
    text,
  }));
};

test('a pattern that matches nothing is an error at its place, with the nearest name and a fix', () => {
  const [problem, ...more] = problemsOf({ freeze: ['embedding', 'encodr.0'] });
  assert.deepEqual(more, []);
  assert.equal(problem.code, 'fineTune.noMatch');
  assert.equal(problem.severity, 'error');
  assert.equal(problem.at, '"encodr.0"');
  assert.match(problem.message, /matches nothing.*Did you mean "encoder\.0"\?/);
  const mended = applyEdits(problem.text, problem.fixes[0].edits);
  assert.deepEqual(validateConfig(mended).problems, []);
});

test('patterns of rates and of unfreezing are checked at their keys and items too', () => {
  const found = problemsOf({
    freeze: ['embedding'],
    unfreeze: [{ epoch: 2, groups: ['embeddin'] }],
    learningRates: { 'encoder.7': 0.1 },
    weightDecays: { '/(x/': 0 },
  });
  assert.deepEqual(
    found.map(({ code, at }) => [code, at]),
    [
      ['fineTune.noMatch', '"embeddin"'],
      ['fineTune.noMatch', '"encoder.7"'],
      ['fineTune.noMatch', '"/(x/"'],
    ],
  );
});

test('a one-hot model has no embedding to freeze', () => {
  const text = JSON.stringify({
    data: { train: { path: 'x' } },
    model: { embedding: { type: 'oneHot' }, encoder: { type: 'gru' } },
    fineTune: { freeze: ['embedding'] },
  });
  assert.match(
    validateConfig(text).problems[0].message,
    /"embedding" matches nothing.*"encoder\.0", "head"|Did you mean/,
  );
});

test('contradictions: everything frozen, epochs that go back, epochs that never come', () => {
  const all = problemsOf({ freeze: ['*'] });
  assert.match(all[0].message, /Everything is frozen/);
  assert.equal(all[0].at, '"freeze"');
  assert.deepEqual(problemsOf({ freeze: ['*'], unfreeze: [{ epoch: 1, groups: ['head'] }] }), []);
  const back = problemsOf({
    freeze: ['encoder.*'],
    unfreeze: [
      { epoch: 3, groups: ['encoder.1'] },
      { epoch: 2, groups: ['encoder.0'] },
    ],
  });
  assert.match(back[0].message, /epoch 2 cannot come after epoch 3/);
  assert.equal(back[0].severity, 'error');
  const late = problemsOf({ freeze: ['embedding'], unfreeze: [{ epoch: 5, groups: ['embedding'] }] }, { epochs: 4 });
  assert.match(late[0].message, /ends with epoch 4: this never happens/);
  assert.equal(late[0].severity, 'warning');
  assert.match(problemsOf({ recipe: 'ulmfit' }, { epochs: 2 })[0].message, /encoder\.0, embedding are never unfrozen/);
  assert.match(problemsOf({ vocabulary: 'data' })[0].message, /Without "from"/);
});

test('a recipe is written out; what the user writes counts before it; resolving again changes nothing', () => {
  const ulmfit = loadExperiment(configOf({ recipe: 'ulmfit' }), 'x');
  assert.deepEqual(ulmfit.fineTune!.freeze, ['embedding', 'encoder.0', 'encoder.1']);
  assert.deepEqual(ulmfit.fineTune!.unfreeze, [
    { epoch: 2, groups: ['encoder.1'], only: false },
    { epoch: 3, groups: ['encoder.0'], only: false },
    { epoch: 4, groups: ['embedding'], only: false },
  ]);
  assert.deepEqual(ulmfit.fineTune!.discriminative, { factor: 2.6 });
  assert.deepEqual(ulmfit.training.schedule, { type: 'slantedTriangular', cutFraction: 0.1, ratio: 32 });
  const own = loadExperiment(
    configOf({ recipe: 'ulmfit', discriminative: { from: 1e-4, to: 1e-2 } }, { schedule: { type: 'constant' } }),
    'x',
  );
  assert.deepEqual(own.fineTune!.discriminative, { from: 1e-4, to: 1e-2 });
  assert.equal(own.training.schedule.type, 'constant');
  assert.deepEqual(resolveExperiment(ulmfit as never, 'x'), ulmfit);

  const chain = loadExperiment(configOf({ recipe: 'chainThaw' }, { epochs: 10 }), 'x').fineTune!;
  assert.deepEqual(chain.unfreeze, [
    { epoch: 3, groups: ['embedding'], only: true },
    { epoch: 5, groups: ['encoder.0'], only: true },
    { epoch: 7, groups: ['encoder.1'], only: true },
    { epoch: 9, groups: ['embedding', 'encoder.0', 'encoder.1', 'head'], only: true },
  ]);
});

test('without fineTune there is none in the resolved config', () => {
  const plain = resolveExperiment({ data: { train: { path: 'x' } }, model: { encoder: { type: 'lstm' } } }, 'x');
  assert.equal('fineTune' in plain, false);
  assert.deepEqual(plain.training.checkpoints, { last: true, best: true, maxMegabytes: 4096 });
});
