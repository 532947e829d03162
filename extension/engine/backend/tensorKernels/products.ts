// Matrix products: one, many, and with bias and activation.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type BatchProduct, multiplyBatches } from '../../kernels/batchProducts.ts';
import { isOurs, type KernelCall, sizeOf, type TensorKernel } from './tensorKernel.ts';

interface Sides {
  a: TensorInfo;
  b: TensorInfo;
  outer: number[];
  batches: number;
}

/** What both sides have in common; undefined where they are broadcast in a way that is neither one for all nor one each. */
function sidesOf({ inputs: { a, b } }: KernelCall): Sides | undefined {
  if (!isOurs(a) || !isOurs(b)) return undefined;
  const [outerA, outerB] = [a, b].map(({ shape }) => shape.slice(0, -2));
  const [batchesA, batchesB] = [sizeOf(outerA), sizeOf(outerB)];
  if (batchesA === 1 && outerA.length <= outerB.length) return { a, b, outer: outerB, batches: batchesB };
  if (batchesB === 1 && outerB.length <= outerA.length) return { a, b, outer: outerA, batches: batchesA };
  return outerA.join() === outerB.join() ? { a, b, outer: outerA, batches: batchesA } : undefined;
}

/** Rows and columns of a matrix as it is used. */
function sizesOf({ shape }: TensorInfo, isTransposed: boolean): [number, number] {
  const [rows, columns] = shape.slice(-2);
  return isTransposed ? [columns, rows] : [rows, columns];
}

function multiply(call: KernelCall, extra: Pick<BatchProduct, 'bias' | 'activation'> = {}): TensorInfo | undefined {
  const sides = sidesOf(call);
  if (!sides) return undefined;
  const { attrs, backend } = call;
  const { a, b, outer, batches } = sides;
  const [isTransposedA, isTransposedB] = [Boolean(attrs.transposeA), Boolean(attrs.transposeB)];
  const [[m, k], [depth, n]] = [sizesOf(a, isTransposedA), sizesOf(b, isTransposedB)];
  // The cpu kernel has the words for it.
  if (k !== depth) return undefined;
  const matrix = (of: TensorInfo, isTransposed: boolean) => {
    return { values: backend.floatsOf(of), isTransposed, isShared: sizeOf(of.shape.slice(0, -2)) === 1 };
  };
  const { info, values } = backend.create([...outer, m, n]);
  const sizes = { batches, m, n, k };
  const [left, right] = [matrix(a, isTransposedA), matrix(b, isTransposedB)];
  multiplyBatches(backend.machine, { a: left, b: right, out: values, ...sizes, ...extra });
  return info;
}

const ACTIVATIONS = ['linear', 'relu', 'sigmoid'] as const;

/** A bias is ours where it is one number a column; others are added by the cpu kernel. */
function fusedMatMul(call: KernelCall): TensorInfo | undefined {
  const { inputs, attrs, backend } = call;
  const { a, b, bias } = inputs;
  const activation = ACTIVATIONS.find((name) => name === (attrs.activation ?? 'linear'));
  if (!activation || !a || !b) return undefined;
  const [, columns] = sizesOf(b, Boolean(attrs.transposeB));
  const isVector = bias && isOurs(bias) && bias.shape.at(-1) === columns && sizeOf(bias.shape) === columns;
  const isLower = bias && bias.shape.length <= Math.max(a.shape.length, b.shape.length);
  if (bias && !(isVector && isLower)) return undefined;
  return multiply(call, { bias: bias && backend.floatsOf(bias), activation });
}

export const productKernels: Record<string, TensorKernel> = {
  BatchMatMul: (call) => multiply(call),
  _FusedMatMul: fusedMatMul,
};
