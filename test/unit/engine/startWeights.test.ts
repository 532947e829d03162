// Weights of one model as the start of another: rows by token, the head by label, everything else as it is or refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureMovement } from '../../../extension/engine/params/movement.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import { type StartSource, startWeights } from '../../../extension/engine/params/startWeights.ts';
import type { NamedTensor } from '../../../extension/engine/types.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { assertSameBits, modelConfig } from './support.ts';

const SOURCE_TOKENS = ['[PAD]', '[UNK]', 'the', 'cat', 'sat'];
const TARGET_TOKENS = ['[PAD]', '[UNK]', 'cat', 'dog', 'the', 'ran'];
const model = modelConfig({});
const source: StartSource = {
  tensors: createParams({ model, vocabularySize: 5, classCount: 3 }, 1).save(),
  vocabulary: SOURCE_TOKENS,
  labels: ['a', 'b', 'c'],
};
const target = (labels: string[], vocabulary = TARGET_TOKENS, change = model) => ({
  fresh: createParams(
    { model: change, vocabularySize: vocabulary.length, classCount: labels.length || vocabulary.length },
    2,
  ).save(),
  vocabulary,
  labels,
  isOneHot: 'type' in change.embedding,
});
const rowsOf = ({ data, shape: [count, width] }: NamedTensor): Float32Array[] =>
  Array.from({ length: count }, (_, row) => data.slice(row * width, (row + 1) * width));
const named = (tensors: readonly NamedTensor[], name: string): NamedTensor => tensors.find((one) => one.name === name)!;

test('rows are mapped by token, new ones are the mean of the old, and the counts are said', () => {
  const { weights, report } = startWeights(source, target(['a', 'b', 'c']));
  const [old, rows] = [rowsOf(source.tensors[0]), rowsOf(weights[0])];
  for (const [to, from] of [
    [0, 0],
    [1, 1],
    [2, 3],
    [4, 2],
  ])
    assertSameBits(rows[to], old[from], TARGET_TOKENS[to]);
  const mean = Float32Array.from(old[0], (_, at) => (old[1][at] + old[2][at] + old[3][at] + old[4][at]) / 4);
  for (const row of [3, 5]) for (const [at, value] of mean.entries()) assert.ok(Math.abs(rows[row][at] - value) < 1e-7);
  assert.deepEqual(report.tokens, { mapped: 4, added: 2, dropped: 1 });
  assert.deepEqual(report.fresh, []);
  assertSameBits(
    named(weights, 'encoder.weight_hh_l0').data,
    named(source.tensors, 'encoder.weight_hh_l0').data,
    'encoder',
  );
});

test('the head goes by label, and starts fresh where the labels are others', () => {
  const same = startWeights(source, target(['c', 'a', 'b']));
  const [old, rows] = [rowsOf(named(source.tensors, 'head.weight')), rowsOf(named(same.weights, 'head.weight'))];
  for (const [to, from] of [2, 0, 1].entries()) assertSameBits(rows[to], old[from], `class ${to}`);
  const bias = named(source.tensors, 'head.bias').data;
  assertSameBits(named(same.weights, 'head.bias').data, Float32Array.of(bias[2], bias[0], bias[1]), 'bias');
  for (const labels of [
    ['a', 'b'],
    ['a', 'b', 'd'],
    ['a', 'b', 'c', 'd'],
  ]) {
    const wanted = target(labels);
    const { weights, report } = startWeights(source, wanted);
    assert.deepEqual(report.fresh, ['head.weight', 'head.bias']);
    assertSameBits(named(weights, 'head.weight').data, named(wanted.fresh, 'head.weight').data, 'head');
  }
});

test('a language model’s head goes by token, and its one-hot input by column', () => {
  const oneHot = { ...model, embedding: { type: 'oneHot' as const } };
  const writer: StartSource = {
    tensors: createParams({ model: oneHot, vocabularySize: 5, classCount: 5 }, 1).save(),
    vocabulary: SOURCE_TOKENS,
    labels: [],
  };
  const { weights, report } = startWeights(writer, target([], TARGET_TOKENS, oneHot));
  assert.deepEqual(report.fresh, []);
  const [old, own] = [writer.tensors[0], weights[0]];
  assert.deepEqual(own.shape, [20, 6]);
  for (let row = 0; row < 20; row++) {
    for (const [to, from] of [
      [2, 3],
      [4, 2],
      [1, 1],
    ])
      assert.equal(own.data[row * 6 + to], old.data[row * 5 + from]);
  }
  const [oldHead, head] = [rowsOf(named(writer.tensors, 'head.weight')), rowsOf(named(weights, 'head.weight'))];
  assertSameBits(head[2], oldHead[3], 'cat');
  assert.ok(head[3].every(Number.isFinite));
  // For a classifier the head of a language model means nothing.
  assert.deepEqual(startWeights(writer, target(['a', 'b'], TARGET_TOKENS, oneHot)).report.fresh, [
    'head.weight',
    'head.bias',
  ]);
});

test('what does not fit is refused with its name and both shapes; what is too much is said', () => {
  const wider = modelConfig({ encoder: { hiddenSize: 7 } });
  const isMismatch = (error: unknown, words: RegExp): boolean =>
    UserError.is(error, 'fineTune.mismatch') && words.test(error.message);
  assert.throws(
    () => startWeights(source, target(['a', 'b'], TARGET_TOKENS, wider)),
    (error) => isMismatch(error, /encoder\.weight_ih_l0 is \[20, 6\], and the model's is \[28, 6\]/),
  );
  const deeper = modelConfig({ encoder: { layers: 2 } });
  assert.throws(
    () => startWeights(source, target(['a', 'b'], TARGET_TOKENS, deeper)),
    (error) => isMismatch(error, /has no encoder\.weight_ih_l1/),
  );
  const { vocabulary: _none, ...without } = source;
  assert.throws(
    () => startWeights(without, target(['a', 'b', 'c'])),
    (error) => isMismatch(error, /embedding\.weight is \[5, 6\]/),
  );
  const extra = {
    ...source,
    tensors: [...source.tensors, { name: 'decoder.weight', shape: [1], data: Float32Array.of(1) }],
  };
  assert.deepEqual(startWeights(extra, target(['a', 'b', 'c'])).report.unused, ['decoder.weight']);
});

test('movement: exactly 0 where no bit changed, and relative to the size at the start', () => {
  const start = [
    { name: 'x', shape: [2], data: Float32Array.of(3, 4) },
    { name: 'y', shape: [1], data: Float32Array.of(0) },
  ];
  const end = [
    { name: 'x', shape: [2], data: Float32Array.of(3, 4) },
    { name: 'y', shape: [1], data: Float32Array.of(-2) },
  ];
  assert.deepEqual(
    measureMovement(start, end, (name) => `group of ${name}`),
    [
      { name: 'x', group: 'group of x', norm: 5, distance: 0 },
      { name: 'y', group: 'group of y', norm: 0, distance: 2 },
    ],
  );
});

test('a vocabulary or labels of more entries than the tables have rows are refused: nothing is read beyond a table', () => {
  const longer = { ...source, vocabulary: [...SOURCE_TOKENS, 'dog'] };
  assert.throws(
    () => startWeights(longer, target(['a', 'b', 'c'])),
    (error) => UserError.is(error, 'fineTune.mismatch') && /embedding\.weight/.test(error.message),
  );
  const more = { ...source, labels: ['a', 'b', 'c', 'd'] };
  assert.throws(
    () => startWeights(more, target(['a', 'b', 'c', 'd'])),
    (error) => UserError.is(error, 'fineTune.mismatch') && /head\.weight/.test(error.message),
  );
});
