// A trace is what the network computed: its h is the layer's output to the last bit, its states follow from its gates, and the parts of an
// equation add up. Over random networks of every cell and a trained one, on every carrier.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createBatch } from '../../../extension/engine/layers/batch.ts';
import { createModel, type Model } from '../../../extension/engine/model.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import { createTask } from '../../../extension/engine/tasks/createTask.ts';
import { unitEquation } from '../../../extension/engine/trace/equation.ts';
import { signalsOf } from '../../../extension/engine/trace/signals.ts';
import { traceText } from '../../../extension/engine/trace/traceText.ts';
import { createTrainer } from '../../../extension/engine/train/trainer.ts';
import { CELL_SIGNALS, type Direction, type DirectionTrace } from '../../../extension/protocol/trace.ts';
import { Rng } from '../../../extension/util/rng.ts';
import { assertSameBits, TOY_SHAPE, toySet, trainingConfig } from '../engine/support.ts';
import { COMPUTERS, shapeOf, type TracedCase } from './support.ts';

const CELLS = ['lstm', 'gru', 'rnnTanh', 'rnnRelu'] as const;
/** A float32 is off by at most this share of itself after one rounding. */
const ROUNDING = 2 ** -24;

function randomModel(cell: TracedCase['cell'], seed: number): { model: Model; ids: Uint32Array } {
  const rng = new Rng(seed, 'sample');
  const shape = shapeOf(cell, {
    hiddenSize: 1 + rng.nextInt(20),
    layers: 1 + rng.nextInt(3),
    bidirectional: rng.nextInt(2) === 1,
    size: 1 + rng.nextInt(12),
    pooling: (['max', 'mean', 'last'] as const)[rng.nextInt(3)],
  });
  const params = createParams(shape, seed);
  // Larger weights than training begins with, so that gates are all over their range.
  for (const { values } of params.parameters) for (let at = 0; at < values.length; at++) values[at] *= 3;
  const ids = Uint32Array.from({ length: 1 + rng.nextInt(17) }, () => 1 + rng.nextInt(11));
  return { model: createModel(shape, params), ids };
}

async function trainedModel(): Promise<{ model: Model; ids: Uint32Array }> {
  const [train, validation] = [toySet(60, 1), toySet(20, 2)];
  const training = trainingConfig();
  const task = createTask({ task: 'classification', labels: ['a', 'b', 'c'], train, validation }, training);
  const trainer = createTrainer({ ...TOY_SHAPE, training, task });
  const control = { requested: () => undefined, betweenSteps: async () => undefined };
  const quiet = async (): Promise<void> => undefined;
  const { status } = await trainer.run(control, { onEvent: () => undefined, onBest: quiet, onEpoch: quiet });
  assert.equal(status, 'completed');
  return { model: trainer.model, ids: Uint32Array.of(2, 7, 9, 3, 12, 12, 4) };
}

/** Every layer's output, as the layer above reads it: [T, D] with the directions side by side. */
function layerOutputs(model: Model, ids: Uint32Array): Float32Array[][] {
  const outputs: Float32Array[][] = [];
  model.logits(createBatch([ids]), {
    observe(layer, direction, { out }) {
      outputs[layer] ??= [];
      outputs[layer][direction] = out.slice();
    },
  });
  return outputs;
}

function assertStates({ direction, signals }: DirectionTrace, H: number): void {
  const { i, f, g, o, c, tanhC, r, z, n, h } = signals as Record<string, Float32Array>;
  const T = h.length / H;
  const before = (values: Float32Array, at: number): number => {
    const row = Math.floor(at / H) + (direction === 1 ? 1 : -1);
    return row < 0 || row >= T ? 0 : values[row * H + (at % H)];
  };
  for (let at = 0; at < h.length; at++) {
    if (c) {
      const [kept, taken] = [f[at] * before(c, at), i[at] * g[at]];
      // One rounding of the sum, or of the product i · g before a fused sum.
      const bound = ROUNDING * (Math.abs(kept + taken) + Math.abs(taken) + Math.abs(kept)) + 2 ** -149;
      assert.ok(Math.abs(c[at] - (kept + taken)) <= bound, `c[${at}] ${c[at]} is not ${kept + taken}`);
      assert.ok(Math.abs(tanhC[at] - Math.tanh(c[at])) <= 3e-7, `tanh c[${at}]`);
      assert.ok(Math.abs(h[at] - o[at] * tanhC[at]) <= ROUNDING * Math.abs(h[at]) + 2 ** -149, `h[${at}]`);
    } else if (z) {
      const expected = (1 - z[at]) * n[at] + z[at] * before(h, at);
      assert.ok(Math.abs(h[at] - expected) <= 4 * ROUNDING, `h[${at}] ${h[at]} is not ${expected}`);
      assert.ok(r[at] >= 0 && r[at] <= 1);
    }
  }
}

/**
 * A pre-activation is a sum of `terms` products. The engine rounds each partial sum to float32, which moves it by 2^-24 of its size at most;
 * partial sums are no larger than the sum of magnitudes. Twice that allows for the two sums (input and recurrent) that are added.
 */
function assertEquations(model: Model, ids: Uint32Array, traced: DirectionTrace, rng: Rng): void {
  const H = model.shape.model.encoder.hiddenSize;
  const place = { layer: traced.layer, direction: traced.direction as Direction };
  const [token, unit] = [rng.nextInt(ids.length), rng.nextInt(H)];
  const equation = unitEquation(model, ids, { ...place, token, unit }, 10_000);
  for (const gate of equation.gates) {
    const magnitude = gate.terms.reduce((sum, { product }) => sum + Math.abs(product), 0);
    const offsets = Math.abs(gate.biasIh) + Math.abs(gate.biasHh);
    const { input, biasIh, recurrent, biasHh, resetBy = 1, preActivation } = gate;
    const parts = input + biasIh + resetBy * (recurrent + biasHh);
    assert.ok(Math.abs(parts - preActivation) <= 1e-12 * (1 + magnitude + offsets), `${gate.signal}: parts`);
    const bound = 2 * ROUNDING * (gate.terms.length + 2) * (magnitude + offsets) + 3e-7;
    const value = { sigmoid: 1 / (1 + Math.exp(-parts)), tanh: Math.tanh(parts), relu: Math.max(0, parts) };
    const difference = Math.abs(gate.value - value[gate.activation]);
    assert.ok(difference <= bound, `${gate.signal} at ${token}, ${unit}: ${difference} is above ${bound}`);
    const listed = gate.terms.reduce((sum, { product }) => sum + product, 0);
    assert.ok(Math.abs(listed - (input + recurrent)) <= 1e-12 * (1 + magnitude), `${gate.signal}: terms`);
    for (const [at, { product, weight, value: factor }] of gate.terms.entries()) {
      assert.equal(product, weight * factor);
      if (at > 0) assert.ok(Math.abs(gate.terms[at - 1].product) >= Math.abs(product));
    }
    assert.equal(gate.value, (traced.signals[gate.signal] as Float32Array)[token * H + unit]);
  }
  assert.equal(equation.after.h, (traced.signals.h as Float32Array)[token * H + unit]);
}

function assertExact(model: Model, ids: Uint32Array, seed: number): void {
  const { hiddenSize: H } = model.shape.model.encoder;
  const outputs = layerOutputs(model, ids);
  const rng = new Rng(seed, 'sample', 3);
  for (const traced of traceText(model, ids).layers.flat()) {
    const what = `layer ${traced.layer}, direction ${traced.direction}`;
    assertSameBits(traced.signals.h as Float32Array, outputs[traced.layer][traced.direction], `h of ${what}`);
    assertStates(traced, H);
    for (let times = 0; times < 4; times++) assertEquations(model, ids, traced, rng);
  }
}

test('the contract names the signals that the engine gives', () => {
  for (const cell of ['lstm', 'gru', 'rnn'] as const) assert.deepEqual(signalsOf(cell), CELL_SIGNALS[cell]);
});

for (const { name, use, leave } of COMPUTERS) {
  describe(`on ${name}`, () => {
    before(use);
    after(leave);

    for (const cell of CELLS) {
      test(`30 random ${cell} networks`, () => {
        for (let seed = 1; seed <= 30; seed++) {
          const { model, ids } = randomModel(cell, seed);
          assertExact(model, ids, seed);
        }
      });
    }

    test('a trained LSTM', async () => {
      const { model, ids } = await trainedModel();
      assertExact(model, ids, 1);
    });

    test('a language model reads in windows what it would read at once', () => {
      const shape = { ...shapeOf('lstm', { hiddenSize: 7, layers: 2, bidirectional: false, vocabulary: 20 }) };
      delete shape.model.pooling;
      const model = createModel({ ...shape, classCount: 20 }, createParams({ ...shape, classCount: 20 }, 4));
      const ids = Uint32Array.from({ length: 700 }, (_, at) => 1 + ((at * 7) % 19));
      const outputs = layerOutputs(model, ids);
      const { layers, next } = traceText(model, ids, { topK: 3 });
      for (const [layer, [{ signals }]] of layers.entries()) {
        assertSameBits(signals.h as Float32Array, outputs[layer][0], `h of layer ${layer}`);
      }
      const probabilities = model.probabilities([ids]);
      assert.equal(next?.length, 700);
      for (const [at, one] of (next ?? []).entries()) {
        const row = probabilities.subarray(at * 20, at * 20 + 20);
        assert.deepEqual(one.probabilities, [...row].sort((a, b) => b - a).slice(0, 3));
        assert.equal(one.ofActual, at < 699 ? row[ids[at + 1]] : undefined);
      }
    });
  });
}
