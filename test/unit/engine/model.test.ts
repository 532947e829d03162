import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { createBatch } from '../../../extension/engine/layers/batch.ts';
import { dropoutMask } from '../../../extension/engine/layers/dropout.ts';
import { embeddingBackward } from '../../../extension/engine/layers/embedding.ts';
import { createModel, loadModel } from '../../../extension/engine/model.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import { classifierGradients } from '../../../extension/engine/tasks/classification.ts';
import { denseGradients } from '../../../extension/engine/train/gradients.ts';
import type { ModelShape } from '../../../extension/engine/types.ts';
import type { ResolvedModel } from '../../../extension/schema/resolved.ts';
import { assertClose, assertSameBits, modelConfig, readGolden, TOY_SHAPE } from './support.ts';

interface ModelCase {
  name: string;
  pooling: ResolvedModel['pooling'];
  layers: number;
  bidirectional: boolean;
  vocabulary: number;
  size: number;
  hidden: number;
  classes: number;
  labelSmoothing: number;
  lengths: number[];
}

const golden = readGolden<ModelCase>('model');

for (const one of golden.cases) {
  test(`PyTorch classifier, ${one.pooling} over ${one.layers} layers: logits, loss and all gradients`, () => {
    const encoder = { hiddenSize: one.hidden, layers: one.layers, bidirectional: one.bidirectional };
    const shape: ModelShape = {
      model: modelConfig({ encoder, embedding: { size: one.size }, pooling: one.pooling }),
      vocabularySize: one.vocabulary,
      classCount: one.classes,
    };
    const names = createParams(shape, 1).parameters.map(({ name }) => name);
    const weights = names.map((name) => ({ ...golden.tensor(`${one.name}.weight.${name}`), name }));
    const model = loadModel(shape, weights);
    const padded = golden.integers(`${one.name}.ids`);
    const width = padded.length / one.lengths.length;
    const texts = one.lengths.map((length, text) => padded.slice(text * width, text * width + length));
    const labels = golden.integers(`${one.name}.labels`);
    const result = classifierGradients(model, createBatch(texts), labels, { labelSmoothing: one.labelSmoothing });
    assertClose(result.logits, golden.values(`${one.name}.logits`), 'logits', { absolute: 1e-6 });
    assertClose([result.loss.loss], golden.values(`${one.name}.loss`), 'loss', { absolute: 1e-6 });
    const gradients = denseGradients(result.gradients);
    for (const [n, name] of names.entries()) {
      assertClose(gradients[n], golden.values(`${one.name}.grad.${name}`), `d ${name}`, {
        absolute: 1e-7,
        relative: 1e-4,
      });
    }
  });
}

const TEXTS = [[3, 4, 5], [6], [2, 2, 7, 8, 9, 10, 11], [4, 12, 13, 5], [9, 9]];

for (const pooling of ['last', 'mean', 'max', 'attention'] as const) {
  test(`padding changes no logit by a single bit (${pooling})`, () => {
    const shape = { ...TOY_SHAPE, model: modelConfig({ encoder: { layers: 2, bidirectional: true }, pooling }) };
    const model = createModel(shape, createParams(shape, 3));
    const plain = model.logits(createBatch(TEXTS, 0));
    const padded = createBatch(TEXTS, 30);
    assert.equal(padded.paddedLength, 37);
    assertSameBits(model.logits(padded), plain, 'zeros behind');
    for (let at = 0; at < padded.ids.length; at++) {
      if (at % 37 >= TEXTS[Math.floor(at / 37)].length) padded.ids[at] = 13;
    }
    assertSameBits(model.logits(padded), plain, 'other ids behind');
    for (const [row, text] of TEXTS.entries()) {
      assertSameBits(model.logits(createBatch([text])), plain.subarray(row * 3, row * 3 + 3), `text ${row} alone`);
    }
  });
}

test('forward and backward passes leave no tensor behind', () => {
  const model = createModel(TOY_SHAPE, createParams(TOY_SHAPE, 3));
  const before = tf.memory().numTensors;
  model.logits(createBatch(TEXTS));
  classifierGradients(model, createBatch(TEXTS), Int32Array.of(0, 1, 2, 0, 1), {
    labelSmoothing: 0,
    training: { seed: 1, step: 1 },
  });
  assert.equal(tf.memory().numTensors, before);
});

test('nothing is printed to the console', (context) => {
  const calls = ['log', 'warn', 'info', 'error'].map((method) =>
    context.mock.method(console, method as 'log', () => undefined),
  );
  createModel(TOY_SHAPE, createParams(TOY_SHAPE, 3)).logits(createBatch(TEXTS));
  for (const call of calls) assert.equal(call.mock.callCount(), 0);
});

test('gradients of a whole model agree with finite differences, dropout included', () => {
  const shape = {
    ...TOY_SHAPE,
    model: modelConfig({
      encoder: { layers: 2, bidirectional: true, dropout: 0.3 },
      embedding: { dropout: 0.2 },
      head: { dropout: 0.4 },
      pooling: 'mean',
    }),
  };
  const params = createParams(shape, 5);
  for (const { values } of params.parameters) for (let at = 0; at < values.length; at++) values[at] *= 2;
  const model = createModel(shape, params);
  const labels = Int32Array.of(0, 1, 2, 0, 1);
  const options = { labelSmoothing: 0.1, classWeights: Float64Array.of(1, 2, 0.5), training: { seed: 9, step: 4 } };
  const run = () => classifierGradients(model, createBatch(TEXTS), labels, options);
  const gradients = denseGradients(run().gradients);
  let largest = 0;
  for (const [n, { values, name, fixedCount }] of params.parameters.entries()) {
    for (let at = fixedCount; at < values.length; at += Math.ceil(values.length / 7)) {
      const kept = values[at];
      values[at] = kept + 0.01;
      const [high, up] = [run().loss.loss, values[at]];
      values[at] = kept - 0.01;
      const [low, down] = [run().loss.loss, values[at]];
      values[at] = kept;
      // Float32 logits near 1 over a difference of 0.02: about 1e-5; the cubic term adds as much.
      assertClose([gradients[n][at]], [(high - low) / (up - down)], `${name}[${at}]`, {
        absolute: 1e-4,
        relative: 1e-2,
      });
      largest = Math.max(largest, Math.abs(gradients[n][at]));
    }
  }
  assert.ok(largest > 0.01, 'the gradients are too small to be told from errors');
});

test('dropout is a function of seed, step and lane, keeps about 1 - rate and scales what it keeps', () => {
  const mask = dropoutMask(20_000, 0.3, { seed: 1, step: 2, lane: 3 });
  assert.deepEqual(dropoutMask(20_000, 0.3, { seed: 1, step: 2, lane: 3 }), mask);
  for (const key of [
    { seed: 2, step: 2, lane: 3 },
    { seed: 1, step: 3, lane: 3 },
    { seed: 1, step: 2, lane: 4 },
  ]) {
    assert.notDeepEqual(dropoutMask(20_000, 0.3, key), mask);
  }
  const kept = mask.filter((value) => value > 0);
  assert.ok(Math.abs(kept.length / mask.length - 0.7) < 0.015);
  assert.ok(kept.every((value) => value === Math.fround(1 / 0.7)));
});

test('dropout acts in training only', () => {
  const model = createModel(TOY_SHAPE, createParams(TOY_SHAPE, 3));
  const batch = createBatch(TEXTS);
  const plain = model.logits(batch);
  assertSameBits(model.logits(batch), plain, 'twice');
  assert.notDeepEqual(model.logits(batch, { training: { seed: 1, step: 1 } }), plain);
});

test('the embedding gradient adds up over repeated tokens and skips the padding row', () => {
  const batch = createBatch(
    [
      [1, 2, 1],
      [0, 2],
    ],
    2,
  );
  const dOut = Float32Array.of(1, 2, 3, 4, 5, 6, 70, 80, 9, 10);
  assert.deepEqual([...embeddingBackward(dOut, 2, batch, 4)], [0, 0, 6, 8, 12, 14, 0, 0]);
});

test('an id outside the vocabulary is a bug', () => {
  const model = createModel(TOY_SHAPE, createParams(TOY_SHAPE, 3));
  assert.throws(() => model.logits(createBatch([[14]])), /outside the vocabulary/);
});

test('an observer sees the gates of every layer and direction, in token order', () => {
  const shape = { ...TOY_SHAPE, model: modelConfig({ encoder: { layers: 2, bidirectional: true } }) };
  const model = createModel(shape, createParams(shape, 3));
  const seen: string[] = [];
  model.logits(createBatch([[3, 4, 5]]), {
    observe(layer, direction, result) {
      seen.push(`${layer}.${direction}`);
      assert.equal(result.gates.length, 3 * 4 * 5);
      const last = direction === 0 ? 2 : 0;
      assert.deepEqual(result.hN, result.out.slice(last * 5, last * 5 + 5));
    },
  });
  assert.deepEqual(seen, ['0.0', '0.1', '1.0', '1.1']);
});

test('probabilities of a text add up to one', () => {
  const model = createModel(TOY_SHAPE, createParams(TOY_SHAPE, 3));
  const probabilities = model.probabilities(TEXTS);
  assert.equal(probabilities.length, 15);
  for (let row = 0; row < 5; row++) {
    assertClose([probabilities.slice(row * 3, row * 3 + 3).reduce((sum, value) => sum + value, 0)], [1], 'sum');
  }
});
