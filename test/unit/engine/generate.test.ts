// Text from a language model: temperature, top-k, seed, and the state that goes on from the prompt.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { createBatch } from '../../../extension/engine/layers/batch.ts';
import { softmaxRows } from '../../../extension/engine/linalg/softmax.ts';
import { createModel, type Model } from '../../../extension/engine/model.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import { type DrawOptions, drawToken, TokenWriter } from '../../../extension/engine/tasks/generate.ts';
import type { ModelShape } from '../../../extension/engine/types.ts';
import { Rng } from '../../../extension/util/rng.ts';
import { modelConfig } from './support.ts';

const { pooling: _, ...model } = modelConfig({ encoder: { layers: 2, hiddenSize: 7 } });
const SHAPE: ModelShape = { model: { ...model, embedding: { type: 'oneHot' } }, vocabularySize: 9, classCount: 9 };
// Fresh weights say the same of every text; five times as large they do not.
const PARAMS = createParams(SHAPE, 2);
for (const { values } of PARAMS.parameters) for (let at = 0; at < values.length; at++) values[at] *= 5;
const MODEL = createModel(SHAPE, PARAMS);
type Writing = DrawOptions & { length: number; seed: number };

function generateTokens(model: Model, prompt: Uint32Array, { length, ...options }: Writing): Uint32Array {
  const writer = new TokenWriter(model, prompt, options);
  return Uint32Array.from({ length }, () => writer.next());
}

const PROMPT = Uint32Array.of(3, 4, 5);

test('temperature 0 takes the most probable token each time, as reading everything again would', () => {
  const written = generateTokens(MODEL, PROMPT, { length: 12, temperature: 0, seed: 1 });
  const all = [...PROMPT];
  for (const id of written) {
    const logits = MODEL.logits(createBatch([all])).subarray(-9);
    const best = logits.subarray(2).indexOf(Math.max(...logits.subarray(2))) + 2;
    assert.equal(id, best);
    all.push(id);
  }
  assert.deepEqual(generateTokens(MODEL, PROMPT, { length: 12, temperature: 5, topK: 1, seed: 9 }), written);
});

test('the same seed writes the same text, another seed another; nothing is left behind', () => {
  const options = { length: 60, temperature: 1, seed: 4 };
  const before = tf.memory().numTensors;
  const text = generateTokens(MODEL, PROMPT, options);
  assert.equal(tf.memory().numTensors, before);
  assert.deepEqual(generateTokens(MODEL, PROMPT, options), text);
  assert.notDeepEqual(generateTokens(MODEL, PROMPT, { ...options, seed: 5 }), text);
  assert.notDeepEqual(generateTokens(MODEL, Uint32Array.of(6), options), text);
  assert.ok(text.every((id) => id >= 2 && id < 9));
});

test('a long prompt is read in parts with the bits of one reading', () => {
  const prompt = Uint32Array.from({ length: 700 }, (_, at) => 2 + ((at * at) % 7));
  const logits = MODEL.logits(createBatch([prompt])).subarray(-9);
  const [first] = generateTokens(MODEL, prompt, { length: 1, temperature: 0, seed: 1 });
  assert.equal(first, logits.subarray(2).indexOf(Math.max(...logits.subarray(2))) + 2);
  const drawn = new Set(
    Array.from({ length: 50 }, (_, seed) => generateTokens(MODEL, prompt, { length: 1, temperature: 1, seed })[0]),
  );
  const expected = Array.from({ length: 50 }, (_, seed) =>
    drawToken(logits, { temperature: 1 }, new Rng(seed, 'generate')),
  );
  assert.deepEqual(drawn, new Set(expected));
});

test('tokens are drawn as often as the softmax over the temperature says; [PAD] and [UNK] never', () => {
  const logits = Float32Array.of(9, 9, 1, 0.5, -1, 2, 0);
  const draws = 40_000;
  for (const { temperature, topK } of [{ temperature: 1 }, { temperature: 0.5 }, { temperature: 2, topK: 3 }]) {
    const rng = new Rng(1, 'sample');
    const counts = new Float64Array(logits.length);
    for (let draw = 0; draw < draws; draw++) counts[drawToken(logits, { temperature, topK }, rng)]++;
    const kept = [5, 2, 3, 6, 4].slice(0, topK);
    const expected = softmaxRows(
      Float32Array.from(kept, (id) => logits[id] / temperature),
      kept.length,
    );
    assert.equal(counts[0] + counts[1], 0);
    for (const [at, id] of kept.entries()) {
      // Five standard deviations of a binomial count.
      const slack = 5 * Math.sqrt(draws * expected[at] * (1 - expected[at]));
      assert.ok(Math.abs(counts[id] - draws * expected[at]) < slack, `${id}: ${counts[id]} of ${draws}`);
    }
    assert.equal(
      kept.reduce((sum, id) => sum + counts[id], 0),
      draws,
    );
  }
});
