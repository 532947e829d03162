// Recurrent layers on every carrier: the bits of their naive twin, the values of the plain cells, of PyTorch and of finite differences, the
// same bits on all that fuse, texts independent.
import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { prepareBackend } from '../../../extension/engine/backend/backend.ts';
import { setMachine } from '../../../extension/engine/backend/gatescopeBackend.ts';
import type { Arena } from '../../../extension/engine/kernels/arena.ts';
import type { KernelMachine } from '../../../extension/engine/kernels/machine.ts';
import { type KernelResult, recurrentLayerForward } from '../../../extension/engine/kernels/recurrentKernels.ts';
import { gruCell } from '../../../extension/engine/layers/gru.ts';
import { lstmCell } from '../../../extension/engine/layers/lstm.ts';
import { plainLayerForward } from '../../../extension/engine/layers/plainLayer.ts';
import type { Cell, CellName, LayerInput, LayerPass } from '../../../extension/engine/layers/recurrent.ts';
import { type DirectionTensors, recurrentLayer } from '../../../extension/engine/layers/recurrentLayer.ts';
import { REFERENCE_CELLS, referenceForward } from '../../../extension/engine/layers/recurrentReference.ts';
import { rnnReluCell, rnnTanhCell } from '../../../extension/engine/layers/rnn.ts';
import { oneHotLayers } from '../engine/oneHotLayers.ts';
import { assertClose, assertNear, type Golden, layoutOf, randomArray, readGolden, unpad } from '../engine/support.ts';
import { naiveLayer } from './recurrentTwin.ts';
import {
  assertSameValues,
  awkward,
  CARRIERS_HERE,
  createChoice,
  type FunctionName,
  mathOn,
  multiplyAddOf,
  openTestMachine,
} from './support.ts';

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

/** Small layers with tails, whose arrays all begin somewhere else within a block, some with zeros, subnormals, infinities and NaN. */
function awkwardLayer(arena: Arena, cell: Cell, seed: number): { input: LayerInput; dOut: Float32Array } {
  const choose = createChoice(seed + 50);
  const lengths = Array.from({ length: choose(1, 7) }, () => choose(1, 6));
  const [I, H, sides] = [choose(1, 19), [choose(1, 15), 16, 17, choose(18, 35)][seed % 4], 1 + (seed % 2)];
  const layout = layoutOf(lengths);
  const rows = cell.gateCount * H;
  let lane = seed * 40;
  const make = (length: number, scale: number, every = 0): Float32Array =>
    awkward(arena, length, ++lane, { scale, every });
  // In every third nothing special, so that the sums are seen; in the others about one value of a text.
  const every = seed % 3 === 0 ? 0 : 23;
  const directions = Array.from({ length: sides }, () => ({
    weights: {
      weightIh: make(rows * I, 0.6, seed % 3 === 2 ? 211 : 0),
      weightHh: make(rows * H, 0.4),
      biasIh: make(rows, 0.5),
      biasHh: make(rows, 0.5),
    },
    initial: {
      h0: make(lengths.length * H, 1, every),
      c0: cell === lstmCell ? make(lengths.length * H, 1) : undefined,
    },
  }));
  const input: LayerInput = {
    x: make(layout.tokenCount * I, 1, every),
    layout,
    inputSize: I,
    hiddenSize: H,
    weights: directions.map(({ weights }) => weights),
    initial: seed % 5 === 4 ? undefined : directions.map(({ initial }) => initial),
  };
  return { input, dOut: make(layout.tokenCount * H * sides, 1, every && every + 6) };
}

for (const carrier of CARRIERS_HERE) {
  const opened = openTestMachine(carrier);
  after(async () => (await opened).machine.close());

  for (const name of NAMES) {
    test(`${carrier.name} ${name}: the bits of the naive twin, with tails, misaligned, with subnormals, infinities and NaN`, async () => {
      const { machine } = await opened;
      const arithmetic = {
        add: multiplyAddOf(carrier),
        math: (what: FunctionName, x: Float32Array): Float32Array => mathOn(machine, what, x),
      };
      let notNumbers = 0;
      for (let seed = 0; seed < 12; seed++) {
        machine.arena.scope(() => {
          const { input, dOut } = awkwardLayer(machine.arena, CELLS[name], seed);
          const actual = allOf(recurrentLayerForward(machine, name, input), dOut);
          const expected = naiveLayer(name, input, dOut, arithmetic);
          assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort());
          for (const [what, values] of expected) {
            assertSameValues(actual.get(what)!, values, `${what} of shape ${seed}`);
            notNumbers += values.filter((value) => !Number.isFinite(value)).length;
          }
        });
      }
      assert.ok(notNumbers > 100, 'infinities and NaN reach the results');
    });

    test(`${carrier.name} ${name}: gradients agree with finite differences`, async () => {
      const { machine } = await opened;
      const sizes = { lengths: [3, 8, 1, 8, 5], inputSize: 5, hiddenSize: 18, hasInitial: true, seed: 21 };
      for (const isReverse of [false, true]) {
        // The second direction reads in reverse; the first has no part in it.
        const input = layerInput(CELLS[name], { ...sizes, directions: isReverse ? 2 : 1 });
        const dOut = dOutOf(input);
        if (isReverse) for (let at = 0; at < dOut.length; at++) if (at % 36 < 18) dOut[at] = 0;
        const n = isReverse ? 1 : 0;
        const { x, directions } = machine.arena.scope(() => {
          const gradients = recurrentLayerForward(machine, name, input).backward(dOut);
          const copy = (values?: Float32Array): Float32Array | undefined => values?.slice();
          const own = GRADIENT_NAMES.map((key) => [key, copy(gradients.directions[n][key])]);
          return {
            x: copy(gradients.x),
            directions: Object.fromEntries(own) as Record<string, Float32Array | undefined>,
          };
        });
        const initial = input.initial![n];
        const single = { ...input, ...initial, isReverse };
        const own = dOut.filter((_, at) => !isReverse || at % 36 >= 18);
        const objective = (): number =>
          referenceForward(REFERENCE_CELLS[name], single, input.weights[n]).out.reduce(
            (sum, v, at) => sum + v * own[at],
            0,
          );
        const read: Record<string, Float32Array | undefined> = { ...input.weights[n], ...initial, x: input.x };
        for (const [what, gradient] of Object.entries({ ...directions, x })) {
          const values = read[what];
          if (!values && !gradient && what === 'c0' && name !== 'lstm') continue;
          for (let at = 0; at < values!.length; at += Math.ceil(values!.length / 9)) {
            const kept = values![at];
            values![at] = kept + 2 ** -13;
            const [high, up] = [objective(), values![at]];
            values![at] = kept - 2 ** -13;
            const [low, down] = [objective(), values![at]];
            values![at] = kept;
            // The objective is in double precision; what is left is the rounding of our float32 gradient, and its cubic term.
            assertClose([gradient![at]], [(high - low) / (up - down)], `${what}[${at}]`, {
              absolute: 5e-6,
              relative: 5e-6,
            });
          }
        }
      }
    });

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

    test(`${carrier.name} ${name}: one-hot vectors looked up give the bits of their products`, async () => {
      const { machine } = await opened;
      // Deeper than a block of a product, whose sums are put down and taken up again.
      const deep = { ...shapes()[1], lengths: new Array<number>(12).fill(50), inputSize: 65 };
      for (const sizes of [...shapes(), deep]) {
        const input = layerInput(CELLS[name], sizes);
        const { layout, inputSize } = input;
        const choose = createChoice(sizes.seed);
        const hot = Int32Array.from({ length: layout.tokenCount }, () => choose(0, inputSize - 1));
        const x = new Float32Array(layout.tokenCount * inputSize);
        for (const [token, id] of hot.entries()) x[token * inputSize + id] = 1;
        const run = (own: Partial<LayerInput>): Map<string, Float32Array> =>
          machine.arena.scope(() =>
            allOf(recurrentLayerForward(machine, name, { ...input, x, isConstant: true, ...own }), dOutOf(input)),
          );
        // The vectors themselves are not read then.
        const [products, lookedUp] = [run({}), run({ hot, x: new Float32Array() })];
        assert.deepEqual([...lookedUp.keys()], [...products.keys()]);
        for (const [what, values] of products)
          assertSameValues(lookedUp.get(what)!, values, `${what} of ${JSON.stringify(sizes)}`);
      }
      const outside = { ...layerInput(CELLS[name], shapes()[0]), isConstant: true };
      const hot = new Int32Array(outside.layout.tokenCount).fill(outside.inputSize);
      assert.throws(
        () => machine.arena.scope(() => recurrentLayerForward(machine, name, { ...outside, hot })),
        /outside the vocabulary/,
      );
    });

    test(`${carrier.name} ${name}: through tfjs, tokens in the place of their one-hot vectors give the bits of the vectors`, async () => {
      const { machine } = await opened;
      setMachine(machine);
      machine.arena.scope(() => oneHotLayers(CELLS[name], assertSameValues));
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

      test(`${carrier.name} ${name} ${one.name}: PyTorch's gradients from given states, theirs among them`, async () => {
        const { machine } = await opened;
        machine.arena.scope(() => fromStates(machine, name, golden, one));
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

/** All layers forward and back from the given states, with the gradient of the outputs alone. */
function fromStates(machine: KernelMachine, name: CellName, golden: Golden<GoldenCase>, one: GoldenCase): void {
  const passes: LayerPass[] = [];
  let x = unpad(golden.tensor(`${one.name}.x`), one.lengths);
  for (let layer = 0; layer < one.layers; layer++) {
    passes.push(recurrentLayerForward(machine, name, goldenLayer(golden, one, layer, x)));
    x = passes[layer].out;
  }
  const expected = `${one.name}.states.grad`;
  let d = unpad(golden.tensor(`${one.name}.dOut`), one.lengths);
  for (let layer = one.layers - 1; layer >= 0; layer--) {
    const gradients = passes[layer].backward(d);
    const sides = suffixes(one, layer);
    for (const [n, own] of gradients.directions.entries()) {
      const parts = [own.weightIh, own.weightHh, own.biasIh, own.biasHh];
      for (const [at, part] of PARTS.entries())
        assertNear(parts[at], golden.values(`${expected}.${part}${sides[n]}`), `d ${part}${sides[n]}`, GRADIENTS);
      const index = layer * sides.length + n;
      assertNear(own.h0, statePart(golden, `${expected}.h0`, index)!, `d h0 ${index}`, GRADIENTS);
      assert.equal(own.c0 !== undefined, name === 'lstm');
      if (own.c0) assertNear(own.c0, statePart(golden, `${expected}.c0`, index)!, `d c0 ${index}`, GRADIENTS);
    }
    d = gradients.x ?? assert.fail('there is no gradient of x');
  }
  assertNear(d, unpad(golden.tensor(`${expected}.x`), one.lengths), 'd x', GRADIENTS);
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
