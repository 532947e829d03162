// Reductions over axes, and softmax over the last one.
import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { copyStrided } from '../../kernels/movement.ts';
import { type ReductionName, reduce, softmaxInto } from '../../kernels/reduction.ts';
import { stridesOf } from '../../linalg/rowMajor.ts';
import type { ArenaBackend } from '../arenaBackend.ts';
import { isOurs, sizeOf, type TensorKernel } from './tensorKernel.ts';

/** Whether `axes`, in rising order, lie next to each other but for dimensions of size 1. */
function isOneGroup(shape: readonly number[], axes: readonly number[]): boolean {
  const [first, last] = [axes[0], axes[axes.length - 1]];
  return shape.every((size, d) => d < first || d > last || size === 1 || axes.includes(d));
}

/** x with `axes` last: a copy in the arena's scope where they are scattered. */
function gathered(backend: ArenaBackend, x: TensorInfo, axes: readonly number[]): Float32Array {
  const kept = x.shape.map((_, d) => d).filter((d) => !axes.includes(d));
  const order = [...kept, ...axes];
  const shape = order.map((d) => x.shape[d]);
  const [from, to] = [stridesOf(x.shape), stridesOf(shape)];
  const values = backend.floatsOf(x);
  const out = backend.machine.arena.float32(values.length);
  const dims = order.map((d, n) => ({ size: x.shape[d], first: from[d], second: to[n] }));
  copyStrided(backend.machine, values, out, dims);
  return out;
}

function reduceInto(
  backend: ArenaBackend,
  name: ReductionName,
  x: TensorInfo,
  axes: number[],
  out: Float32Array,
): void {
  const { machine } = backend;
  const { shape } = x;
  const count = sizeOf(axes.map((d) => shape[d]));
  if (axes.length === 0 || isOneGroup(shape, axes)) {
    const inner = axes.length === 0 ? 1 : sizeOf(shape.slice(axes[axes.length - 1] + 1));
    reduce(machine, name, backend.floatsOf(x), { outer: out.length / inner, count, inner }, out);
    return;
  }
  const values = gathered(backend, x, axes);
  reduce(machine, name, values, { outer: out.length, count, inner: 1 }, out);
}

/** `attribute`: what tfjs calls the axes. */
function reductionKernel(name: ReductionName, attribute: 'axis' | 'reductionIndices'): TensorKernel {
  return ({ inputs: { x }, attrs, backend }) => {
    if (!isOurs(x)) return undefined;
    const axes = util.parseAxisParam(attrs[attribute] as number | number[], x.shape).sort((a, b) => a - b);
    const [shape] = backend_util.computeOutAndReduceShapes(x.shape, axes);
    const { info, values } = backend.create(shape);
    backend.machine.arena.scope(() => reduceInto(backend, name, x, axes, values));
    return attrs.keepDims ? { ...info, shape: backend_util.expandShapeToKeepDim(shape, axes) } : info;
  };
}

function rowKernel(name: 'softmax' | 'logSoftmax', attribute: 'dim' | 'axis'): TensorKernel {
  return ({ inputs: { logits }, attrs, backend }) => {
    if (!isOurs(logits)) return undefined;
    const last = logits.shape.length - 1;
    const axis = attrs[attribute] as number;
    if (last < 0 || (axis !== last && axis !== -1)) return undefined;
    const { info, values } = backend.create(logits.shape);
    softmaxInto(backend.machine, name, backend.floatsOf(logits), values, logits.shape[last]);
    return info;
  };
}

export const reductionKernels: Record<string, TensorKernel> = {
  Sum: reductionKernel('sum', 'axis'),
  Mean: reductionKernel('mean', 'axis'),
  Max: reductionKernel('max', 'reductionIndices'),
  Min: reductionKernel('min', 'axis'),
  Softmax: rowKernel('softmax', 'dim'),
  LogSoftmax: rowKernel('logSoftmax', 'axis'),
};
