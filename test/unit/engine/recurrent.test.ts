// The recurrent cells against PyTorch, against their textbook twins and against finite differences; the layer made of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { prepareBackend } from '../../../extension/engine/backend/backend.ts';
import { gruCell } from '../../../extension/engine/layers/gru.ts';
import { lstmCell } from '../../../extension/engine/layers/lstm.ts';
import type {
  Cell,
  InitialState,
  RecurrentInput,
  RecurrentPass,
  RecurrentUpstream,
  RecurrentWeights,
} from '../../../extension/engine/layers/recurrent.ts';
import { type DirectionTensors, recurrentLayer } from '../../../extension/engine/layers/recurrentLayer.ts';
import {
  createReference,
  REFERENCE_CELLS,
  referenceForward,
} from '../../../extension/engine/layers/recurrentReference.ts';
import { rnnReluCell, rnnTanhCell } from '../../../extension/engine/layers/rnn.ts';
import { oneHotLayers } from './oneHotLayers.ts';
import {
  assertClose,
  assertNear,
  assertSameBits,
  type Golden,
  layoutOf,
  randomArray,
  readGolden,
  unpad,
} from './support.ts';

interface GoldenCase {
  name: string;
  layers: number;
  bidirectional: boolean;
  inputs: number;
  hidden: number;
  lengths: number[];
}

type CellName = keyof typeof REFERENCE_CELLS;
const CELLS: Record<CellName, Cell> = { lstm: lstmCell, gru: gruCell, rnnTanh: rnnTanhCell, rnnRelu: rnnReluCell };
const NAMES = Object.keys(CELLS) as CellName[];

// Of the largest value of a tensor. PyTorch rounds each product and sum to float32 where we round once: up to 9 steps of it in values,
// which gradients go through twice and add up over all tokens.
const VALUES = 2e-6;
const GRADIENTS = 1e-5;
const PARTS = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'] as const;
const KEYS = ['weightIh', 'weightHh', 'biasIh', 'biasHh'] as const;

const suffix = (layer: number, direction: number): string => `_l${layer}${direction === 1 ? '_reverse' : ''}`;

function weightsOf(from: Golden<GoldenCase>, prefix: string, at: string): RecurrentWeights {
  const [weightIh, weightHh, biasIh, biasHh] = PARTS.map((part) => from.values(`${prefix}.${part}${at}`));
  return { weightIh, weightHh, biasIh, biasHh };
}

/** Part `index` of a [parts, B, H] tensor; undefined where the cell has no such state. */
function statePart(from: Golden<GoldenCase>, name: string, index: number): Float32Array | undefined {
  if (!from.has(name)) return undefined;
  const { data, shape } = from.tensor(name);
  const size = shape[1] * shape[2];
  return data.subarray(index * size, (index + 1) * size);
}

/** Columns `direction` · H … of a [N, H · directions] matrix. */
function directionColumns(data: Float32Array, hidden: number, directions: number, direction: number): Float32Array {
  return data.filter((_, at) => Math.floor((at % (hidden * directions)) / hidden) === direction);
}

/** The columns of the directions side by side. */
function join(parts: readonly Float32Array[], hidden: number): Float32Array {
  const width = hidden * parts.length;
  return Float32Array.from({ length: parts.length * parts[0].length }, (_, at) => {
    const [row, column] = [Math.floor(at / width), at % width];
    return parts[Math.floor(column / hidden)][row * hidden + (column % hidden)];
  });
}

for (const cellName of NAMES) {
  const golden = readGolden<GoldenCase>(cellName);
  const cell = CELLS[cellName];

  for (const { name, layers, bidirectional, inputs, hidden, lengths } of golden.cases) {
    const directions = bidirectional ? 2 : 1;
    const layout = layoutOf(lengths);

    test(`PyTorch ${cellName} ${name}: results and all gradients of ${layers} layers, with states`, () => {
      const passes: RecurrentPass[][] = [];
      let x = unpad(golden.tensor(`${name}.x`), lengths);
      for (let layer = 0; layer < layers; layer++) {
        passes[layer] = [];
        for (let direction = 0; direction < directions; direction++) {
          const part = layer * directions + direction;
          const input: RecurrentInput = {
            x,
            layout,
            h0: statePart(golden, `${name}.h0`, part),
            c0: statePart(golden, `${name}.c0`, part),
            inputSize: layer === 0 ? inputs : hidden * directions,
            hiddenSize: hidden,
            isReverse: direction === 1,
          };
          const weights = weightsOf(golden, `${name}.weight`, suffix(layer, direction));
          const result = cell.forward(input, weights);
          passes[layer].push({ input, weights, result });
          assertNear(result.hN, statePart(golden, `${name}.hN`, part)!, `hN ${part}`, VALUES);
          assert.equal(result.cN !== undefined, cellName === 'lstm');
          if (result.cN) assertNear(result.cN, statePart(golden, `${name}.cN`, part)!, `cN ${part}`, VALUES);
        }
        x = join(
          passes[layer].map(({ result }) => result.out),
          hidden,
        );
      }
      assertNear(x, unpad(golden.tensor(`${name}.out`), lengths), 'out', VALUES);

      let dOut = unpad(golden.tensor(`${name}.dOut`), lengths);
      for (let layer = layers - 1; layer >= 0; layer--) {
        const dX = new Float32Array(layout.tokenCount * passes[layer][0].input.inputSize);
        for (const [direction, pass] of passes[layer].entries()) {
          const part = layer * directions + direction;
          const upstream: RecurrentUpstream = {
            out: directionColumns(dOut, hidden, directions, direction),
            hN: statePart(golden, `${name}.dHN`, part),
            cN: statePart(golden, `${name}.dCN`, part),
          };
          const gradients = cell.backward(upstream, pass);
          const expected = weightsOf(golden, `${name}.grad`, suffix(layer, direction));
          for (const key of KEYS) assertNear(gradients[key], expected[key], `d ${key} ${part}`, GRADIENTS);
          assertNear(gradients.h0, statePart(golden, `${name}.grad.h0`, part)!, `dh0 ${part}`, GRADIENTS);
          assert.equal(gradients.c0 !== undefined, cellName === 'lstm');
          if (gradients.c0)
            assertNear(gradients.c0, statePart(golden, `${name}.grad.c0`, part)!, `dc0 ${part}`, GRADIENTS);
          for (let at = 0; at < dX.length; at++) dX[at] += gradients.x![at];
        }
        dOut = dX;
      }
      assertNear(dOut, unpad(golden.tensor(`${name}.grad.x`), lengths), 'dx', GRADIENTS);
    });

    test(`PyTorch ${cellName} ${name}: ${layers} layers through tfjs, from zero states`, () => {
      prepareBackend();
      const names: string[] = [];
      for (let layer = 0; layer < layers; layer++) {
        for (let direction = 0; direction < directions; direction++) {
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
            x = recurrentLayer(x, layout, sides as unknown as DirectionTensors[], { cell });
          }
          return x;
        };
        const x = tf.tensor2d(unpad(golden.tensor(`${name}.x`), lengths), [layout.tokenCount, inputs]);
        const dOut = unpad(golden.tensor(`${name}.dOut`), lengths);
        const dy = tf.tensor2d(dOut, [layout.tokenCount, hidden * directions]);
        const { value, grads } = tf.valueAndGrads(run)([x, ...weights], dy);
        assertNear(value.dataSync(), unpad(golden.tensor(`${name}.zero.out`), lengths), 'out', VALUES);
        assertNear(grads[0].dataSync(), unpad(golden.tensor(`${name}.zero.grad.x`), lengths), 'dx', GRADIENTS);
        for (const [n, key] of names.entries()) {
          assertNear(grads[n + 1].dataSync(), golden.values(`${name}.zero.grad.${key}`), `d ${key}`, GRADIENTS);
        }
      });
      assert.equal(tf.memory().numTensors, before);
    });
  }
}

const LENGTHS = [3, 8, 1, 8, 5];
const [TOKENS, I, H] = [25, 5, 7];

function randomPass(cell: Cell, isReverse: boolean, scale = 1): { input: RecurrentInput; weights: RecurrentWeights } {
  const rows = cell.gateCount * H;
  return {
    input: {
      x: randomArray(TOKENS * I, 1),
      layout: layoutOf(LENGTHS),
      h0: randomArray(5 * H, 2),
      ...(cell === lstmCell ? { c0: randomArray(5 * H, 3) } : {}),
      inputSize: I,
      hiddenSize: H,
      isReverse,
    },
    weights: {
      weightIh: randomArray(rows * I, 4, scale),
      weightHh: randomArray(rows * H, 5, scale),
      biasIh: randomArray(rows, 6, scale),
      biasHh: randomArray(rows, 7, scale),
    },
  };
}

const UPSTREAM: RecurrentUpstream = {
  out: randomArray(TOKENS * H, 8),
  hN: randomArray(5 * H, 9),
  cN: randomArray(5 * H, 10),
};

for (const name of NAMES) {
  const cell = CELLS[name];
  const reference = createReference(REFERENCE_CELLS[name]);
  for (const isReverse of [false, true]) {
    test(`the fused ${name} equals its textbook twin, ${isReverse ? 'reverse' : 'forward'}`, () => {
      assert.equal(cell.gateCount, reference.gateCount);
      const { input, weights } = randomPass(cell, isReverse, 0.5);
      const result = cell.forward(input, weights);
      const twin = reference.forward(input, weights);
      assert.deepEqual(Object.keys(result).sort(), Object.keys(twin).sort());
      for (const key of Object.keys(twin) as (keyof typeof twin)[]) assertNear(result[key]!, twin[key]!, key, 1e-6);
      const gradients = cell.backward(UPSTREAM, { input, weights, result });
      const twinGradients = reference.backward(UPSTREAM, { input, weights, result: twin });
      assert.deepEqual(Object.keys(gradients).sort(), Object.keys(twinGradients).sort());
      for (const key of Object.keys(twinGradients) as (keyof typeof gradients)[])
        assertNear(gradients[key]!, twinGradients[key]!, `d ${key}`, 3e-6);
    });
  }

  test(`the gradients of ${name} agree with finite differences`, () => {
    const { input, weights } = randomPass(cell, true, 0.5);
    const gradients = cell.backward(UPSTREAM, { input, weights, result: cell.forward(input, weights) });
    const dot = (values: number[], by: Float32Array): number => values.reduce((sum, v, at) => sum + v * by[at], 0);
    const objective = (): number => {
      const { out, hN, cN } = referenceForward(REFERENCE_CELLS[name], input, weights);
      return dot(out, UPSTREAM.out) + dot(hN, UPSTREAM.hN!) + (cN ? dot(cN, UPSTREAM.cN!) : 0);
    };
    const checks: [Float32Array | undefined, Float32Array | undefined, string][] = [
      [input.x, gradients.x, 'x'],
      ...KEYS.map((key): [Float32Array, Float32Array, string] => [weights[key], gradients[key], key]),
      [input.h0, gradients.h0, 'h0'],
      [input.c0, gradients.c0, 'c0'],
    ];
    for (const [values, gradient, what] of checks) {
      if (!values && !gradient && what === 'c0' && cell !== lstmCell) continue;
      for (let at = 0; at < values!.length; at += Math.ceil(values!.length / 12)) {
        const kept = values![at];
        values![at] = kept + 2 ** -13;
        const [high, up] = [objective(), values![at]];
        values![at] = kept - 2 ** -13;
        const [low, down] = [objective(), values![at]];
        values![at] = kept;
        // The objective is in double precision, its cubic term below 1e-7: what is left is the rounding of our float32 gradient.
        assertClose([gradient![at]], [(high - low) / (up - down)], `${what}[${at}]`, {
          absolute: 5e-6,
          relative: 5e-6,
        });
      }
    }
  });

  test(`what a text gives does not depend on the texts beside it (${name})`, () => {
    const { input, weights } = randomPass(cell, true);
    const { layout } = input;
    const G = cell.gateCount;
    const together = cell.forward({ ...input, h0: undefined, c0: undefined }, weights);
    for (let text = 0; text < layout.batchSize; text++) {
      const [from, to] = [layout.offsets[text], layout.offsets[text] + layout.lengths[text]];
      const own = { x: input.x.slice(from * I, to * I), layout: layoutOf([to - from]) };
      const alone = cell.forward({ ...own, inputSize: I, hiddenSize: H, isReverse: true }, weights);
      assertSameBits(alone.out, together.out.subarray(from * H, to * H), `out of text ${text}`);
      assertSameBits(alone.gates, together.gates.subarray(from * G * H, to * G * H), `gates of text ${text}`);
      assertSameBits(alone.hN, together.hN.subarray(text * H, (text + 1) * H), `hN of text ${text}`);
    }
  });

  test(`a layer of ${name} goes on from given states and tells its final ones`, () => {
    prepareBackend();
    const x = randomArray(12 * I, 1);
    const run = (from: number, to: number, initial?: InitialState): { out: Float32Array; end: InitialState } => {
      const rows = [0, 6].flatMap((first) => [...x.subarray((first + from) * I, (first + to) * I)]);
      let end: InitialState = {};
      const out = tf.tidy(() =>
        recurrentLayer(
          tf.tensor2d(rows, [2 * (to - from), I]),
          layoutOf([to - from, to - from]),
          [directionTensors(cell)],
          {
            cell,
            initial: initial && [initial],
            observe: (_, { hN, cN }) => {
              end = { h0: hN, c0: cN };
            },
          },
        ).dataSync<'float32'>(),
      );
      return { out, end };
    };
    const all = run(0, 6);
    const first = run(0, 4);
    const second = run(4, 6, first.end);
    assertSameBits(second.end.h0!, all.end.h0!, 'final h');
    if (cell === lstmCell) assertSameBits(second.end.c0!, all.end.c0!, 'final c');
    assertSameBits(second.out.subarray(0, 2 * H), all.out.subarray(4 * H, 6 * H), 'the last two outputs of a text');
  });

  test(`tokens in the place of their one-hot vectors give the bits of the vectors (${name})`, () => {
    prepareBackend();
    oneHotLayers(cell, assertSameBits);
  });

  test(`the gradient of a constant input is left out, the others stay (${name})`, () => {
    prepareBackend();
    const { input, weights } = randomPass(cell, false);
    const result = cell.forward(input, weights);
    assert.equal(cell.backward(UPSTREAM, { input: { ...input, isConstant: true }, weights, result }).x, undefined);
    const gradients = (isInputConstant: boolean): Float32Array[] =>
      tf.tidy(() => {
        const layer = (...given: tf.Tensor[]): tf.Tensor =>
          recurrentLayer(tf.tensor2d(input.x, [TOKENS, I]), input.layout, [given as unknown as DirectionTensors], {
            cell,
            isInputConstant,
          });
        return tf
          .grads(layer)([...directionTensors(cell)])
          .map((gradient) => gradient.dataSync<'float32'>());
      });
    const expected = gradients(false);
    for (const [at, gradient] of gradients(true).entries()) assertSameBits(gradient, expected[at], PARTS[at]);
  });
}

/** The weights of randomPass as tensors; to be made within a tidy. */
function directionTensors(cell: Cell): DirectionTensors {
  const { weightIh, weightHh, biasIh, biasHh } = randomPass(cell, false).weights;
  const rows = cell.gateCount * H;
  return [tf.tensor2d(weightIh, [rows, I]), tf.tensor2d(weightHh, [rows, H]), tf.tensor1d(biasIh), tf.tensor1d(biasHh)];
}

test('a text without tokens is a bug', () => {
  assert.throws(() => layoutOf([2, 0]), /Text 1/);
});
