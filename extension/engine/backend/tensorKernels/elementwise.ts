// Element-wise kernels of tfjs. What is exact (one rounded operation an element) gives the bits of the cpu kernels.
import { backend_util } from '@tensorflow/tfjs-core';
import * as kernels from '../../kernels/elementwise.ts';
import { isOurs, type TensorKernel } from './tensorKernel.ts';

function unaryKernel(name: kernels.UnaryName): TensorKernel {
  return ({ inputs: { x }, attrs, backend }) => {
    if (!isOurs(x)) return undefined;
    const { info, values } = backend.create(x.shape);
    kernels.unary(backend.machine, name, backend.floatsOf(x), values, (attrs?.alpha as number | undefined) ?? 0);
    return info;
  };
}

function binaryKernel(name: kernels.BinaryName): TensorKernel {
  return ({ inputs: { a, b }, backend }) => {
    if (!isOurs(a) || !isOurs(b)) return undefined;
    const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
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
