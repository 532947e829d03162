// What every replaced kernel of tfjs is compared over: random shapes with tails, misaligned arrays, zeros of both signs, subnormal numbers,
// infinities and what is not a number. `run` is the same call on the cpu backend and on ours.
import * as tf from '@tensorflow/tfjs-core';
import type { Arena } from '../../../extension/engine/kernels/arena.ts';
import { Rng } from '../../../extension/util/rng.ts';
import { createChoice } from './support.ts';

/** How far a result may be off the cpu kernel's. */
export type Tolerance =
  /** Not at all: the same bits (any NaN equals any other). */
  | { kind: 'exact' }
  /** Not at all, but that among equal zeros of both signs either may be taken. */
  | { kind: 'equal' }
  /** So many units in the last place. */
  | { kind: 'ulps'; most: number }
  /** So much in all, element by element; `of` computes it on the cpu backend. */
  | { kind: 'bound'; of(): tf.Tensor };

export interface TensorCase {
  /** Names of the kernels of tfjs that `run` calls. */
  kernel: string;
  run(): tf.Tensor;
  tolerance: Tolerance;
}

const EXACT: Tolerance = { kind: 'exact' };
/** No huge values: a sum that overflows on its way in float32 does not in the cpu's double precision. */
const SPECIAL = [0, -0, 1e-45, -3e-41, 1.1e-38, Infinity, -Infinity, NaN];

export interface Inputs {
  choose: ReturnType<typeof createChoice>;
  /** A tensor in the memory, misaligned; `special` for every 13th value an awkward one. */
  tensor(shape: readonly number[], options?: { scale?: number; isSpecial?: boolean }): tf.Tensor;
  /** One to `most` sizes. */
  shape(most: number, largest: number): number[];
  isSpecial: boolean;
}

export function createInputs(arena: Arena, seed: number): Inputs {
  const choose = createChoice(seed);
  const rng = new Rng(seed, 'sample', 3);
  const isSpecial = seed % 2 === 1;
  return {
    choose,
    isSpecial,
    shape: (most, largest) => Array.from({ length: choose(1, most) }, () => choose(1, largest)),
    tensor(shape, { scale = 2, isSpecial: hasSpecial = isSpecial } = {}) {
      const size = shape.reduce((product, n) => product * n, 1);
      const misaligned = choose(0, 15);
      const values = arena.float32(size + misaligned).subarray(misaligned);
      for (let at = 0; at < size; at++) values[at] = (2 * rng.nextFloat() - 1) * scale;
      if (hasSpecial) for (let at = choose(0, 12); at < size; at += 13) values[at] = SPECIAL[choose(0, 7)];
      return tf.tensor(values, [...shape]);
    },
  };
}

export type CaseMaker = (inputs: Inputs) => TensorCase;

const unary =
  (kernel: string, run: (x: tf.Tensor) => tf.Tensor, tolerance: Tolerance, scale?: number): CaseMaker =>
  ({ tensor, choose }) => {
    const x = tensor([choose(1, 3), choose(200, 700)], { scale });
    return { kernel, run: () => run(x), tolerance };
  };

/** Sizes of a, with some of them 1 or missing: what can be broadcast with it. */
function partner({ choose }: Inputs, shape: readonly number[]): number[] {
  const kept = shape.map((size) => (choose(0, 2) === 0 ? 1 : size));
  return kept.slice(choose(0, kept.length));
}

const binary =
  (kernel: string, run: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): CaseMaker =>
  (inputs) => {
    const shape = inputs.choose(0, 2) === 0 ? [inputs.choose(600, 900)] : inputs.shape(6, 5);
    const isWhole = inputs.choose(0, 3) === 0;
    const pair = [inputs.tensor(shape), inputs.tensor(isWhole ? shape : partner(inputs, shape))];
    if (inputs.choose(0, 1) === 1) pair.reverse();
    return { kernel, run: () => run(pair[0], pair[1]), tolerance: EXACT };
  };

/** The longest chain of roundings in a sum of `count` numbers, in either order of extension/kernels/reduce.c. */
const chainOf = (count: number): number => Math.min(count, 4096 / 16 + 64) + 6 + Math.ceil(count / 64);

/** Axes of a shape in any order; none for all of them. */
function someAxes({ choose }: Inputs, rank: number): number[] | undefined {
  const axes = Array.from({ length: rank }, (_, axis) => axis).filter(() => choose(0, 1) === 1);
  return axes.length === 0 ? undefined : axes;
}

type Reduce = (x: tf.Tensor, axes?: number[], keepDims?: boolean) => tf.Tensor;

const reduction =
  (kernel: string, run: Reduce): CaseMaker =>
  (inputs) => {
    const { choose } = inputs;
    const shape = choose(0, 3) === 0 ? [choose(1, 3), choose(4000, 9000)] : inputs.shape(5, 9);
    const [x, axes, keepDims] = [inputs.tensor(shape), someAxes(inputs, shape.length), choose(0, 1) === 1];
    const count = (axes ?? shape.map((_, axis) => axis)).reduce((product, axis) => product * shape[axis], 1);
    // Each of so many roundings is off by half a unit of 2^-23, of sums that are at most Σ |x|.
    const of = () => tf.mul(run(tf.abs(x), axes, keepDims), (chainOf(count) + 1) * 2 ** -24);
    const isSum = kernel === 'Sum' || kernel === 'Mean';
    return {
      kernel,
      run: () => run(x, axes, keepDims),
      tolerance: isSum ? { kind: 'bound', of } : { kind: 'equal' },
    };
  };

function matMul({ choose, tensor }: Inputs): TensorCase {
  const [m, n, k] = [choose(1, 90), choose(1, 40), choose(1, 60)];
  const outer = [[], [choose(1, 4)], [choose(1, 3), choose(1, 3)]][choose(0, 2)];
  const [isA, isB] = [choose(0, 1) === 1, choose(0, 1) === 1];
  // Of many products one side may be the same for all.
  const single = outer.map(() => 1);
  const shared = choose(0, 3);
  const a = tensor([...(shared === 1 ? single : outer), ...(isA ? [k, m] : [m, k])]);
  const b = tensor([...(shared === 2 ? single : outer), ...(isB ? [n, k] : [k, n])]);
  const of = () => tf.mul(tf.matMul(tf.abs(a), tf.abs(b), isA, isB), (k + 4) * 2 ** -24);
  return { kernel: 'BatchMatMul', run: () => tf.matMul(a, b, isA, isB), tolerance: { kind: 'bound', of } };
}

function fusedMatMul({ choose, tensor }: Inputs): TensorCase {
  const [m, n, k, isB] = [choose(1, 80), choose(1, 40), choose(1, 30), choose(0, 1) === 1];
  const a = tensor([m, k]);
  const b = tensor(isB ? [n, k] : [k, n]);
  const bias = tensor([n]);
  const activation = (['linear', 'relu', 'sigmoid'] as const)[choose(0, 2)];
  const run = () => tf.fused.matMul({ a, b, bias, activation, transposeB: isB });
  // Rectifier and sigmoid make no difference larger; the latter's own is below 4 units of at most 1.
  const sum = () => tf.add(tf.matMul(tf.abs(a), tf.abs(b), false, isB), tf.abs(bias));
  const of = () => tf.add(tf.mul(sum(), (k + 5) * 2 ** -24), 2 ** -21);
  return { kernel: '_FusedMatMul', run, tolerance: { kind: 'bound', of } };
}

export const softmaxLike =
  (kernel: string, run: (x: tf.Tensor) => tf.Tensor): CaseMaker =>
  ({ choose, tensor, isSpecial }) => {
    const columns = choose(1, 70);
    const scale = [1, 20, 90][choose(0, 2)];
    const x = tensor([choose(1, 4), choose(1, 5), columns], { scale, isSpecial: isSpecial && choose(0, 1) === 1 });
    // exp is off by up to 4 units, the sum by its chain; the logarithm is as large as the logits are apart.
    const most = kernel === 'Softmax' ? 1 : 1 + 2 * scale;
    return { kernel, run: () => run(x), tolerance: { kind: 'bound', of: () => tf.scalar(most * 14 * 2 ** -24) } };
  };

function transpose(inputs: Inputs): TensorCase {
  const shape = inputs.choose(0, 2) === 0 ? [inputs.choose(1, 60), inputs.choose(1, 60)] : inputs.shape(6, 6);
  const order = shape.map((_, axis) => axis).sort(() => inputs.choose(0, 2) - 1);
  const x = inputs.tensor(shape);
  return { kernel: 'Transpose', run: () => tf.transpose(x, order), tolerance: EXACT };
}

function slice(inputs: Inputs): TensorCase {
  const shape = inputs.shape(5, 12);
  const begin = shape.map((size) => inputs.choose(0, size - 1));
  const size = shape.map((n, axis) => inputs.choose(1, n - begin[axis]));
  const x = inputs.tensor(shape);
  return { kernel: 'Slice', run: () => tf.slice(x, begin, size), tolerance: EXACT };
}

function pad(inputs: Inputs): TensorCase {
  const shape = inputs.shape(4, 12);
  const paddings = shape.map((): [number, number] => [inputs.choose(0, 3), inputs.choose(0, 3)]);
  const [x, value] = [inputs.tensor(shape), inputs.choose(-1, 1)];
  return { kernel: 'PadV2', run: () => tf.pad(x, paddings, value), tolerance: EXACT };
}

function concat(inputs: Inputs): TensorCase {
  const shape = inputs.shape(4, 12);
  const axis = inputs.choose(0, shape.length - 1);
  const parts = Array.from({ length: inputs.choose(2, 4) }, () =>
    inputs.tensor(shape.with(axis, inputs.choose(1, 12))),
  );
  return { kernel: 'Concat', run: () => tf.concat(parts, axis), tolerance: EXACT };
}

function gather(inputs: Inputs): TensorCase {
  const shape = inputs.shape(4, 9);
  const axis = inputs.choose(0, shape.length - 1);
  const batchDims = axis > 0 ? inputs.choose(0, 1) : 0;
  const idShape = batchDims === 1 ? [shape[0], inputs.choose(1, 7)] : inputs.shape(2, 5);
  const ids = Array.from({ length: idShape.reduce((product, n) => product * n) }, () =>
    inputs.choose(0, shape[axis] - 1),
  );
  const [x, indices] = [inputs.tensor(shape), tf.tensor(ids, idShape, 'int32')];
  return { kernel: 'GatherV2', run: () => tf.gather(x, indices, axis, batchDims), tolerance: EXACT };
}

function segmentSum({ choose, tensor }: Inputs): TensorCase {
  const [count, segments] = [choose(1, 40), choose(1, 12)];
  // The cpu kernel multiplies by 0 what belongs to other segments: one infinite number spoils all of them.
  const x = tensor([count, choose(1, 30)], { isSpecial: false });
  const ids = tf.tensor1d(
    Array.from({ length: count }, () => choose(-1, segments)),
    'int32',
  );
  const of = () => tf.mul(tf.unsortedSegmentSum(tf.abs(x), ids, segments), (count + 1) * 2 ** -24);
  return {
    kernel: 'UnsortedSegmentSum',
    run: () => tf.unsortedSegmentSum(x, ids, segments),
    tolerance: { kind: 'bound', of },
  };
}

/** exp, sigmoid, tanh, log: at most 4 units off (math.test.ts), and the cpu's double precision rounds once more. */
const FUNCTION: Tolerance = { kind: 'ulps', most: 4.5 };

export const CASES: readonly CaseMaker[] = [
  unary('Abs', tf.abs, EXACT),
  unary('Neg', tf.neg, EXACT),
  unary('Reciprocal', tf.reciprocal, EXACT),
  unary('Relu', tf.relu, EXACT),
  unary('Sqrt', tf.sqrt, EXACT),
  unary('Square', tf.square, EXACT),
  unary('Step', (x) => tf.step(x, 0.25), EXACT),
  // A root and a quotient, each rounded; the cpu rounds the quotient of doubles.
  unary('Rsqrt', tf.rsqrt, { kind: 'ulps', most: 2 }),
  unary('Exp', tf.exp, FUNCTION, 100),
  unary('Log', tf.log, FUNCTION, 1000),
  unary('Sigmoid', tf.sigmoid, FUNCTION, 90),
  unary('Tanh', tf.tanh, FUNCTION, 8),
  binary('Add', tf.add),
  binary('Sub', tf.sub),
  binary('Multiply', tf.mul),
  binary('RealDiv', tf.div),
  binary('Maximum', tf.maximum),
  binary('Minimum', tf.minimum),
  reduction('Sum', tf.sum),
  reduction('Mean', tf.mean),
  reduction('Max', tf.max),
  reduction('Min', tf.min),
  softmaxLike('Softmax', (x) => tf.softmax(x)),
  matMul,
  fusedMatMul,
  transpose,
  slice,
  pad,
  concat,
  gather,
  segmentSum,
];
