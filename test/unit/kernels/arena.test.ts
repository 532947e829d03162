// The arena: blocks that do not overlap, scopes, growth, the end of memory, no leak over many steps; and that wrappers check what they get.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { prepareBackend } from '../../../extension/engine/backend/backend.ts';
import { machineScope, setMachine } from '../../../extension/engine/backend/gatescopeBackend.ts';
import { Arena, sizeClass } from '../../../extension/engine/kernels/arena.ts';
import * as layers from '../../../extension/engine/kernels/layerKernels.ts';
import { crossEntropyLoss } from '../../../extension/engine/kernels/lossKernels.ts';
import { updateAll } from '../../../extension/engine/kernels/optimizerKernels.ts';
import { addPacking, addProduct, multiply } from '../../../extension/engine/kernels/products.ts';
import { recurrentLayerForward } from '../../../extension/engine/kernels/recurrentKernels.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import type { Gradient } from '../../../extension/engine/train/gradients.ts';
import { createOptimizerState } from '../../../extension/engine/train/optimizers.ts';
import { moveIn } from '../../../extension/engine/train/residence.ts';
import type { ResolvedOptimizer } from '../../../extension/schema/resolved.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { createTraining } from '../../support/kernelTraining.ts';
import { layoutOf, TOY_SHAPE } from '../engine/support.ts';
import { CARRIERS_HERE, createChoice, openTestMachine } from './support.ts';

prepareBackend();
afterEach(() => setMachine(undefined));

test('a size class is a multiple of 64 with at most a quarter of waste', () => {
  for (let bytes = 0; bytes < 200_000; bytes += 1 + (bytes >> 7)) {
    const size = sizeClass(bytes);
    assert.ok(size % 64 === 0 && size >= bytes && size >= 64, `${bytes}: ${size}`);
    assert.ok(bytes < 256 || size <= 1.25 * bytes + 1, `${bytes}: ${size}`);
    assert.ok(size >= sizeClass(Math.max(0, bytes - 1)));
  }
});

test('blocks are aligned and never overlap, whatever is taken and given back', () => {
  const arena = new Arena(2048);
  const choose = createChoice(3);
  const taken: { view: Float32Array; mark: number }[] = [];
  for (let round = 0; round < 5000; round++) {
    if (taken.length > 0 && choose(0, 2) === 0) {
      const [{ view, mark }] = taken.splice(choose(0, taken.length - 1), 1);
      assert.ok(
        view.every((value) => value === mark),
        'a block was written through another',
      );
      arena.release(view);
      continue;
    }
    const view = arena.float32(choose(0, round % 50 === 0 ? 20_000 : 300)).fill(round);
    assert.equal(view.byteOffset % 64, 0);
    taken.push({ view, mark: round });
  }
  const spans = taken.map(({ view }) => [view.byteOffset, view.byteOffset + sizeClass(view.byteLength)]);
  spans.sort(([a], [b]) => a - b);
  for (let n = 1; n < spans.length; n++) assert.ok(spans[n][0] >= spans[n - 1][1]);
  assert.equal(
    arena.use.usedBytes,
    spans.reduce((sum, [from, to]) => sum + to - from, 0),
  );
});

test('a scope gives back what was taken in it, also where it throws; what lasts stays', () => {
  const arena = new Arena(64);
  const before = arena.use.usedBytes;
  let lasting: Float32Array | undefined;
  arena.scope(() => {
    arena.float32(10);
    arena.scope(() => arena.int32(1000));
    lasting = arena.lasting(20).fill(5);
    arena.release(arena.float32(30));
  });
  assert.equal(arena.use.usedBytes - before, sizeClass(80));
  assert.throws(() => arena.scope(() => [arena.float32(99), assert.fail('within')]), /within/);
  assert.equal(arena.use.usedBytes - before, sizeClass(80));
  arena.scope(() => arena.float32(20).fill(6));
  assert.ok(lasting!.every((value) => value === 5));
  arena.release(lasting!);
  assert.throws(() => arena.release(lasting!), /no block/);
  assert.equal(arena.use.usedBytes, before);
});

test('growing keeps earlier views good, and views are known whatever buffer V8 shows', () => {
  const arena = new Arena(4096);
  const early = arena.float32(100).fill(1);
  const late = arena.float32(30_000_000);
  assert.ok(late.buffer !== early.buffer && late.buffer.byteLength > early.buffer.byteLength);
  early[7] = 42;
  assert.equal(new Float32Array(arena.memory.buffer, early.byteOffset, 100)[7], 42);
  new Arena(4096).float32(30_000_000);
  const after = arena.float32(5);
  for (const view of [early, late, after, early.subarray(3)]) {
    assert.ok(arena.holds(view));
    assert.equal(arena.adopt(view), view);
  }
  const foreign = Float32Array.of(1, 2, 3);
  assert.ok(!arena.holds(foreign));
  const copy = arena.adopt(foreign);
  assert.ok(arena.holds(copy));
  assert.deepEqual([...copy], [1, 2, 3]);
});

test('where memory ends, the error says what was asked for, and the rest stays usable', () => {
  const arena = new Arena(40);
  const block = arena.float32(200_000).fill(3);
  assert.throws(
    () => arena.float32(1_000_000),
    (error) =>
      UserError.is(error, 'engine.outOfMemory') && /3\.8 MiB/.test(error.message) && /2\.5 MiB/.test(error.message),
  );
  assert.equal(arena.float32(1000).length, 1000);
  arena.release(block);
  assert.equal(arena.float32(200_000).byteOffset, block.byteOffset);
});

test('where memory ends, a free block of a larger size is taken, the smallest first', () => {
  const arena = new Arena(40);
  const [large, small] = [arena.float32(200_000), arena.float32(120_000)];
  arena.release(large);
  arena.release(small);
  const before = arena.use.usedBytes;
  const first = arena.float32(100_000);
  const second = arena.float32(100_000);
  assert.deepEqual([first.byteOffset, second.byteOffset], [small.byteOffset, large.byteOffset]);
  assert.equal(arena.use.usedBytes - before, sizeClass(480_000) + sizeClass(800_000));
  assert.throws(() => arena.float32(100_000), { code: 'engine.outOfMemory' });
  arena.release(second);
  assert.equal(arena.float32(200_000).byteOffset, large.byteOffset);
});

test('weights that do not fit beside each other leave nothing in the memory, and are what they were', async () => {
  const { machine } = await openTestMachine(CARRIERS_HERE[0], 1, new Arena(40));
  setMachine(machine);
  const { usedBytes } = machine.arena.use;
  const params = createParams({ ...TOY_SHAPE, vocabularySize: 100_000 }, 1);
  const before = params.save();
  const state = createOptimizerState(
    { type: 'sgd', learningRate: 1, momentum: 0.9, nesterov: false, weightDecay: 0 },
    params.trainable(),
  );
  assert.throws(() => moveIn(params, state), { code: 'engine.outOfMemory' });
  assert.equal(machine.arena.use.usedBytes, usedBytes);
  assert.deepEqual(params.save(), before);
  assert.ok(params.parameters.every(({ values }) => !machine.arena.holds(values)));
});

for (const carrier of CARRIERS_HERE) {
  test(`${carrier.name}: kernels reach what lies beyond 2 GiB`, async () => {
    const arena = new Arena();
    arena.float32(2 ** 29);
    const { machine } = await openTestMachine(carrier, 1, arena);
    const a = arena.adopt(Float32Array.of(1, 2, 3, 4));
    const b = arena.adopt(Float32Array.of(5, 6, 7, 8));
    assert.ok(a.byteOffset > 2 ** 31);
    const out = multiply(machine, { values: a }, { values: b, k: 2, n: 2 }, 2);
    assert.deepEqual([...out], [19, 22, 43, 50]);
  });
}

test('no leak over 10,000 training steps', async (t) => {
  const { machine } = await openTestMachine(CARRIERS_HERE[0]);
  setMachine(machine);
  const { arena } = machine;
  const start = arena.use.usedBytes;
  const training = createTraining(TOY_SHAPE, { batchSize: 4, batches: 5 });
  const resident = arena.use.usedBytes;
  assert.ok(resident > start);
  for (let step = 0; step < 20; step++) training.step();
  const [{ highWaterBytes, memoryBytes }, tensors] = [arena.use, tf.memory().numTensors];
  for (let step = 20; step < 10_000; step++) training.step();
  const { maxBytes } = arena.use;
  assert.deepEqual(arena.use, { usedBytes: resident, highWaterBytes, memoryBytes, maxBytes });
  assert.equal(tf.memory().numTensors, tensors);
  training.end();
  assert.equal(arena.use.usedBytes, start);
  t.diagnostic(`a tiny model takes ${resident - start} bytes, ${highWaterBytes - start} within a step`);
  assert.equal(
    machineScope(() => arena.use.usedBytes),
    start,
  );
});

test('wrappers refuse what is too short or lies outside of the memory', async () => {
  const { machine } = await openTestMachine(CARRIERS_HERE[0]);
  const { arena } = machine;
  const floats = (length: number): Float32Array => arena.float32(length).fill(0);
  const ints = (...values: number[]): Int32Array => arena.adopt(Int32Array.from(values));
  const layout = layoutOf([2, 1]);
  const pooled = { kind: 'max', layout, width: 4, hiddenSize: 4 } as const;
  const packed = (b: Parameters<typeof addPacking>[2]): Float32Array => addPacking(machine, machine.job(), b);
  const product = { a: floats(6), panels: floats(64), m: 2, n: 4, k: 3, out: floats(8) };
  const options: ResolvedOptimizer = {
    type: 'adam',
    learningRate: 1,
    betas: [0.9, 0.99],
    epsilon: 1,
    lazy: false,
    weightDecay: 0,
  };
  const update = (values: Float32Array, gradient: Gradient, size = 8): void => {
    const state = { step: 1, buffers: { expAvg: floats(size), expAvgSq: floats(8) } };
    updateAll(machine, [{ parameter: { values, fixedCount: 0 }, state, gradient, options }], { scale: 1, limit: 0 });
  };
  const rows = (length: number, ...of: number[]) => ({
    rows: ints(...of),
    values: floats(length),
    size: 4,
    rowCount: 2,
  });
  const weights = { weightIh: floats(4 * 3 * 2), weightHh: floats(4 * 9), biasIh: floats(12), biasHh: floats(12) };
  const lstm = { x: floats(6), layout, inputSize: 2, hiddenSize: 3, weights: [weights] };
  const recurrent = (change: object): unknown => recurrentLayerForward(machine, 'lstm', { ...lstm, ...change });
  const refused: [RegExp, () => unknown][] = [
    [/outside the arena/, () => machine.job().call([new Float32Array(3)])],
    [/whole 32-bit/, () => machine.job().call([0.5])],
    [/whole 32-bit/, () => machine.job().call([2 ** 31])],
    [/too many/, () => machine.job().call(new Array(33).fill(0))],
    [/A matrix to pack has 5/, () => packed({ values: floats(5), k: 2, n: 3 })],
    [/A matrix to pack has 5/, () => packed({ values: floats(5), k: 2, n: 3, isTransposed: true })],
    [/A matrix to pack has 5/, () => packed({ values: floats(5), k: 2, n: 3, index: ints(0, 1) })],
    [/rows of a matrix to pack has 1/, () => packed({ values: floats(9), k: 2, n: 3, index: ints(0) })],
    [/other matrix to pack/, () => packed({ values: floats(9), k: 2, n: 3, index: ints(0, -2) })],
    [/left matrix/, () => addProduct(machine.job(), { ...product, a: floats(5) })],
    [/result of a product/, () => addProduct(machine.job(), { ...product, out: floats(7) })],
    [/rows of a product/, () => addProduct(machine.job(), { ...product, rows: ints(1) })],
    [/result of a product/, () => addProduct(machine.job(), { ...product, rows: ints(1, 2) })],
    [/panels/, () => addProduct(machine.job(), { ...product, panels: floats(3) })],
    [/bias/, () => addProduct(machine.job(), { ...product, start: { bias: floats(3) } })],
    [/bias/, () => layers.denseForward(machine, floats(4), floats(6), floats(2), { rows: 2, inputs: 2, outputs: 3 })],
    [/outside the vocabulary/, () => layers.embeddingGather(machine, floats(6), 2, ints(0, 3))],
    [/outside the vocabulary/, () => layers.embeddingGather(machine, floats(6), 2, ints(-1))],
    [
      /gradient of an emb/,
      () => layers.embeddingScatter(machine, floats(3), { slots: ints(0, 0), rowCount: 1, size: 2 }),
    ],
    [/Slot 1/, () => layers.embeddingScatter(machine, floats(4), { slots: ints(0, 1), rowCount: 1, size: 2 })],
    [/input of pooling/, () => layers.poolForward(machine, floats(11), pooled)],
    [/gradient of pooling/, () => layers.poolForward(machine, floats(12), pooled).backward(floats(7))],
    [/factor/, () => layers.multiplyElements(machine, floats(4), floats(3))],
    [/Logits/, () => crossEntropyLoss(machine, floats(3), ints(0, 1), 2, { labelSmoothing: 0 })],
    [/no class 2/, () => crossEntropyLoss(machine, floats(4), ints(0, 2), 2, { labelSmoothing: 0 })],
    [
      /Class weights/,
      () =>
        crossEntropyLoss(machine, floats(4), ints(0, 1), 2, { labelSmoothing: 0, classWeights: Float64Array.of(1) }),
    ],
    [/must lie in the arena/, () => update(new Float32Array(8), floats(8))],
    [/A gradient has 7/, () => update(floats(8), floats(7))],
    [/state of an optimizer/, () => update(floats(8), floats(8), 7)],
    [/sparse gradient has 4/, () => update(floats(8), rows(4, 0, 1))],
    [/Row 2 is outside/, () => update(floats(8), rows(8, 0, 2))],
    [/does not fit/, () => update(floats(7), rows(8, 0, 1))],
    [/input of a recurrent/, () => recurrent({ x: floats(5) })],
    [/weight_hh/, () => recurrent({ weights: [{ ...weights, weightHh: floats(35) }] })],
    [/bias_hh/, () => recurrent({ weights: [{ ...weights, biasHh: floats(11) }] })],
    [/h0/, () => recurrent({ initial: [{ h0: floats(5) }] })],
    [/gradient of a recurrent/, () => recurrentLayerForward(machine, 'lstm', lstm).backward(floats(8))],
  ];
  for (const [message, call] of refused) assert.throws(call, message);
});
