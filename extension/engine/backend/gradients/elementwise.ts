// Gradients of element-wise operations. dy has the shape of the result; where an operand was broadcast, its gradient is summed over that.
import * as tf from '@tensorflow/tfjs-core';
import type { Gradient } from './registerGradients.ts';

/** dy summed to the shape of an operand. */
function sumTo(dy: tf.Tensor, { shape }: tf.Tensor): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, dy.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(dy, axes) : dy, shape);
}

/** From dy and both operands to the gradients of both, before they are summed. */
type BinaryRule = (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => [() => tf.Tensor, () => tf.Tensor];

const binary = (kernelName: string, rule: BinaryRule): Gradient => ({
  kernelName,
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, [a, b]) => {
    const [dA, dB] = rule(dy, a, b);
    return { a: () => sumTo(dA(), a), b: () => sumTo(dB(), b) };
  },
});

/** From dy and the operand x. */
const ofInput = (kernelName: string, rule: (dy: tf.Tensor, x: tf.Tensor) => tf.Tensor): Gradient => ({
  kernelName,
  inputsToSave: ['x'],
  gradFunc: (dy, [x]) => ({ x: () => rule(dy, x) }),
});

/** From dy and the result y. */
const ofOutput = (kernelName: string, rule: (dy: tf.Tensor, y: tf.Tensor) => tf.Tensor): Gradient => ({
  kernelName,
  outputsToSave: [true],
  gradFunc: (dy, [y]) => ({ x: () => rule(dy, y) }),
});

/** dy where a condition on floats holds. */
const where = (condition: tf.Tensor, dy: tf.Tensor): tf.Tensor => tf.mul(dy, tf.cast(condition, 'float32'));

export const elementwiseGradients: readonly Gradient[] = [
  binary('Add', (dy) => [() => dy, () => dy]),
  binary('Sub', (dy) => [() => dy, () => tf.neg(dy)]),
  binary('Multiply', (dy, a, b) => [() => tf.mul(dy, b), () => tf.mul(dy, a)]),
  binary('RealDiv', (dy, a, b) => [() => tf.div(dy, b), () => tf.neg(tf.div(tf.mul(dy, tf.div(a, b)), b))]),
  // Of equal operands the first has the gradient.
  binary('Maximum', (dy, a, b) => [() => where(tf.greaterEqual(a, b), dy), () => where(tf.less(a, b), dy)]),
  binary('Minimum', (dy, a, b) => [() => where(tf.lessEqual(a, b), dy), () => where(tf.greater(a, b), dy)]),
  ofInput('Abs', (dy, x) => tf.mul(dy, tf.step(x, -1))),
  ofInput('Log', (dy, x) => tf.div(dy, x)),
  ofInput('Neg', (dy) => tf.neg(dy)),
  ofInput('Square', (dy, x) => tf.mul(dy, tf.mul(x, 2))),
  ofInput('Step', (dy) => tf.zerosLike(dy)),
  ofOutput('Exp', (dy, y) => tf.mul(dy, y)),
  ofOutput('Reciprocal', (dy, y) => tf.neg(tf.mul(dy, tf.square(y)))),
  ofOutput('Relu', (dy, y) => tf.mul(dy, tf.step(y))),
  ofOutput('Rsqrt', (dy, y) => tf.mul(tf.mul(dy, -0.5), tf.mul(y, tf.square(y)))),
  ofOutput('Sigmoid', (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y)))),
  ofOutput('Sqrt', (dy, y) => tf.div(tf.mul(dy, 0.5), y)),
  ofOutput('Tanh', (dy, y) => tf.mul(dy, tf.sub(1, tf.square(y)))),
];
