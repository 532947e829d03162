// Recurrent layers on every carrier: against the plain cells, against PyTorch, the same bits on all that fuse, texts independent.
import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { prepareBackend } from '../../../extension/engine/backend/backend.ts';
import { setMachine } from '../../../extension/engine/backend/gatescopeBackend.ts';
import { type KernelResult, recurrentLayerForward } from '../../../extension/engine/kernels/recurrentKernels.ts';
import { gruCell } from '../../../extension/engine/layers/gru.ts';
import { lstmCell } from '../../../extension/engine/layers/lstm.ts';
import { plainLayerForward } from '../../../extension/engine/layers/plainLayer.ts';
import type { Cell, CellName, LayerInput, LayerPass } from '../../../extension/engine/layers/recurrent.ts';
import { type DirectionTensors, recurrentLayer } from '../../../extension/engine/layers/recurrentLayer.ts';
import { rnnReluCell, rnnTanhCell } from '../../../extension/engine/layers/rnn.ts';
import { assertNear, type Golden, layoutOf, randomArray, readGolden, unpad } from '../engine/support.ts';
import { assertSameValues, CARRIERS_HERE, createChoice, openTestMachine } from './support.ts';

const CELLS: Record<CellName, Cell> = { lstm: lstmCell, gru: gruCell, rnnTanh: rnnTanhCell, rnnRelu: rnnReluCell };
const NAMES = Object.keys(CELLS) as CellName[];

// Of the largest value of a tensor, as for the plain cells: sums of float32 in another order, gradients through two of them a step.
const VALUES = 2e-6;
const GRADIENTS = 1e-5;
const RESULTS = ['out', 'hN', 'cN', 'gates', 'cells', 'tanhCells', 'newGateHidden'] as const;
const GRADIENT_NAMES = ['weightIh', 'weightHh', 'biasIh', 'biasHh', 'h0', 'c0'] as const;

afterEach(() => setMachine(undefined));
prepareBackend();

interface Sizes {
  lengths: number[];
  inputSize: number;
  hiddenSize: number;
  directions: number;
  hasInitial: boolean;
  seed: number;
}

function layerInput(cell: Cell, { lengths, inputSize, hiddenSize, directions, hasInitial, seed }: Sizes): LayerInput {
  const layout = layoutOf(lengths);
  const rows = cell.gateCount * hiddenSize;
  const scale = 1.5 / Math.sqrt(hiddenSize);
  const states = lengths.length * hiddenSize;
  const sides = Array.from({ length: directions }, (_, n) => seed * 100 + n * 10);
  return {
    x: randomArray(layout.tokenCount * inputSize, seed),
    layout,
    inputSize,
    hiddenSize,
    weights: sides.map((lane) => ({
      weightIh: randomArray(rows * inputSize, lane + 1, scale),
      weightHh: randomArray(rows * hiddenSize, lane + 2, scale),
      biasIh: randomArray(rows, lane + 3, scale),
      biasHh: randomArray(rows, lane + 4, scale),
    })),
    initial: hasInitial
      ? sides.map((lane) => ({
          h0: randomArray(states, lane + 5),
          ...(cell === lstmCell ? { c0: randomArray(states, lane + 6) } : {}),
        }))
      : undefined,
  };
}

/** Shapes with tails of every vector width, more texts than a tile has rows, and single tokens. */
function shapes(): Sizes[] {
  return Array.from({ length: 10 }, (_, seed): Sizes => {
    const choose = createChoice(seed);
    return {
      lengths: Array.from({ length: choose(1, 20) }, () => choose(1, seed === 3 ? 1 : 15)),
      inputSize: choose(1, 40),
      hiddenSize: seed === 4 ? 130 : choose(1, 40),
      directions: 1 + (seed % 2),
      hasInitial: seed % 3 !== 0,
      seed,
    };
  });
}

const dOutOf = ({ layout, hiddenSize, weights }: LayerInput, seed = 99): Float32Array =>
  randomArray(layout.tokenCount * hiddenSize * weights.length, seed);

/** Everything a pass and its gradients hold, by name; copies. */
function allOf(pass: LayerPass, dOut: Float32Array): Map<string, Float32Array> {
  const all = new Map<string, Float32Array>([['layer out', pass.out.slice()]]);
  for (const [n, result] of (pass.results() as KernelResult[]).entries()) {
    for (const name of RESULTS) if (result[name]) all.set(`${name} ${n}`, result[name].slice());
  }
  const { x, directions } = pass.backward(dOut);
  if (x) all.set('d x', x.slice());
  for (const [n, gradients] of directions.entries()) {
    for (const name of GRADIENT_NAMES) if (gradients[name]) all.set(`d ${name} ${n}`, gradients[name].slice());
  }
  return all;
}

for (const carrier of CARRIERS_HERE) {
  const opened = openTestMachine(carrier);
  after(async () => (await opened).machine.close());

  for (const name of NAMES) {
    test(`${carrier.name} ${name}: results and gradients of the plain cell`, async () => {
      const { machine } = await opened;
      for (const sizes of shapes()) {
        const input = layerInput(CELLS[name], sizes);
        const dOut = dOutOf(input);
        const actual = machine.arena.scope(() => allOf(recurrentLayerForward(machine, name, input), dOut));
        const expected = allOf(plainLayerForward(CELLS[name], input), dOut);
        assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort());
        for (const [what, values] of expected) {
          const label = `${what} of ${JSON.stringify(sizes)}`;
          assertNear(actual.get(what)!, values, label, what.startsWith('d ') ? GRADIENTS : VALUES);
        }
      }
    });

    test(`${carrier.name} ${name}: a constant input has no gradient, the rest is the same`, async () => {
      const { machine } = await opened;
      const input = layerInput(CELLS[name], shapes()[1]);
      const run = (isConstant: boolean): Map<string, Float32Array> =>
        machine.arena.scope(() => allOf(recurrentLayerForward(machine, name, { ...input, isConstant }), dOutOf(input)));
      const [whole, constant] = [run(false), run(true)];
      assert.equal(constant.get('d x'), undefined);
      whole.delete('d x');
      assert.deepEqual([...constant.keys()], [...whole.keys()]);
      for (const [what, values] of whole) assertSameValues(constant.get(what)!, values, what);
    });

    test(`${carrier.name} ${name}: a text's values do not depend on the texts beside it, even where those are not numbers`, async () => {
      const { machine } = await opened;
      const sizes = { ...shapes()[5], lengths: [4, 9, 1, 9, 6, 3, 2, 7, 5, 8, 9, 2], inputSize: 5, hiddenSize: 19 };
      const input = layerInput(CELLS[name], { ...sizes, directions: 2, hasInitial: false });
      const { layout, x, inputSize, hiddenSize } = input;
      const width = 2 * hiddenSize;
      const spoilt = x.slice();
      spoilt.fill(Number.NaN, layout.offsets[1] * inputSize, layout.offsets[2] * inputSize);
      const text = 3;
      const [from, to] = [layout.offsets[text], layout.offsets[text] + layout.lengths[text]];
      const alone = {
        ...input,
        layout: layoutOf([layout.lengths[text]]),
        x: x.slice(from * inputSize, to * inputSize),
      };
      const outOf = (given: LayerInput): Float32Array =>
        machine.arena.scope(() => recurrentLayerForward(machine, name, given).out.slice());
      const expected = outOf(alone);
      assertSameValues(outOf({ ...input, x: spoilt }).subarray(from * width, to * width), expected, 'beside NaN');
      assertSameValues(outOf(input).subarray(from * width, to * width), expected, 'beside numbers');
      const own = outOf({ ...input, x: spoilt }).subarray(layout.offsets[1] * width, layout.offsets[2] * width);
      assert.ok(own.every(Number.isNaN));
    });

    testPyTorch(name);
  }

  function testPyTorch(name: CellName): void {
    const golden = readGolden<GoldenCase>(name);
    for (const one of golden.cases) {
      test(`${carrier.name} ${name} ${one.name}: PyTorch's values from given states, and all gradients from zero states`, async () => {
        const { machine } = await opened;
        machine.arena.scope(() => {
          let x = unpad(golden.tensor(`${one.name}.x`), one.lengths);
          for (let layer = 0; layer < one.layers; layer++) {
            const input = goldenLayer(golden, one, layer, x);
            const pass = recurrentLayerForward(machine, name, input);
            for (const [n, { hN, cN }] of pass.results().entries()) {
              const part = layer * input.weights.length + n;
              assertNear(hN, statePart(golden, `${one.name}.hN`, part)!, `hN ${part}`, VALUES);
              assert.equal(cN !== undefined, name === 'lstm');
              if (cN) assertNear(cN, statePart(golden, `${one.name}.cN`, part)!, `cN ${part}`, VALUES);
            }
            x = pass.out;
          }
          assertNear(x, unpad(golden.tensor(`${one.name}.out`), one.lengths), 'out', VALUES);
        });
        setMachine(machine);
        machine.arena.scope(() => throughTfjs(golden, one, CELLS[name]));
      });
    }
  }
}

interface GoldenCase {
  name: string;
  layers: number;
  bidirectional: boolean;
  inputs: number;
  hidden: number;
  lengths: number[];
}

const PARTS = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'] as const;
const suffixes = ({ bidirectional }: GoldenCase, layer: number): string[] =>
  bidirectional ? [`_l${layer}`, `_l${layer}_reverse`] : [`_l${layer}`];

/** Part `index` of a [parts, B, H] tensor; undefined where the cell has no such state. */
function statePart(from: Golden<GoldenCase>, name: string, index: number): Float32Array | undefined {
  if (!from.has(name)) return undefined;
  const { data, shape } = from.tensor(name);
  const size = shape[1] * shape[2];
  return data.subarray(index * size, (index + 1) * size);
}

function goldenLayer(golden: Golden<GoldenCase>, one: GoldenCase, layer: number, x: Float32Array): LayerInput {
  const sides = suffixes(one, layer);
  return {
    x,
    layout: layoutOf(one.lengths),
    inputSize: layer === 0 ? one.inputs : one.hidden * sides.length,
    hiddenSize: one.hidden,
    weights: sides.map((side) => {
      const [weightIh, weightHh, biasIh, biasHh] = PARTS.map((part) =>
        golden.values(`${one.name}.weight.${part}${side}`),
      );
      return { weightIh, weightHh, biasIh, biasHh };
    }),
    initial: sides.map((_, n) => ({
      h0: statePart(golden, `${one.name}.h0`, layer * sides.length + n),
      c0: statePart(golden, `${one.name}.c0`, layer * sides.length + n),
    })),
  };
}

function throughTfjs(golden: Golden<GoldenCase>, one: GoldenCase, cell: Cell): void {
  const { name, layers, lengths, inputs, hidden } = one;
  const layout = layoutOf(lengths);
  const names = Array.from({ length: layers }, (_, layer) =>
    suffixes(one, layer).map((side) => PARTS.map((part) => `${part}${side}`)),
  );
  tf.tidy(() => {
    const flat = names.flat(2);
    const weights = flat.map((key) => {
      const { data, shape } = golden.tensor(`${name}.weight.${key}`);
      return tf.tensor(data, shape);
    });
    const run = (...tensors: tf.Tensor[]): tf.Tensor => {
      let x = tensors[0] as tf.Tensor2D;
      for (const sides of names) {
        const own = sides.map((keys) => keys.map((key) => tensors[1 + flat.indexOf(key)]));
        x = recurrentLayer(x, layout, own as unknown as DirectionTensors[], { cell });
      }
      return x;
    };
    const x = tf.tensor2d(unpad(golden.tensor(`${name}.x`), lengths), [layout.tokenCount, inputs]);
    const width = hidden * suffixes(one, 0).length;
    const dy = tf.tensor2d(unpad(golden.tensor(`${name}.dOut`), lengths), [layout.tokenCount, width]);
    const { value, grads } = tf.valueAndGrads(run)([x, ...weights], dy);
    assertNear(value.dataSync(), unpad(golden.tensor(`${name}.zero.out`), lengths), 'out', VALUES);
    assertNear(grads[0].dataSync(), unpad(golden.tensor(`${name}.zero.grad.x`), lengths), 'dx', GRADIENTS);
    for (const [n, key] of flat.entries()) {
      assertNear(grads[n + 1].dataSync(), golden.values(`${name}.zero.grad.${key}`), `d ${key}`, GRADIENTS);
    }
  });
}

test('all carriers with fused multiply-add give the same bits, whatever the threads', async () => {
  const fusedOnes = CARRIERS_HERE.filter(({ isFused }) => isFused);
  assert.ok(fusedOnes.length >= 2);
  const machines = await Promise.all(fusedOnes.flatMap((carrier) => [1, 3].map((n) => openTestMachine(carrier, n))));
  for (const name of NAMES) {
    for (const sizes of shapes()) {
      const input = layerInput(CELLS[name], sizes);
      const [first, ...others] = machines.map(({ machine }) =>
        machine.arena.scope(() => allOf(recurrentLayerForward(machine, name, input), dOutOf(input))),
      );
      for (const other of others) for (const [what, values] of first) assertSameValues(other.get(what)!, values, what);
    }
  }
  await Promise.all(machines.map(({ machine }) => machine.close()));
});
