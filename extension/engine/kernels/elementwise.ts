// Functions of one array, and of two with broadcasting (extension/kernels/elementwise.c).
import { Float, need } from './job.ts';
import type { KernelMachine } from './machine.ts';
import { broadcastStrides, extentOf, mergeDimensions, outerArguments, placesOf } from './strides.ts';

const UNARY_CODES = {
  exp: 0,
  sigmoid: 1,
  tanh: 2,
  log: 3,
  abs: 4,
  neg: 5,
  reciprocal: 6,
  relu: 7,
  rsqrt: 8,
  sqrt: 9,
  square: 10,
  step: 11,
};
export type UnaryName = keyof typeof UNARY_CODES;
export const UNARY_NAMES = Object.keys(UNARY_CODES) as UnaryName[];

const BINARY_CODES = { add: 0, sub: 1, mul: 2, div: 3, maximum: 4, minimum: 5 };
export type BinaryName = keyof typeof BINARY_CODES;
export const BINARY_NAMES = Object.keys(BINARY_CODES) as BinaryName[];

/** Multiply-adds that an element is worth: the functions of vecmath.h, and the rest. */
const workOf = (name: UnaryName): number => (UNARY_CODES[name] <= UNARY_CODES.log ? 12 : 1);
/** Elements of a piece at least. */
const GRAIN = 1024;

/** out = f(x), which may be the same array. `alpha` is what a step gives at and below zero. */
export function unary(machine: KernelMachine, name: UnaryName, x: Float32Array, out: Float32Array, alpha = 0): void {
  need(x, out.length, 'The operand of a function');
  const job = machine.job();
  const call = job.call([UNARY_CODES[name], x, out, new Float(alpha)]);
  machine.run(job.split('unary', call, out.length, { work: workOf(name), grain: GRAIN }));
}

export interface Operand {
  values: Float32Array;
  shape: readonly number[];
}

/** out = f(a, b), where both are broadcast to the shape of `out`. */
export function binary(machine: KernelMachine, name: BinaryName, a: Operand, b: Operand, out: Operand): void {
  const [first, second] = [a, b].map(({ shape }) => broadcastStrides(shape, out.shape));
  const dims = mergeDimensions(out.shape.map((size, d) => ({ size, first: first[d], second: second[d] })));
  need(a.values, extentOf(dims, 'first'), 'The first operand');
  need(b.values, extentOf(dims, 'second'), 'The second operand');
  need(out.values, placesOf(dims), 'The result of an operation');
  const inner = dims.pop() ?? { size: 1, first: 1, second: 1 };
  const job = machine.job();
  const arrays = [a.values, b.values, out.values];
  const call = job.call([
    BINARY_CODES[name],
    ...arrays,
    inner.size,
    inner.first,
    inner.second,
    ...outerArguments(dims),
  ]);
  if (dims.length === 0) job.split('binary', call, inner.size, { work: 1, grain: GRAIN });
  else job.split('binary', call, placesOf(dims), { work: inner.size });
  machine.run(job);
}
