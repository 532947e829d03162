// Gradients of the operations between fused layers: finite differences of every rule, and attention composed of them, whose gradients on
// every carrier are those of plain TypeScript.
import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { prepareBackend } from '../../../extension/engine/backend/backend.ts';
import { machineScope, setMachine } from '../../../extension/engine/backend/gatescopeBackend.ts';
import { GRADIENTS } from '../../../extension/engine/backend/gradients/registerGradients.ts';
import { TENSOR_KERNELS } from '../../../extension/engine/backend/tensorKernels/register.ts';
import { layerNorm } from '../../../extension/engine/layers/layerNorm.ts';
import { logSoftmax } from '../../../extension/engine/layers/logSoftmax.ts';
import { assertNear, randomArray } from '../engine/support.ts';
import { CARRIERS_HERE, openTestMachine } from './support.ts';

prepareBackend();
afterEach(() => setMachine(undefined));

type Run = (...inputs: tf.Tensor[]) => tf.Tensor;

interface Rule {
  run: Run;
  shapes: number[][];
  /** Inputs around ±1, away from where a rule breaks off; else between 0.5 and 1.5. */
  isSigned?: boolean;
}

const ONE = [[2, 3]];
/** The last two dimensions are broadcast one way, the first the other. */
const PAIR = [
  [2, 1, 3],
  [4, 3],
];
const signed = (run: Run, shapes = ONE): Rule => ({ run, shapes, isSigned: true });
const positive = (run: Run, shapes = ONE): Rule => ({ run, shapes });
const binary = (run: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Rule => positive(run as Run, PAIR);
const product = (isA: boolean, isB: boolean): Rule[] =>
  [[], [2]].map((outer) =>
    signed(
      (a, b) => tf.matMul(a, b, isA, isB),
      [
        [...outer, ...(isA ? [3, 2] : [2, 3])],
        [...outer.map(() => 1), ...(isB ? [4, 3] : [3, 4])],
      ],
    ),
  );

const RULES: Record<string, Rule[]> = {
  Add: [binary(tf.add)],
  Sub: [binary(tf.sub)],
  Multiply: [binary(tf.mul)],
  RealDiv: [binary(tf.div)],
  Maximum: [binary(tf.maximum)],
  Minimum: [binary(tf.minimum)],
  Abs: [signed((x) => tf.abs(x))],
  Exp: [signed((x) => tf.exp(x))],
  Log: [positive((x) => tf.log(x))],
  Neg: [signed((x) => tf.neg(x))],
  Reciprocal: [positive((x) => tf.reciprocal(x))],
  Relu: [signed((x) => tf.relu(x))],
  Rsqrt: [positive((x) => tf.rsqrt(x))],
  Sigmoid: [signed((x) => tf.sigmoid(x))],
  Sqrt: [positive((x) => tf.sqrt(x))],
  Square: [signed((x) => tf.square(x))],
  Step: [signed((x) => tf.step(x, 0.5))],
  Tanh: [signed((x) => tf.tanh(x))],
  BatchMatMul: [false, true].flatMap((isA) => [false, true].flatMap((isB) => product(isA, isB))),
  Sum: [signed((x) => tf.sum(x, [0, 2]), [[2, 3, 2]]), signed((x) => tf.sum(x)), signed((x) => tf.sum(x, 1, true))],
  Mean: [signed((x) => tf.mean(x, [0, 2]), [[2, 3, 2]]), signed((x) => tf.mean(x))],
  Max: [signed((x) => tf.max(x, 1))],
  Min: [signed((x) => tf.min(x, 0, true))],
  Softmax: [signed((x) => tf.softmax(x))],
  LogSoftmax: [signed((x) => logSoftmax(x))],
  Transpose: [signed((x) => tf.transpose(x, [2, 0, 1]), [[2, 3, 4]])],
  Slice: [signed((x) => tf.slice(x, [0, 1], [-1, 2]))],
  PadV2: [
    signed((x) =>
      tf.pad(
        x,
        [
          [1, 0],
          [0, 2],
        ],
        3,
      ),
    ),
  ],
  Concat: [
    signed(
      (a, b) => tf.concat([a, b], 1),
      [
        [2, 3],
        [2, 1],
      ],
    ),
  ],
  GatherV2: [signed((x) => tf.gather(x, tf.tensor2d([0, 1, 1, 0, 1, 1], [2, 3], 'int32')))],
  Reshape: [signed((x) => tf.reshape(x, [3, 2]))],
  Cast: [signed((x) => tf.cast(x, 'float32'))],
  Identity: [signed((x) => tf.clone(x))],
};

function inputsOf({ shapes, isSigned }: Rule): Float32Array[] {
  return shapes.map((shape, n) => {
    const size = shape.reduce((total, length) => total * length, 1);
    return randomArray(size, 60 + n).map((value) => (isSigned ? value + Math.sign(value) * 0.1 : 1 + value / 2));
  });
}

const STEP = 2 ** -7;

function checkRule(rule: Rule, what: string): void {
  const values = inputsOf(rule);
  const tensors = (): tf.Tensor[] => values.map((array, n) => tf.tensor(array.slice(), rule.shapes[n]));
  const dY = tf.tidy(() => {
    const { size, shape } = rule.run(...tensors());
    return { values: randomArray(size, 70), shape };
  });
  const loss = (): number =>
    tf.tidy(() =>
      rule
        .run(...tensors())
        .dataSync<'float32'>()
        .reduce((sum, y, at) => sum + y * dY.values[at], 0),
    );
  const gradients = machineScope(() =>
    tf.tidy(() => {
      const { grads } = tf.valueAndGrads(rule.run)(tensors(), tf.tensor(dY.values, dY.shape));
      return grads.map((gradient) => gradient.dataSync<'float32'>().slice());
    }),
  );
  for (const [n, gradient] of gradients.entries()) {
    for (const [at, value] of values[n].entries()) {
      values[n][at] = value + STEP;
      const above = loss();
      values[n][at] = value - STEP;
      const slope = (above - loss()) / (2 * STEP);
      values[n][at] = value;
      // The third derivative of these functions leaves up to 1e-3, rounding 1e-4.
      assert.ok(Math.abs(slope - gradient[at]) < 3e-3, `${what} ${n}[${at}]: ${gradient[at]} instead of ${slope}`);
    }
  }
}

test('every rule is looked at, and every replaced kernel that can be differentiated has one', () => {
  const names = GRADIENTS.map(({ kernelName }) => kernelName);
  assert.deepEqual([...names].sort(), Object.keys(RULES).sort());
  // The fused product has its gradient in tfjs-core; sums of segments are one themselves.
  const without = Object.keys(TENSOR_KERNELS).filter((name) => !names.includes(name));
  assert.deepEqual(without.sort(), ['UnsortedSegmentSum', '_FusedMatMul']);
});

test('the gradient of a look-up along another axis is refused', () => {
  const run = (x: tf.Tensor): tf.Tensor => tf.sum(tf.gather(x, tf.tensor1d([0], 'int32'), 1));
  assert.throws(() => tf.tidy(() => void tf.grad(run)(tf.ones([2, 2]))), /along the first axis only/);
});

/** Two heads of attention with a residual, layer normalisation and a rectified layer; the loss of a class each. */
function attention(x: tf.Tensor, weights: tf.Tensor[], [scale, shift]: tf.Tensor[]): tf.Tensor {
  const [T, D, heads] = [x.shape[1]!, x.shape[2]!, 2];
  const split = (weight: tf.Tensor): tf.Tensor => {
    const projected = tf.matMul(x, tf.reshape(weight, [1, D, D]));
    return tf.transpose(tf.reshape(projected, [x.shape[0], T, heads, D / heads]), [0, 2, 1, 3]);
  };
  const [query, key, value] = weights.slice(0, 3).map(split);
  const shares = tf.softmax(tf.div(tf.matMul(query, key, false, true), Math.sqrt(D / heads)));
  const mixed = tf.reshape(tf.transpose(tf.matMul(shares, value), [0, 2, 1, 3]), x.shape);
  const normal = layerNorm(tf.add(x, mixed), scale as tf.Tensor1D, shift as tf.Tensor1D);
  const hidden = tf.relu(tf.matMul(normal, tf.reshape(weights[3], [1, D, D])));
  return tf.neg(tf.mean(tf.slice(logSoftmax(hidden), [0, 0, 0], [-1, -1, 1])));
}

function attentionGradients(): Float32Array[] {
  const [B, T, D] = [3, 17, 20];
  return machineScope(() =>
    tf.tidy(() => {
      const x = tf.tensor3d(randomArray(B * T * D, 1), [B, T, D]);
      const weights = [2, 3, 4, 5].map((seed) => tf.tensor2d(randomArray(D * D, seed, 0.5), [D, D]));
      const norms = [6, 7].map((seed) => tf.tensor1d(randomArray(D, seed)));
      const run: Run = (given, ...rest) => attention(given, rest.slice(0, 4), rest.slice(4));
      const { value, grads } = tf.valueAndGrads(run)([x, ...weights, ...norms]);
      return [value, ...grads].map((tensor) => tensor.dataSync<'float32'>().slice());
    }),
  );
}

for (const name of Object.keys(RULES)) {
  test(`cpu: finite differences of ${name}`, () => {
    for (const rule of RULES[name]) checkRule(rule, name);
  });
}

for (const carrier of CARRIERS_HERE) {
  const opened = openTestMachine(carrier);
  after(async () => (await opened).machine.close());

  test(`${carrier.name}: finite differences of every rule`, async () => {
    setMachine((await opened).machine);
    for (const [name, rules] of Object.entries(RULES)) for (const rule of rules) checkRule(rule, name);
  });

  test(`${carrier.name}: attention composed of tensors has the gradients of plain TypeScript`, async () => {
    const expected = attentionGradients();
    setMachine((await opened).machine);
    const actual = attentionGradients();
    assert.equal(actual.length, 8);
    // Of the largest value: float32 sums in another order.
    for (const [n, values] of expected.entries()) assertNear(actual[n], values, `gradient ${n}`, 2e-5);
  });
}
