// Layer normalisation over the last dimension, as torch.nn.LayerNorm (Ba et al., 2016). Letters: N rows, D numbers a row. Per row
//   μ = Σ x / D   σ² = Σ (x - μ)² / D   x̂ = (x - μ) / √(σ² + ε)   y = γ x̂ + β
//   g = γ dy   dx = (g - (Σ g + x̂ Σ g x̂) / D) / √(σ² + ε)   dγ = Σ_rows dy x̂   dβ = Σ_rows dy
import * as tf from '@tensorflow/tfjs-core';
import { currentMachine } from '../backend/gatescopeBackend.ts';
import { usesTensorflow } from '../backend/tensorflowBackend.ts';
import * as kernels from '../kernels/layerNormKernels.ts';
import * as tensorOps from './tensorOps.ts';

/** γ and β, [D] each. */
export interface LayerNormWeights {
  gamma: Float32Array;
  beta: Float32Array;
}

export interface LayerNormGradients extends LayerNormWeights {
  /** [N, D] */
  x: Float32Array;
}

export interface LayerNormPass {
  /** [N, D] */
  y: Float32Array;
  /** From dY [N, D]. */
  backward(dY: Float32Array): LayerNormGradients;
}

/** The plain twin of the kernels; sums are in double precision. */
export function layerNormForward(x: Float32Array, { gamma, beta }: LayerNormWeights, epsilon: number): LayerNormPass {
  const D = gamma.length;
  const rows = x.length / D;
  const [y, normal, scales] = [new Float32Array(x.length), new Float32Array(x.length), new Float64Array(rows)];
  for (let row = 0; row < rows; row++) {
    let [sum, squares] = [0, 0];
    for (let j = row * D; j < (row + 1) * D; j++) sum += x[j];
    const mean = sum / D;
    for (let j = row * D; j < (row + 1) * D; j++) squares += (x[j] - mean) ** 2;
    scales[row] = 1 / Math.sqrt(squares / D + epsilon);
    for (let j = 0; j < D; j++) {
      const at = row * D + j;
      normal[at] = (x[at] - mean) * scales[row];
      y[at] = normal[at] * gamma[j] + beta[j];
    }
  }
  return { y, backward: (dY) => layerNormBackward(dY, { normal, scales, gamma }) };
}

function layerNormBackward(
  dY: Float32Array,
  { normal, scales, gamma }: { normal: Float32Array; scales: Float64Array; gamma: Float32Array },
): LayerNormGradients {
  const D = gamma.length;
  const dX = new Float32Array(dY.length);
  const [dGamma, dBeta] = [new Float64Array(D), new Float64Array(D)];
  for (const [row, scale] of scales.entries()) {
    let [sum, product] = [0, 0];
    for (let j = 0; j < D; j++) {
      const at = row * D + j;
      sum += gamma[j] * dY[at];
      product += gamma[j] * dY[at] * normal[at];
      dGamma[j] += dY[at] * normal[at];
      dBeta[j] += dY[at];
    }
    for (let j = 0; j < D; j++) {
      const at = row * D + j;
      dX[at] = (gamma[j] * dY[at] - (sum + normal[at] * product) / D) * scale;
    }
  }
  return { x: dX, gamma: Float32Array.from(dGamma), beta: Float32Array.from(dBeta) };
}

/** x [..., D] normalised, differentiable in x, gamma [D] and beta [D]. ε is torch's default. */
export function layerNorm<T extends tf.Tensor>(x: T, gamma: tf.Tensor1D, beta: tf.Tensor1D, epsilon = 1e-5): T {
  if (x.shape.at(-1) !== gamma.size || beta.size !== gamma.size) {
    throw new Error(`Layer normalisation of [${x.shape.join(', ')}] with ${gamma.size} and ${beta.size} weights`);
  }
  if (usesTensorflow()) return tensorOps.layerNorm(x, gamma, beta, epsilon) as T;
  const apply = tf.customGrad((...inputs) => {
    const [values, scale, shift] = (inputs.slice(0, 3) as tf.Tensor[]).map((input) => input.dataSync<'float32'>());
    const machine = currentMachine();
    const weights = { gamma: scale, beta: shift };
    const pass = machine
      ? kernels.layerNormForward(machine, values, weights, epsilon)
      : layerNormForward(values, weights, epsilon);
    return {
      value: tf.tensor(pass.y, x.shape),
      gradFunc: (dy) => {
        const gradients = pass.backward(dy.dataSync<'float32'>());
        return [tf.tensor(gradients.x, x.shape), tf.tensor1d(gradients.gamma), tf.tensor1d(gradients.beta)];
      },
    };
  });
  return apply(x, gamma, beta) as T;
}
