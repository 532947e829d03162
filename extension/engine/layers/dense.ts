// The dense layer: y = x Wᵀ + b. Letters: B rows, D inputs, C outputs.
import * as tf from '@tensorflow/tfjs-core';
import { currentMachine } from '../backend/gatescopeBackend.ts';
import { usesTensorflow } from '../backend/tensorflowBackend.ts';
import * as kernels from '../kernels/layerKernels.ts';
import { LEFT_WIDTH, multiply, packColumns, packedLength, packRows, RIGHT_WIDTH } from '../linalg/gemm.ts';
import { scratch } from '../linalg/scratch.ts';
import * as tensorOps from './tensorOps.ts';

/** Sizes of a dense layer and of what goes through it. */
export interface DenseShape {
  rows: number;
  inputs: number;
  outputs: number;
}

/** x [B, D], weight [C, D], bias [C] -> [B, C]. */
export function denseForward(
  x: Float32Array,
  weight: Float32Array,
  bias: Float32Array,
  shape: DenseShape,
): Float32Array {
  const { rows, inputs, outputs } = shape;
  const left = scratch('dense.left', packedLength(rows, inputs, LEFT_WIDTH));
  const right = scratch('dense.right', packedLength(outputs, inputs, RIGHT_WIDTH));
  packRows({ data: x, rows, columns: inputs }, LEFT_WIDTH, left);
  packRows({ data: weight, rows: outputs, columns: inputs }, RIGHT_WIDTH, right);
  const out = new Float32Array(rows * outputs);
  for (let row = 0; row < rows; row++) out.set(bias, row * outputs);
  multiply({ left, right, m: rows, n: outputs, k: inputs, out, isAdded: true });
  return out;
}

export interface DenseGradients {
  /** [B, D] */
  x: Float32Array;
  /** [C, D] */
  weight: Float32Array;
  /** [C] */
  bias: Float32Array;
}

/** From dY [B, C]: dX = dY W, dW = dYᵀ X, db = Σ rows of dY. */
export function denseBackward(
  dY: Float32Array,
  x: Float32Array,
  weight: Float32Array,
  shape: DenseShape,
): DenseGradients {
  const { rows, inputs, outputs } = shape;
  const dX = new Float32Array(rows * inputs);
  const dWeight = new Float32Array(outputs * inputs);
  const rowPanels = scratch('dense.left', packedLength(rows, outputs, LEFT_WIDTH));
  const weightPanels = scratch('dense.right', packedLength(inputs, outputs, RIGHT_WIDTH));
  packRows({ data: dY, rows, columns: outputs }, LEFT_WIDTH, rowPanels);
  packColumns({ data: weight, rows: outputs, columns: inputs }, RIGHT_WIDTH, weightPanels);
  multiply({ left: rowPanels, right: weightPanels, m: rows, n: inputs, k: outputs, out: dX });

  const columnPanels = scratch('dense.left', packedLength(outputs, rows, LEFT_WIDTH));
  const inputPanels = scratch('dense.right', packedLength(inputs, rows, RIGHT_WIDTH));
  packColumns({ data: dY, rows, columns: outputs }, LEFT_WIDTH, columnPanels);
  packColumns({ data: x, rows, columns: inputs }, RIGHT_WIDTH, inputPanels);
  multiply({ left: columnPanels, right: inputPanels, m: outputs, n: inputs, k: rows, out: dWeight });
  return { x: dX, weight: dWeight, bias: columnSums(dY, rows, outputs) };
}

/** Sums of the columns of a [rows, columns] matrix, in double precision. */
export function columnSums(data: Float32Array, rows: number, columns: number): Float32Array {
  const sums = new Float64Array(columns);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) sums[column] += data[at];
  }
  return Float32Array.from(sums);
}

/** y = x Wᵀ + b, [B, C], differentiable in x [B, D], weight [C, D] and bias [C]. */
export function dense(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  if (usesTensorflow()) return tensorOps.dense(x, weight, bias);
  const shape: DenseShape = { rows: x.shape[0], inputs: x.shape[1], outputs: weight.shape[0] };
  const apply = tf.customGrad((...inputs) => {
    const [xValues, weightValues, biasValues] = (inputs.slice(0, 3) as tf.Tensor[]).map((input) =>
      input.dataSync<'float32'>(),
    );
    const machine = currentMachine();
    const out = machine
      ? kernels.denseForward(machine, xValues, weightValues, biasValues, shape)
      : denseForward(xValues, weightValues, biasValues, shape);
    return {
      value: tf.tensor2d(out, [shape.rows, shape.outputs]),
      gradFunc: (dy) => {
        const dY = dy.dataSync<'float32'>();
        const gradients = machine
          ? kernels.denseBackward(machine, dY, xValues, weightValues, shape)
          : denseBackward(dY, xValues, weightValues, shape);
        return [
          tf.tensor2d(gradients.x, [shape.rows, shape.inputs]),
          tf.tensor2d(gradients.weight, [shape.outputs, shape.inputs]),
          tf.tensor1d(gradients.bias),
        ];
      },
    };
  });
  return apply(x, weight, bias) as tf.Tensor2D;
}
