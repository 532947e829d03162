// Element-wise kernels of tfjs. What is exact (one rounded operation an element) gives the bits of the cpu kernels, so that those may do it
// where they are quicker; functions such as exp are always ours, because the cpu's are not the same bits on every processor.
import { backend_util } from '@tensorflow/tfjs-core';
import * as kernels from '../../kernels/elementwise.ts';
import { isOurs, sizeOf, type TensorKernel } from './tensorKernel.ts';

/** Elements below which the cpu backend's loop is quicker than a call: measured (docs/engine.md). */
const LEAST_ELEMENTS = 0;

const isExact: Record<kernels.UnaryName, boolean> = {
  abs: true,
  neg: true,
  reciprocal: true,
  relu: true,
  sqrt: true,
  square: true,
  step: true,
  exp: false,
  log: false,
  rsqrt: false,
  sigmoid: false,
  tanh: false,
};

function unaryKernel(name: kernels.UnaryName): TensorKernel {
  return ({ inputs: { x }, attrs, backend }) => {
    if (!isOurs(x) || (isExact[name] && sizeOf(x.shape) < LEAST_ELEMENTS)) return undefined;
    const { info, values } = backend.create(x.shape);
    kernels.unary(backend.machine, name, backend.floatsOf(x), values, (attrs?.alpha as number | undefined) ?? 0);
    return info;
  };
}

const isSameShape = (a: readonly number[], b: readonly number[]): boolean => a.join() === b.join();

function binaryKernel(name: kernels.BinaryName): TensorKernel {
  return ({ inputs: { a, b }, backend }) => {
    if (!isOurs(a) || !isOurs(b)) return undefined;
    const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    // The cpu's loop is quick only where nothing is broadcast.
    if (sizeOf(shape) < LEAST_ELEMENTS && isSameShape(a.shape, b.shape)) return undefined;
    const { info, values } = backend.create(shape);
    const operand = (of: typeof a) => ({ values: backend.floatsOf(of), shape: of.shape });
    kernels.binary(backend.machine, name, operand(a), operand(b), { values, shape });
    return info;
  };
}

export const elementwiseKernels: Record<string, TensorKernel> = {
  Abs: unaryKernel('abs'),
  Exp: unaryKernel('exp'),
  Log: unaryKernel('log'),
  Neg: unaryKernel('neg'),
  Reciprocal: unaryKernel('reciprocal'),
  Relu: unaryKernel('relu'),
  Rsqrt: unaryKernel('rsqrt'),
  Sigmoid: unaryKernel('sigmoid'),
  Sqrt: unaryKernel('sqrt'),
  Square: unaryKernel('square'),
  Step: unaryKernel('step'),
  Tanh: unaryKernel('tanh'),
  Add: binaryKernel('add'),
  Sub: binaryKernel('sub'),
  Multiply: binaryKernel('mul'),
  RealDiv: binaryKernel('div'),
  Maximum: binaryKernel('maximum'),
  Minimum: binaryKernel('minimum'),
};
