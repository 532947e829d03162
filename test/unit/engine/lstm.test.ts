import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { prepareBackend } from '../../../extension/engine/backend/backend.ts';
import { lstmCell } from '../../../extension/engine/layers/lstm.ts';
import { lstmBackwardReference, lstmForwardReference } from '../../../extension/engine/layers/lstmReference.ts';
import type { InitialState, RecurrentInput, RecurrentWeights } from '../../../extension/engine/layers/recurrent.ts';
import { type DirectionTensors, recurrentLayer } from '../../../extension/engine/layers/recurrentLayer.ts';
import { assertClose, assertSameBits, type Golden, layoutOf, randomArray, readGolden, unpad } from './support.ts';

interface LstmCase {
  name: string;
  layers: number;
  bidirectional: boolean;
  inputs: number;
  hidden: number;
  lengths: number[];
}

const golden = readGolden<LstmCase>('lstm');
// Sums of up to some hundred float32 products; PyTorch rounds each of them, we round once.
const TOLERANCE = { absolute: 2e-6, relative: 1e-5 };
const PARTS = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'] as const;

const suffix = (layer: number, direction: number): string => `_l${layer}${direction === 1 ? '_reverse' : ''}`;

function weightsOf(from: Golden<LstmCase>, prefix: string, at: string): RecurrentWeights {
  const [weightIh, weightHh, biasIh, biasHh] = PARTS.map((part) => from.values(`${prefix}.${part}${at}`));
  return { weightIh, weightHh, biasIh, biasHh };
}

/** Part `index` of a [parts, B, H] tensor. */
function statePart(name: string, index: number): Float32Array {
  const { data, shape } = golden.tensor(name);
  const size = shape[1] * shape[2];
  return data.subarray(index * size, (index + 1) * size);
}

/** Columns of one direction of a [N, H · directions] matrix. */
function directionColumns(data: Float32Array, hidden: number, directions: number, direction: number): Float32Array {
  return data.filter((_, at) => Math.floor((at % (hidden * directions)) / hidden) === direction);
}

for (const { name, bidirectional, inputs, hidden, lengths } of golden.cases.filter(({ layers }) => layers === 1)) {
  const directions = bidirectional ? 2 : 1;
  for (let direction = 0; direction < directions; direction++) {
    test(`torch.nn.LSTM ${name}, direction ${direction}: results and gradients, with states`, () => {
      const columns = (tensor: string): Float32Array =>
        directionColumns(unpad(golden.tensor(`${name}.${tensor}`), lengths), hidden, directions, direction);
      const input: RecurrentInput = {
        x: unpad(golden.tensor(`${name}.x`), lengths),
        layout: layoutOf(lengths),
        h0: statePart(`${name}.h0`, direction),
        c0: statePart(`${name}.c0`, direction),
        inputSize: inputs,
        hiddenSize: hidden,
        isReverse: direction === 1,
      };
      const weights = weightsOf(golden, `${name}.weight`, suffix(0, direction));
      const result = lstmCell.forward(input, weights);
      assertClose(result.out, columns('out'), 'out', TOLERANCE);
      assertClose(result.hN, statePart(`${name}.hN`, direction), 'hN', TOLERANCE);
      assertClose(result.cN, statePart(`${name}.cN`, direction), 'cN', TOLERANCE);
      const upstream = {
        out: columns('dOut'),
        hN: statePart(`${name}.dHN`, direction),
        cN: statePart(`${name}.dCN`, direction),
      };
      const gradients = lstmCell.backward(upstream, { input, weights, result });
      const expected = weightsOf(golden, `${name}.grad`, suffix(0, direction));
      assertClose(gradients.weightIh, expected.weightIh, 'dW_ih', TOLERANCE);
      assertClose(gradients.weightHh, expected.weightHh, 'dW_hh', TOLERANCE);
      assertClose(gradients.biasIh, expected.biasIh, 'db_ih', TOLERANCE);
      assertClose(gradients.biasHh, expected.biasHh, 'db_hh', TOLERANCE);
      assertClose(gradients.h0, statePart(`${name}.grad.h0`, direction), 'dh0', TOLERANCE);
      assertClose(gradients.c0!, statePart(`${name}.grad.c0`, direction), 'dc0', TOLERANCE);
      if (directions === 1) assertClose(gradients.x!, unpad(golden.tensor(`${name}.grad.x`), lengths), 'dx', TOLERANCE);
    });
  }
}

for (const { name, layers, bidirectional, inputs, hidden, lengths } of golden.cases) {
  test(`torch.nn.LSTM ${name}: ${layers} layers through tfjs, from zero states`, () => {
    prepareBackend();
    const layout = layoutOf(lengths);
    const names: string[] = [];
    for (let layer = 0; layer < layers; layer++) {
      for (let direction = 0; direction < (bidirectional ? 2 : 1); direction++) {
        names.push(...PARTS.map((part) => `${part}${suffix(layer, direction)}`));
      }
    }
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const weights = names.map((key) => {
        const { data, shape } = golden.tensor(`${name}.weight.${key}`);
        return tf.tensor(data, shape);
      });
      const run = (...tensors: tf.Tensor[]): tf.Tensor => {
        let x = tensors[0] as tf.Tensor2D;
        const perLayer = (tensors.length - 1) / layers;
        for (let layer = 0; layer < layers; layer++) {
          const own = tensors.slice(1 + layer * perLayer, 1 + (layer + 1) * perLayer);
          const sides = own.length === 8 ? [own.slice(0, 4), own.slice(4)] : [own];
          x = recurrentLayer(x, layout, sides as unknown as DirectionTensors[], { cell: lstmCell });
        }
        return x;
      };
      const x = tf.tensor2d(unpad(golden.tensor(`${name}.x`), lengths), [layout.tokenCount, inputs]);
      const dOut = unpad(golden.tensor(`${name}.dOut`), lengths);
      const width = hidden * (bidirectional ? 2 : 1);
      const { value, grads } = tf.valueAndGrads(run)([x, ...weights], tf.tensor2d(dOut, [layout.tokenCount, width]));
      assertClose(value.dataSync(), unpad(golden.tensor(`${name}.zero.out`), lengths), 'out', TOLERANCE);
      assertClose(grads[0].dataSync(), unpad(golden.tensor(`${name}.zero.grad.x`), lengths), 'dx', TOLERANCE);
      for (const [n, key] of names.entries()) {
        assertClose(grads[n + 1].dataSync(), golden.values(`${name}.zero.grad.${key}`), `d ${key}`, TOLERANCE);
      }
    });
    assert.equal(tf.memory().numTensors, before);
  });
}

function randomPass(isReverse: boolean): { input: RecurrentInput; weights: RecurrentWeights } {
  const lengths = [3, 8, 1, 8, 5];
  const [I, H] = [5, 7];
  const layout = layoutOf(lengths);
  return {
    input: {
      x: randomArray(layout.tokenCount * I, 1),
      layout,
      h0: randomArray(5 * H, 2),
      c0: randomArray(5 * H, 3),
      inputSize: I,
      hiddenSize: H,
      isReverse,
    },
    weights: {
      weightIh: randomArray(4 * H * I, 4),
      weightHh: randomArray(4 * H * H, 5),
      biasIh: randomArray(4 * H, 6),
      biasHh: randomArray(4 * H, 7),
    },
  };
}

for (const isReverse of [false, true]) {
  test(`the fused layer equals its naive twin, ${isReverse ? 'reverse' : 'forward'}`, () => {
    const { input, weights } = randomPass(isReverse);
    const result = lstmCell.forward(input, weights);
    const twin = lstmForwardReference(input, weights);
    for (const key of ['out', 'hN', 'cN', 'gates', 'cells', 'tanhCells'] as const) {
      assertClose(result[key], twin[key], key, { absolute: 1e-6, relative: 1e-6 });
    }
    const upstream = { out: randomArray(twin.out.length, 8), hN: randomArray(35, 9), cN: randomArray(35, 10) };
    const gradients = lstmCell.backward(upstream, { input, weights, result });
    const twinGradients = lstmBackwardReference(upstream, { input, weights, result: twin });
    for (const key of ['x', 'weightIh', 'weightHh', 'biasIh', 'biasHh', 'h0', 'c0'] as const) {
      assertClose(gradients[key]!, twinGradients[key], `d ${key}`, { absolute: 3e-6, relative: 1e-5 });
    }
  });
}

test('gradients agree with finite differences', () => {
  const { input, weights } = randomPass(true);
  const result = lstmCell.forward(input, weights);
  const upstream = { out: randomArray(result.out.length, 8) };
  const gradients = lstmCell.backward(upstream, { input, weights, result });
  const objective = (): number =>
    lstmForwardReference(input, weights).out.reduce((sum, value, at) => sum + value * upstream.out[at], 0);
  const checks: [Float32Array, Float32Array, string][] = [
    [input.x, gradients.x!, 'x'],
    [weights.weightIh, gradients.weightIh, 'weightIh'],
    [weights.weightHh, gradients.weightHh, 'weightHh'],
    [weights.biasHh, gradients.biasHh, 'biasHh'],
  ];
  for (const [values, gradient, what] of checks) {
    for (let at = 0; at < values.length; at += Math.ceil(values.length / 12)) {
      const kept = values[at];
      values[at] = kept + 0.005;
      const [high, up] = [objective(), values[at]];
      values[at] = kept - 0.005;
      const [low, down] = [objective(), values[at]];
      values[at] = kept;
      // Float32 outputs near 1, summed over 175 of them, against a difference of 0.01: good to about 1e-4; the cubic term adds as much.
      assertClose([gradient[at]], [(high - low) / (up - down)], `${what}[${at}]`, { absolute: 1e-3, relative: 2e-3 });
    }
  }
});

test('what a text gives does not depend on the texts beside it', () => {
  const { input, weights } = randomPass(true);
  const { layout, inputSize: I, hiddenSize: H } = input;
  const together = lstmCell.forward({ ...input, h0: undefined, c0: undefined }, weights);
  for (let text = 0; text < layout.batchSize; text++) {
    const [from, to] = [layout.offsets[text], layout.offsets[text] + layout.lengths[text]];
    const x = input.x.slice(from * I, to * I);
    const alone = lstmCell.forward(
      { x, layout: layoutOf([to - from]), inputSize: I, hiddenSize: H, isReverse: true },
      weights,
    );
    assertSameBits(alone.out, together.out.subarray(from * H, to * H), `out of text ${text}`);
    assertSameBits(alone.gates, together.gates.subarray(from * 4 * H, to * 4 * H), `gates of text ${text}`);
    assertSameBits(alone.hN, together.hN.subarray(text * H, (text + 1) * H), `hN of text ${text}`);
  }
});

test('a text without tokens is a bug', () => {
  assert.throws(() => layoutOf([2, 0]), /Text 1/);
});

test('a layer goes on from given states, tells its final ones, and leaves out the gradient of a constant input', () => {
  prepareBackend();
  const [I, H] = [3, 4];
  const whole = layoutOf([6, 6]);
  const x = randomArray(12 * I, 1);
  const weights = [[4 * H, I], [4 * H, H], [4 * H], [4 * H]].map((shape, at) =>
    tf.tensor(
      randomArray(
        shape.reduce((a, b) => a * b, 1),
        20 + at,
      ),
      shape,
    ),
  );
  const direction = weights as unknown as DirectionTensors;
  const run = (from: number, to: number, initial?: InitialState): { out: Float32Array; end: InitialState } => {
    const rows = [0, 6].flatMap((first) => [...x.subarray((first + from) * I, (first + to) * I)]);
    let end: InitialState = {};
    const out = tf.tidy(() =>
      recurrentLayer(tf.tensor2d(rows, [2 * (to - from), I]), layoutOf([to - from, to - from]), [direction], {
        cell: lstmCell,
        initial: initial && [initial],
        observe: (_, { hN, cN }) => {
          end = { h0: hN, c0: cN };
        },
      }).dataSync<'float32'>(),
    );
    return { out, end };
  };
  const all = run(0, 6);
  const first = run(0, 4);
  const second = run(4, 6, first.end);
  assertSameBits(second.end.h0!, all.end.h0!, 'final h');
  assertSameBits(second.end.c0!, all.end.c0!, 'final c');
  assertSameBits(
    second.out.subarray(0, 2 * H),
    all.out.subarray(4 * H, 6 * H),
    'the last two outputs of the first text',
  );

  const input = tf.tensor2d(x, [12, I]);
  const gradients = (isInputConstant: boolean): Float32Array[] =>
    tf
      .grads((...given: tf.Tensor[]) =>
        recurrentLayer(input, whole, [given as unknown as DirectionTensors], { cell: lstmCell, isInputConstant }),
      )(weights)
      .map((gradient) => gradient.dataSync<'float32'>());
  const expected = gradients(false);
  for (const [at, gradient] of gradients(true).entries()) assertSameBits(gradient, expected[at], `gradient ${at}`);
  const { input: given, weights: values } = randomPass(false);
  const constant = { input: { ...given, isConstant: true }, weights: values, result: lstmCell.forward(given, values) };
  assert.equal(lstmCell.backward({ out: randomArray(25 * 7, 8) }, constant).x, undefined);
});
