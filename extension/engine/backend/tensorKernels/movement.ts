// Transpose, slice, concat, pad; look-up of rows and its gradient. All of them copy: a tensor of ours never shares another one's block.
import { backend_util, slice_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { embeddingScatter } from '../../kernels/layerKernels.ts';
import { copyStrided, gatherRows } from '../../kernels/movement.ts';
import { stridesOf } from '../../linalg/rowMajor.ts';
import type { ArenaBackend } from '../arenaBackend.ts';
import { isOurs, type KernelCall, sizeOf, type TensorKernel } from './tensorKernel.ts';

/** Dimensions at most: two inner and five outer ones. */
const MOST_DIMENSIONS = 7;

const isPlaced = (info: TensorInfo | undefined): info is TensorInfo =>
  isOurs(info) && info.shape.length <= MOST_DIMENSIONS;

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, n) => sum + value * b[n], 0);

function transpose({ inputs: { x }, attrs, backend }: KernelCall): TensorInfo | undefined {
  if (!isPlaced(x)) return undefined;
  const order = attrs.perm as number[];
  const shape = order.map((d) => x.shape[d]);
  const { info, values } = backend.create(shape);
  const [from, to] = [stridesOf(x.shape), stridesOf(shape)];
  const dims = order.map((d, n) => ({ size: shape[n], first: from[d], second: to[n] }));
  copyStrided(backend.machine, backend.floatsOf(x), values, dims);
  return info;
}

function slice({ inputs: { x }, attrs, backend }: KernelCall): TensorInfo | undefined {
  if (!isPlaced(x)) return undefined;
  const [begin, size] = slice_util.parseSliceParams(x, attrs.begin as number[], attrs.size as number[]);
  slice_util.assertParamsValid(x, begin, size);
  if (sizeOf(size) === 0) return undefined;
  const { info, values } = backend.create(size);
  const [from, to] = [stridesOf(x.shape), stridesOf(size)];
  const dims = size.map((n, d) => ({ size: n, first: from[d], second: to[d] }));
  copyStrided(backend.machine, backend.floatsOf(x).subarray(dot(begin, from)), values, dims);
  return info;
}

/** Copies x into `out` of `shape`, from the place `start` on. */
function place(backend: ArenaBackend, x: TensorInfo, out: Float32Array, shape: number[], start: number[]): void {
  const [from, to] = [stridesOf(x.shape), stridesOf(shape)];
  const dims = x.shape.map((size, d) => ({ size, first: from[d], second: to[d] }));
  copyStrided(backend.machine, backend.floatsOf(x), out.subarray(dot(start, to)), dims);
}

function pad({ inputs: { x }, attrs, backend }: KernelCall): TensorInfo | undefined {
  if (!isPlaced(x)) return undefined;
  const paddings = attrs.paddings as [number, number][];
  const shape = x.shape.map((size, d) => paddings[d][0] + size + paddings[d][1]);
  const { info, values } = backend.create(shape);
  values.fill(attrs.constantValue as number);
  const start = paddings.map(([before]) => before);
  place(backend, x, values, shape, start);
  return info;
}

function concat({ inputs, attrs, backend }: KernelCall): TensorInfo | undefined {
  const parts = Object.values(inputs);
  if (parts.length < 2 || !parts.every(isPlaced)) return undefined;
  const shapes = parts.map((part) => part.shape);
  const [axis] = util.parseAxisParam(attrs.axis as number, shapes[0]);
  backend_util.assertParamsConsistent(shapes, axis);
  const shape = backend_util.computeOutShape(shapes, axis);
  const { info, values } = backend.create(shape);
  const start = shape.map(() => 0);
  for (const part of parts) {
    place(backend, part, values, shape, start);
    start[axis] += part.shape[axis];
  }
  return info;
}

const integersOf = (backend: ArenaBackend, { dataId }: TensorInfo): Int32Array =>
  backend.data.get(dataId).values as Int32Array;

function gather({ inputs: { x, indices }, attrs, backend }: KernelCall): TensorInfo | undefined {
  if (!isOurs(x) || indices?.dtype !== 'int32' || sizeOf(indices.shape) === 0) return undefined;
  const ids = integersOf(backend, indices);
  const [axis] = util.parseAxisParam(attrs.axis as number, x.shape);
  // The cpu kernel has the words for an index that is outside.
  if (ids.some((id) => !(id >= 0 && id < x.shape[axis]))) return undefined;
  const { segment_util } = backend_util;
  const batchDims = (attrs.batchDims as number | undefined) ?? 0;
  const shapes = segment_util.collectGatherOpShapeInfo(
    x as Parameters<typeof segment_util.collectGatherOpShapeInfo>[0],
    indices as Parameters<typeof segment_util.collectGatherOpShapeInfo>[1],
    axis,
    batchDims,
  );
  const { info, values } = backend.create(shapes.outputShape);
  gatherRows(backend.machine, {
    tables: backend.floatsOf(x),
    ids,
    out: values,
    batches: shapes.batchSize,
    places: shapes.outerSize,
    rows: shapes.dimSize,
    size: shapes.sliceSize,
  });
  return info;
}

/** The gradient of a look-up. A segment outside 0 … numSegments - 1 is left out. */
function unsortedSegmentSum({ inputs: { x, segmentIds }, attrs, backend }: KernelCall): TensorInfo | undefined {
  if (!isOurs(x) || segmentIds?.dtype !== 'int32' || sizeOf(segmentIds.shape) === 0) return undefined;
  const rowCount = attrs.numSegments as number;
  if (rowCount === 0) return undefined;
  const shape = [rowCount, ...x.shape.slice(segmentIds.shape.length)];
  const { info, values } = backend.create(shape);
  const slots = integersOf(backend, segmentIds).map((id) => (id >= 0 && id < rowCount ? id : -1));
  const { machine } = backend;
  machine.arena.scope(() => {
    values.set(embeddingScatter(machine, backend.floatsOf(x), { slots, rowCount, size: values.length / rowCount }));
  });
  return info;
}

export const movementKernels: Record<string, TensorKernel> = {
  Transpose: transpose,
  Slice: slice,
  PadV2: pad,
  Concat: concat,
  GatherV2: gather,
  UnsortedSegmentSum: unsortedSegmentSum,
};
