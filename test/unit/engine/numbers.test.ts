// Loss, metrics, clipping and optimizers against PyTorch and scikit-learn.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveClassWeights } from '../../../extension/engine/tasks/classWeights.ts';
import { crossEntropyLoss } from '../../../extension/engine/tasks/crossEntropy.ts';
import {
  argmaxRows,
  classScores,
  computeSplitEvaluation,
  confusionMatrix,
  scoresOf,
} from '../../../extension/engine/tasks/metrics.ts';
import { applyClipping, clippingOf, globalNorm } from '../../../extension/engine/train/clipping.ts';
import { applyUpdates, createOptimizerState, updatesOf } from '../../../extension/engine/train/optimizers.ts';
import type { ResolvedOptimizer } from '../../../extension/schema/resolved.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { assertClose, assertSameBits, readGolden } from './support.ts';

const losses = readGolden<{ name: string; labelSmoothing: number; classWeights: number[] | null }>('loss');
for (const { name, labelSmoothing, classWeights } of losses.cases) {
  test(`cross-entropy ${name}: smoothing ${labelSmoothing}, ${classWeights ? 'weights' : 'no weights'}`, () => {
    const options = { labelSmoothing, classWeights: classWeights ? Float64Array.from(classWeights) : undefined };
    const result = crossEntropyLoss(losses.values(`${name}.logits`), losses.integers(`${name}.labels`), 5, options);
    assertClose([result.loss], losses.values(`${name}.loss`), 'loss', { absolute: 1e-6, relative: 1e-6 });
    assertClose(result.gradient, losses.values(`${name}.grad`), 'gradient', { absolute: 1e-6 });
  });
}

test('a batch whose classes all weigh nothing has no loss and no gradient', () => {
  const options = { labelSmoothing: 0.1, classWeights: Float64Array.of(0, 1) };
  const result = crossEntropyLoss(Float32Array.of(1, 2), Int32Array.of(0), 2, options);
  assert.deepEqual([result.loss, result.weight, ...result.gradient], [0, 0, 0, 0]);
});

test('class weights: none, balanced, by label', () => {
  const examples = Int32Array.of(0, 0, 0, 1);
  assert.equal(resolveClassWeights('none', ['a', 'b'], examples), undefined);
  assert.deepEqual([...resolveClassWeights('balanced', ['a', 'b', 'c'], examples)!], [4 / 9, 4 / 3, 0]);
  assert.deepEqual([...resolveClassWeights({ b: 3 }, ['a', 'b'], examples)!], [1, 3]);
  assert.throws(
    () => resolveClassWeights({ x: 3 }, ['a', 'b'], examples),
    (error) => UserError.is(error, 'engine.unknownClassWeight'),
  );
});

const metrics = readGolden<{ name: string }>('metrics');
for (const { name } of metrics.cases) {
  test(`metrics of scikit-learn, ${name}`, () => {
    const confusion = confusionMatrix(metrics.integers(`${name}.actual`), metrics.integers(`${name}.predicted`), 4);
    assert.deepEqual(confusion.flat(), [...metrics.integers(`${name}.confusion`)]);
    const perClass = classScores(confusion, ['a', 'b', 'c', 'd']);
    const columns = (['precision', 'recall', 'f1', 'support'] as const).flatMap((key) =>
      perClass.map((row) => row[key]),
    );
    assertClose(columns, metrics.values(`${name}.perClass`), 'per class', { absolute: 1e-7 });
    const { accuracy, macroF1, weightedF1 } = scoresOf(confusion);
    assertClose([accuracy, macroF1, weightedF1], metrics.values(`${name}.scores`), 'scores', { absolute: 1e-7 });
  });
}

test('an evaluation holds labels, counts and the confusion matrix', () => {
  const predictions = {
    probabilities: Float32Array.of(0.9, 0.1, 0.4, 0.6),
    predicted: Int32Array.of(0, 1),
    scores: { loss: 0.5, accuracy: 0.5, macroF1: 0.3, weightedF1: 0.3 },
    confusion: [
      [1, 1],
      [0, 0],
    ],
  };
  assert.deepEqual(computeSplitEvaluation(predictions, ['x', 'y']), {
    ...predictions.scores,
    examples: 2,
    perClass: [
      { label: 'x', precision: 1, recall: 0.5, f1: 2 / 3, support: 2 },
      { label: 'y', precision: 0, recall: 0, f1: 0, support: 0 },
    ],
    confusion: predictions.confusion,
  });
});

test('the first of equal values is the prediction', () => {
  assert.deepEqual([...argmaxRows(Float32Array.of(1, 3, 3, 2, 2, 1), 3)], [1, 0]);
});

const clips = readGolden<{ name: string; kind: 'norm' | 'value'; limit: number }>('clip');
for (const { name, kind, limit } of clips.cases) {
  test(`clipping by ${kind} to ${limit}`, () => {
    const gradients = [0, 1].map((p) => clips.values(`${name}.${p}.gradient`).slice());
    if (kind === 'norm') {
      const norm = globalNorm(gradients);
      assertClose([norm], clips.values(`${name}.norm`), 'norm', { absolute: 1e-6 });
      applyClipping(gradients, clippingOf({ norm: limit }, norm));
    } else {
      applyClipping(gradients, clippingOf({ value: limit }, 0));
    }
    for (const p of [0, 1])
      assertClose(gradients[p], clips.values(`${name}.${p}.clipped`), 'clipped', { absolute: 1e-7 });
  });
}

const optimizers = readGolden<{ name: string; options: ResolvedOptimizer }>('optimizers');
for (const { name, options } of optimizers.cases) {
  test(`20 steps of torch.optim: ${JSON.stringify(options)}`, () => {
    const parameters = [0, 1].map((p) => {
      return { name: `p${p}`, values: optimizers.values(`${name}.${p}.start`).slice(), fixedCount: 0 };
    });
    const sizes = parameters.map(({ values }) => values.length);
    const state = createOptimizerState(options, parameters);
    for (let step = 0; step < 20; step++) {
      const rowOf = (p: number, what: string): Float32Array =>
        optimizers.values(`${name}.${p}.${what}`).subarray(step * sizes[p], (step + 1) * sizes[p]);
      applyUpdates(updatesOf(parameters, [rowOf(0, 'gradients'), rowOf(1, 'gradients')], state, () => options));
      for (const p of [0, 1])
        assertClose(parameters[p].values, rowOf(p, 'after'), `step ${step + 1}`, { absolute: 1e-6 });
    }
  });
}

test('centered RMSprop stays finite where the gradient no longer changes: its deviation is nothing but rounding', () => {
  const { options } = optimizers.cases.find(({ options }) => options.type === 'rmsprop' && options.centered)!;
  const constants = Float32Array.from({ length: 300 }, (_, at) => (at + 1) / 37);
  const parameter = { name: 'p', values: new Float32Array(300), fixedCount: 0 };
  const state = createOptimizerState(options, [parameter]);
  // From above: there the mean of the squares comes to rest below the square of the mean.
  const larger = constants.map((value) => 2 * value);
  for (let step = 0; step < 800; step++)
    applyUpdates(updatesOf([parameter], [step < 20 ? larger : constants], state, () => options));
  assert.deepEqual(
    constants.filter((_, at) => !Number.isFinite(parameter.values[at])),
    new Float32Array(),
  );
});

test('fixed elements are never updated, weight decay and momentum included', () => {
  for (const { options } of optimizers.cases) {
    const parameter = { name: 'p', values: Float32Array.of(0.5, -0.25, 1, 2), fixedCount: 2 };
    const state = createOptimizerState(options, [parameter]);
    for (let step = 0; step < 3; step++)
      applyUpdates(updatesOf([parameter], [Float32Array.of(1, 1, 1, 1)], state, () => options));
    assertSameBits(parameter.values.subarray(0, 2), Float32Array.of(0.5, -0.25), options.type);
    assert.ok(parameter.values[2] !== 1 && parameter.values[3] !== 2);
  }
});
