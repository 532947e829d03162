// Where tensors live: what our kernels make owns its block until it is disposed of, nothing leaks, what was read stays good as long as it
// is promised, and the cpu backend's kernels work on the same tensors.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import type { ArenaBackend } from '../../../extension/engine/backend/arenaBackend.ts';
import { prepareBackend } from '../../../extension/engine/backend/backend.ts';
import { machineScope, setMachine } from '../../../extension/engine/backend/gatescopeBackend.ts';
import { Arena } from '../../../extension/engine/kernels/arena.ts';
import type { KernelMachine } from '../../../extension/engine/kernels/machine.ts';
import { layerNorm } from '../../../extension/engine/layers/layerNorm.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { randomArray } from '../engine/support.ts';
import { CARRIERS_HERE, openTestMachine } from './support.ts';

prepareBackend();
afterEach(() => setMachine(undefined));

const SIZE = 1024;

/** In an arena whose blocks are no larger than they must be, also where the sanitizers run: bytes are counted. */
async function open(arena = new Arena(8192)): Promise<KernelMachine> {
  const { machine } = await openTestMachine(CARRIERS_HERE[0], 1, arena);
  setMachine(machine);
  return machine;
}

const isInMemory = (machine: KernelMachine, tensor: tf.Tensor): boolean =>
  machine.arena.holds((tf.backend() as ArenaBackend).data.get(tensor.dataId).values as Float32Array);

const ones = (size = SIZE): tf.Tensor1D => tf.tensor1d(new Float32Array(size).fill(1));

test('a block is free when its last tensor is disposed of, and not before', async () => {
  const { arena } = await open();
  const start = arena.use.usedBytes;
  const sum = tf.tidy(() => tf.add(ones(), ones()));
  assert.equal(arena.use.usedBytes, start + 4 * SIZE);
  const shared = tf.reshape(sum, [2, SIZE / 2]);
  sum.dispose();
  assert.equal(arena.use.usedBytes, start + 4 * SIZE, 'a reshaped tensor shares the block');
  assert.deepEqual([...shared.dataSync()], new Array(SIZE).fill(2));
  shared.dispose();
  assert.equal(arena.use.usedBytes, start);
});

test('a tensor of the heap moves into the memory once, and its array stays as it is', async () => {
  const machine = await open();
  const start = machine.arena.use.usedBytes;
  const given = randomArray(SIZE, 1);
  const before = given.slice();
  const x = tf.tensor1d(given);
  assert.ok(!isInMemory(machine, x));
  tf.tidy(() => void tf.neg(x));
  assert.ok(isInMemory(machine, x));
  const used = machine.arena.use.usedBytes;
  tf.tidy(() => void tf.neg(x));
  assert.equal(machine.arena.use.usedBytes, used);
  assert.deepEqual(given, before);
  x.dispose();
  assert.equal(machine.arena.use.usedBytes, start);
});

test('outside of a scope reading gives a copy; within one it gives the block, which stays until the scope ends', async () => {
  const { arena } = await open();
  const start = arena.use.usedBytes;
  const outside = tf.tidy(() => tf.add(ones(), ones()));
  const copy = outside.dataSync();
  assert.ok(!arena.holds(copy));
  outside.dispose();
  tf.tidy(() => void tf.neg(ones()));
  assert.deepEqual([...copy], new Array(SIZE).fill(2));
  machineScope(() => {
    const read = tf.tidy(() => tf.add(ones(), ones()).dataSync().subarray(0));
    assert.ok(arena.holds(read));
    tf.tidy(() => void tf.neg(ones()));
    assert.deepEqual([...read], new Array(SIZE).fill(2));
    assert.equal(arena.use.usedBytes, start + 4 * SIZE);
  });
  assert.equal(arena.use.usedBytes, start);
});

test('a tensor outlives the scope it is made in', async () => {
  const { arena } = await open();
  const start = arena.use.usedBytes;
  const kept = machineScope(() => tf.tidy(() => tf.add(ones(), ones())));
  machineScope(() => tf.tidy(() => void tf.neg(ones())));
  assert.deepEqual([...kept.dataSync()], new Array(SIZE).fill(2));
  kept.dispose();
  assert.equal(arena.use.usedBytes, start);
});

test('what a cpu kernel cuts out of a tensor of ours stays good without it', async () => {
  const machine = await open();
  const whole = tf.tidy(() => tf.add(ones(), ones()));
  // Split is the cpu backend's, and its parts are views of the whole.
  const [first, second] = tf.split(whole, 2);
  whole.dispose();
  const other = tf.tidy(() => tf.mul(ones(), tf.scalar(7)));
  assert.deepEqual([...first.dataSync(), ...second.dataSync()], new Array(SIZE).fill(2));
  tf.dispose([first, second, other]);
  assert.ok(!machine.isBroken);
});

test('other types and empty tensors are the cpu backend’s', async () => {
  const machine = await open();
  tf.tidy(() => {
    const integers = tf.tensor1d(
      Int32Array.from({ length: SIZE }, (_, at) => at),
      'int32',
    );
    const sum = tf.add(integers, integers);
    assert.equal(sum.dtype, 'int32');
    assert.equal(sum.dataSync()[SIZE - 1], 2 * (SIZE - 1));
    assert.ok(!isInMemory(machine, sum));
    assert.deepEqual(tf.add(tf.zeros([0, 3]), tf.ones([1, 3])).shape, [0, 3]);
    assert.deepEqual([...tf.sum(tf.zeros([2, 0]), 1).dataSync()], [0, 0]);
    const flags = tf.concat([tf.zeros([3], 'bool'), tf.ones([2], 'bool')]);
    assert.deepEqual([...flags.dataSync()], [0, 0, 0, 1, 1]);
    assert.throws(() => tf.gather(tf.ones([3]), tf.tensor1d([3], 'int32')), /index value 3 is not in \[0, 2\]/);
    assert.throws(() => tf.matMul(tf.ones([2, 3]), tf.ones([4, 2])), /inner shapes/);
  });
});

test('a kernel that finds the memory full leaves nothing in it', async () => {
  const machine = await open(new Arena(64));
  const { arena } = machine;
  const [a, b] = [tf.zeros([256, 1024]), tf.zeros([1024, 256])];
  const start = arena.use.usedBytes;
  assert.throws(() => tf.tidy(() => tf.matMul(a, tf.transpose(b), false, false)), /inner shapes/);
  assert.throws(
    () => tf.tidy(() => tf.matMul(a, b)),
    (error) => UserError.is(error, 'engine.outOfMemory'),
  );
  tf.dispose([a, b]);
  assert.equal(arena.use.usedBytes, start);
});

test('another machine takes over with nothing left in the memory of the one before', async () => {
  const machine = await open();
  const start = machine.arena.use.usedBytes;
  tf.add(ones(), ones());
  assert.ok(machine.arena.use.usedBytes > start);
  setMachine(undefined);
  assert.equal(machine.arena.use.usedBytes, start);
});

/** One head of attention with a residual and layer normalisation, over tensors alone. */
function attention(x: tf.Tensor2D, weights: tf.Tensor2D[], scale: tf.Tensor1D): tf.Tensor {
  const [query, key, value] = weights.map((weight) => tf.matMul(x, weight));
  const shares = tf.softmax(tf.mul(tf.matMul(query, key, false, true), 0.2));
  const mixed = tf.add(x, tf.matMul(shares, value));
  return tf.mean(tf.square(layerNorm(mixed, scale, tf.zerosLike(scale))));
}

test('no leak over 10,000 steps of attention', async (t) => {
  const { arena } = await open();
  const [rows, width] = [24, 24];
  const start = { tensors: tf.memory().numTensors, used: arena.use.usedBytes };
  const x = tf.tensor2d(randomArray(rows * width, 1), [rows, width]);
  const weights = [2, 3, 4].map((seed) => tf.tensor2d(randomArray(width * width, seed), [width, width]));
  const scale = tf.ones([width]) as tf.Tensor1D;
  const lossOf = (...given: tf.Tensor[]): tf.Tensor => attention(x, given as tf.Tensor2D[], scale);
  const step = (): number =>
    machineScope(() =>
      tf.tidy(() => {
        const { value, grads } = tf.valueAndGrads(lossOf)(weights);
        return value.dataSync()[0] + grads[2].dataSync()[5];
      }),
    );
  const first = step();
  for (let n = 0; n < 20; n++) step();
  const [use, tensors] = [arena.use, tf.memory().numTensors];
  for (let n = 0; n < 10_000; n++) assert.equal(step(), first);
  assert.deepEqual(arena.use, use);
  assert.equal(tf.memory().numTensors, tensors);
  tf.dispose([x, ...weights, scale]);
  assert.equal(arena.use.usedBytes, start.used);
  assert.equal(tf.memory().numTensors, start.tensors);
  t.diagnostic(`${use.highWaterBytes - start.used} bytes at most`);
});
