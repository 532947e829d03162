import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usePlainBackend } from '../../../extension/engine/backend/backend.ts';
import { countParameters, planParameters } from '../../../extension/engine/params/parameterPlan.ts';
import { createParams, loadParams } from '../../../extension/engine/params/paramStore.ts';
import type { ModelShape } from '../../../extension/engine/types.ts';
import { BACKENDS } from '../../../extension/schema/engineSection.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { assertSameBits, modelConfig, readGolden, TOY_SHAPE } from './support.ts';

const DEEP: ModelShape = {
  model: modelConfig({ encoder: { layers: 2, bidirectional: true, forgetBias: 1 } }),
  vocabularySize: 50,
  classCount: 4,
};

test('names and shapes are those of a PyTorch module', () => {
  const golden = readGolden<{ name: string; layers: number; bidirectional: boolean; vocabulary: number }>('model');
  for (const { name, layers, bidirectional, vocabulary } of golden.cases) {
    const shape = {
      model: modelConfig({ encoder: { layers, bidirectional } }),
      vocabularySize: vocabulary,
      classCount: 4,
    };
    for (const spec of planParameters(shape)) {
      assert.deepEqual(golden.tensor(`${name}.weight.${spec.name}`).shape, spec.shape, spec.name);
    }
  }
});

test('the plan counts without allocating', () => {
  const huge = { ...DEEP, vocabularySize: 10_000_000 };
  const { parameters, total } = countParameters(huge);
  assert.equal(parameters.length, 1 + 2 * 2 * 4 + 2);
  assert.deepEqual(parameters[0], {
    name: 'embedding.weight',
    shape: [10_000_000, 6],
    group: 'embedding',
    count: 60_000_000,
  });
  assert.equal(
    total,
    parameters.reduce((sum, { count }) => sum + count, 0),
  );
});

test('groups are embedding, one for each layer, and head', () => {
  assert.deepEqual(createParams(DEEP, 1).groups(), ['embedding', 'encoder.0', 'encoder.1', 'head']);
});

test('initial values depend on the seed and lie in the range of torch.nn', () => {
  const first = createParams(DEEP, 1);
  const again = createParams(DEEP, 1);
  const other = createParams(DEEP, 2);
  const bound = new Map([
    ['embedding', 0.25],
    ['encoder.0', 1 / Math.sqrt(5)],
    ['encoder.1', 1 / Math.sqrt(5)],
    ['head', 1 / Math.sqrt(10)],
  ]);
  for (const { name, values, group, added } of first.parameters) {
    assertSameBits(again.get(name).values, values, name);
    assert.notDeepEqual(other.get(name).values, values, name);
    const own = added ? values.filter((_, at) => at < added.from || at >= added.to) : values;
    const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    assert.ok(largest <= bound.get(group)!, name);
    if (own.length >= 50) assert.ok(largest > 0.9 * bound.get(group)!, `${name} does not fill its range`);
  }
  assert.ok(
    first
      .get('embedding.weight')
      .values.subarray(0, 6)
      .every((value) => value === 0),
  );
  assert.ok(
    first
      .get('embedding.weight')
      .values.subarray(6)
      .every((value) => value !== 0),
  );
});

test('a normal embedding has the asked deviation', () => {
  const shape = { ...DEEP, model: modelConfig({ embedding: { size: 100, init: { normal: 0.5 } } }) };
  const values = createParams(shape, 1).get('embedding.weight').values.subarray(100);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  assert.ok(Math.abs(mean) < 0.03 && Math.abs(deviation - 0.5) < 0.02, `${mean} ± ${deviation}`);
});

test('the forget bias is added to the forget rows of bias_ih alone', () => {
  const withBias = createParams(DEEP, 1);
  const without = createParams({ ...DEEP, model: modelConfig({ encoder: { layers: 2, bidirectional: true } }) }, 1);
  for (const { name, values } of withBias.parameters) {
    const expected = without
      .get(name)
      .values.map((value, at) => (name.startsWith('encoder.bias_ih') && at >= 5 && at < 10 ? value + 1 : value));
    assert.deepEqual(values, expected, name);
  }
});

test('saved weights are copies and load back; the load is strict', () => {
  const params = createParams(TOY_SHAPE, 1);
  const saved = params.save();
  const kept = saved.map(({ data }) => data.slice());
  params.get('head.bias').values.fill(9);
  assert.deepEqual(
    saved.map(({ data }) => data),
    kept,
  );
  assert.deepEqual(loadParams(TOY_SHAPE, saved.toReversed()).save(), saved);
  const wrong = [
    saved.slice(1),
    [...saved, { name: 'extra', shape: [1], data: new Float32Array(1) }],
    saved.map((tensor) => (tensor.name === 'head.weight' ? { ...tensor, shape: tensor.shape.toReversed() } : tensor)),
  ];
  for (const tensors of wrong) {
    const before = params.save();
    assert.throws(
      () => params.load(tensors),
      (error) => UserError.is(error, 'engine.weightsMismatch'),
    );
    assert.deepEqual(params.save(), before);
  }
});

test('only auto falls back; a backend that is not here is an error with a remedy', () => {
  assert.equal(usePlainBackend('auto').used, 'cpu');
  assert.deepEqual(usePlainBackend('cpu'), { requested: 'cpu', used: 'cpu', threads: 1 });
  for (const name of BACKENDS.filter((backend) => backend !== 'auto' && backend !== 'cpu')) {
    assert.throws(
      () => usePlainBackend(name),
      (error) => UserError.is(error, 'engine.backendUnavailable') && error.remedy !== undefined,
    );
  }
});
