// Layer normalisation: torch.nn.LayerNorm in plain TypeScript and on every carrier; the naive twin's bits over random shapes; finite
// differences of its gradients.
import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { prepareBackend } from '../../../extension/engine/backend/backend.ts';
import { machineScope, setMachine } from '../../../extension/engine/backend/gatescopeBackend.ts';
import { layerNormForward as onMachine } from '../../../extension/engine/kernels/layerNormKernels.ts';
import { layerNorm, layerNormForward } from '../../../extension/engine/layers/layerNorm.ts';
import { layerNorm as composed } from '../../../extension/engine/layers/tensorOps.ts';
import { assertNear, randomArray, readGolden } from '../engine/support.ts';
import { assertSameValues, awkward, CARRIERS_HERE, createChoice, multiplyAddOf, openTestMachine } from './support.ts';
import { naiveLayerNorm } from './tensorTwins.ts';

// Of the largest value of a tensor: float32 sums in another order. Around 100 means are rounded to steps of 2^-17, of values of size 1; a
// variance in one pass would be off by 1e-3 there.
const toleranceAt = (offset: number): number => (offset === 0 ? 1e-5 : 1e-4);

const golden = readGolden<{ name: string; rows: number; width: number; epsilon: number; offset: number }>('layerNorm');
prepareBackend();
afterEach(() => setMachine(undefined));

type LayerNorm = (x: tf.Tensor, gamma: tf.Tensor1D, beta: tf.Tensor1D, epsilon: number) => tf.Tensor;

function checkGolden(apply: LayerNorm, hasGradient = true): void {
  assert.equal(golden.cases.length, 5);
  for (const { name, rows, width, epsilon, offset } of golden.cases) {
    const tolerance = toleranceAt(offset);
    const values = (key: string): Float32Array => golden.values(`${name}.${key}`);
    machineScope(() =>
      tf.tidy(() => {
        const inputs = [
          tf.tensor2d(values('x'), [rows, width]),
          tf.tensor1d(values('gamma')),
          tf.tensor1d(values('beta')),
        ];
        const run = (...given: tf.Tensor[]): tf.Tensor =>
          apply(given[0], given[1] as tf.Tensor1D, given[2] as tf.Tensor1D, epsilon);
        assertNear(run(...inputs).dataSync(), values('y'), `${name} y`, tolerance);
        if (!hasGradient) return;
        const { grads } = tf.valueAndGrads(run)(inputs, tf.tensor2d(values('dY'), [rows, width]));
        for (const [n, key] of ['dX', 'dGamma', 'dBeta'].entries()) {
          assertNear(grads[n].dataSync(), values(key), `${name} ${key}`, tolerance);
        }
      }),
    );
  }
}

test('cpu: torch.nn.LayerNorm', () => checkGolden(layerNorm));
// tfjs-core alone has no gradients of its operations; TensorFlow's package brings them (engine/tensorflow.test.ts).
test('composed of tfjs operations: torch.nn.LayerNorm', () => checkGolden(composed, false));

test('finite differences in x, gamma and beta', () => {
  const [rows, width, epsilon] = [3, 6, 1e-3];
  const [x, gamma, beta, dY] = [rows * width, width, width, rows * width].map((size, n) => randomArray(size, 40 + n));
  const lossOf = (): number =>
    layerNormForward(x, { gamma, beta }, epsilon).y.reduce((sum, value, at) => sum + value * dY[at], 0);
  const gradients = layerNormForward(x, { gamma, beta }, epsilon).backward(dY);
  for (const [values, gradient] of [
    [x, gradients.x],
    [gamma, gradients.gamma],
    [beta, gradients.beta],
  ]) {
    for (const [at, value] of values.entries()) {
      const [up, down] = [Math.fround(value + 1e-2), Math.fround(value - 1e-2)];
      values[at] = up;
      const above = lossOf();
      values[at] = down;
      const slope = (above - lossOf()) / (up - down);
      values[at] = value;
      // The third derivative leaves about 1e-3; values are of size 1.
      assert.ok(Math.abs(slope - gradient[at]) < 5e-3, `${at}: ${gradient[at]} instead of ${slope}`);
    }
  }
});

test('weights of another width are refused', () => {
  assert.throws(() => layerNorm(tf.zeros([2, 3]), tf.zeros([2]), tf.zeros([2])), /\[2, 3\] with 2 and 2 weights/);
});

for (const carrier of CARRIERS_HERE) {
  const opened = openTestMachine(carrier);
  after(async () => (await opened).machine.close());

  test(`${carrier.name}: torch.nn.LayerNorm`, async () => {
    setMachine((await opened).machine);
    checkGolden(layerNorm);
  });

  test(`${carrier.name}: the bits of the naive twin`, async () => {
    const { machine } = await opened;
    const { arena } = machine;
    for (let seed = 0; seed < 24; seed++) {
      const choose = createChoice(seed);
      const [rows, width] = [choose(1, 150), choose(1, 70)];
      const every = seed % 3 === 2 ? 97 : 0;
      arena.scope(() => {
        const x = awkward(arena, rows * width, seed, { every });
        const weights = { gamma: awkward(arena, width, seed + 1), beta: awkward(arena, width, seed + 2) };
        const dY = awkward(arena, rows * width, seed + 3, { every });
        const actual = onMachine(machine, x, weights, 1e-5);
        const expected = naiveLayerNorm(x, weights, dY, multiplyAddOf(carrier));
        const gradients = actual.backward(dY);
        assertSameValues(actual.y, expected.y, `y, seed ${seed}`);
        for (const name of ['x', 'gamma', 'beta'] as const) {
          assertSameValues(gradients[name], expected[name], `${name}, seed ${seed}`);
        }
      });
    }
  });

  test(`${carrier.name}: what is too short is refused`, async () => {
    const { machine } = await opened;
    const weights = { gamma: new Float32Array(3), beta: new Float32Array(2) };
    machine.arena.scope(() => {
      assert.throws(() => onMachine(machine, new Float32Array(6), weights, 1e-5), /bias of a layer normalisation/);
      const pass = onMachine(machine, new Float32Array(6), { ...weights, beta: new Float32Array(3) }, 1e-5);
      assert.throws(() => pass.backward(new Float32Array(5)), /gradient of a layer normalisation/);
    });
  });
}
