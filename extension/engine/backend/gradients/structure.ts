// Gradients of products, reductions, softmax, and of what only moves numbers.
import * as tf from '@tensorflow/tfjs-core';
import type { Gradient } from './registerGradients.ts';

/** Sums over the batches of a side that all products shared. */
function sumBatches(gradient: tf.Tensor, { shape }: tf.Tensor): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, shape);
}

/** Y = A B gives dA = dY Bᵀ and dB = Aᵀ dY; what is stored transposed gets its gradient transposed. */
const batchMatMul: Gradient = {
  kernelName: 'BatchMatMul',
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, [a, b], attrs) => {
    const { transposeA: isA, transposeB: isB } = attrs as unknown as { transposeA: boolean; transposeB: boolean };
    const dA = () => (isA ? tf.matMul(b, dy, isB, true) : tf.matMul(dy, b, false, !isB));
    const dB = () => (isB ? tf.matMul(dy, a, true, isA) : tf.matMul(a, dy, !isA, false));
    return { a: () => sumBatches(dA(), a), b: () => sumBatches(dB(), b) };
  },
};

/** dy of a reduction with its axes back, each of size 1. */
function withAxes(dy: tf.Tensor, { shape }: tf.Tensor, axis: number | number[]): tf.Tensor {
  const axes = tf.util.parseAxisParam(axis, shape);
  return tf.reshape(
    dy,
    shape.map((size, d) => (axes.includes(d) ? 1 : size)),
  );
}

const reduction = (
  kernelName: string,
  attribute: 'axis' | 'reductionIndices',
  rule: (dy: tf.Tensor, x: tf.Tensor, y: tf.Tensor) => tf.Tensor,
): Gradient => ({
  kernelName,
  inputsToSave: ['x'],
  outputsToSave: [true],
  gradFunc: (dy, [x, y], attrs) => {
    const axis = (attrs as Record<string, unknown>)[attribute] as number | number[];
    return { x: () => rule(withAxes(dy, x, axis), x, withAxes(y, x, axis)) };
  },
});

const spread = (dy: tf.Tensor, { shape }: tf.Tensor): tf.Tensor => tf.mul(dy, tf.ones(shape));
/** Of equal extremes each has the whole gradient, as in tfjs. */
const whereEqual = (dy: tf.Tensor, x: tf.Tensor, y: tf.Tensor): tf.Tensor =>
  tf.mul(dy, tf.cast(tf.equal(x, y), 'float32'));

const softmax: Gradient = {
  kernelName: 'Softmax',
  outputsToSave: [true],
  gradFunc: (dy, [y]) => ({
    logits: () => {
      const product = tf.mul(dy, y);
      return tf.sub(product, tf.mul(tf.sum(product, -1, true), y));
    },
  }),
};

const logSoftmax: Gradient = {
  kernelName: 'LogSoftmax',
  outputsToSave: [true],
  gradFunc: (dy, [y]) => ({ logits: () => tf.sub(dy, tf.mul(tf.sum(dy, -1, true), tf.exp(y))) }),
};

const transpose: Gradient = {
  kernelName: 'Transpose',
  gradFunc: (dy, _, attrs) => {
    const { perm } = attrs as unknown as { perm: number[] };
    return { x: () => tf.transpose(dy, tf.backend_util.getUndoAxesPermutation(perm)) };
  },
};

const slice: Gradient = {
  kernelName: 'Slice',
  inputsToSave: ['x'],
  gradFunc: (dy, [x], attrs) => {
    const { begin, size } = attrs as unknown as { begin: number | number[]; size: number | number[] };
    const [from, sizes] = tf.slice_util.parseSliceParams(x, begin, size);
    const paddings = x.shape.map((n, d): [number, number] => [from[d], n - from[d] - sizes[d]]);
    return { x: () => tf.pad(dy, paddings) };
  },
};

const pad: Gradient = {
  kernelName: 'PadV2',
  inputsToSave: ['x'],
  gradFunc: (dy, [x], attrs) => {
    const { paddings } = attrs as unknown as { paddings: [number, number][] };
    return {
      x: () =>
        tf.slice(
          dy,
          paddings.map(([before]) => before),
          x.shape,
        ),
    };
  },
};

const concat: Gradient = {
  kernelName: 'Concat',
  saveAllInputs: true,
  gradFunc: (dy, parts, attrs) => {
    const [axis] = tf.util.parseAxisParam((attrs as unknown as { axis: number }).axis, parts[0].shape);
    const begin = dy.shape.map(() => 0);
    const gradients = parts.map(({ shape }) => {
      const from = [...begin];
      begin[axis] += shape[axis];
      return () => tf.slice(dy as tf.Tensor, from, shape);
    });
    return Object.fromEntries(gradients.entries());
  },
};

/** Of rows along the first axis, which is what an embedding looks up. */
const gather: Gradient = {
  kernelName: 'GatherV2',
  inputsToSave: ['x', 'indices'],
  gradFunc: (dy, [x, indices], attrs) => {
    const { axis, batchDims = 0 } = attrs as unknown as { axis: number; batchDims?: number };
    if (axis !== 0 || batchDims !== 0) throw new Error('The gradient of a look-up is there along the first axis only');
    const flat = (): tf.Tensor1D => tf.reshape(indices, [indices.size]) as tf.Tensor1D;
    const rows = (): tf.Tensor => tf.reshape(dy, [indices.size, ...x.shape.slice(1)]);
    return { x: () => tf.unsortedSegmentSum(rows(), flat(), x.shape[0]), indices: () => tf.zerosLike(indices) };
  },
};

const reshape: Gradient = {
  kernelName: 'Reshape',
  inputsToSave: ['x'],
  gradFunc: (dy, [x]) => ({ x: () => tf.reshape(dy, x.shape) }),
};

/** Kernels that leave numbers as they are. */
const unchanged = (kernelName: string): Gradient => ({ kernelName, gradFunc: (dy) => ({ x: () => tf.clone(dy) }) });

export const structureGradients: readonly Gradient[] = [
  batchMatMul,
  reduction('Sum', 'axis', spread),
  reduction('Mean', 'axis', (dy, x) => tf.div(spread(dy, x), (x.size / dy.size) as number)),
  reduction('Max', 'reductionIndices', whereEqual),
  reduction('Min', 'axis', whereEqual),
  softmax,
  logSoftmax,
  transpose,
  slice,
  pad,
  concat,
  gather,
  reshape,
  unchanged('Cast'),
  unchanged('Identity'),
];
