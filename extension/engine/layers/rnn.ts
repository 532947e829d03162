// The plain (Elman) cell. Equations of torch.nn.RNN:
//   h' = φ(W_ih x + b_ih + W_hh h + b_hh),   φ = tanh or relu
// and back, with dh the gradient of a step's h':
//   dz = dh ⊙ φ',   φ' = 1 - h'² (tanh), 1 where h' > 0 (relu)      dh = W_hhᵀ dz   for the step before
// Letters as in recurrent.ts. Its one gate is h' itself.
import { flushed } from '../linalg/flush.ts';
import type {
  Cell,
  RecurrentGradients,
  RecurrentInput,
  RecurrentPass,
  RecurrentResult,
  RecurrentUpstream,
  RecurrentWeights,
} from './recurrent.ts';
import {
  backwardThroughTime,
  finalStates,
  forwardThroughTime,
  inputProduct,
  productGradients,
  summedBias,
} from './recurrentSteps.ts';

interface Nonlinearity {
  apply(z: number): number;
  /** The derivative, from the value h' = φ(z). */
  slope(h: number): number;
}

const NONLINEARITIES: Record<'tanh' | 'relu', Nonlinearity> = {
  tanh: { apply: Math.tanh, slope: (h) => 1 - h * h },
  relu: { apply: (z) => Math.max(z, 0), slope: (h) => (h > 0 ? 1 : 0) },
};

function createRnnCell(name: 'rnnTanh' | 'rnnRelu', nonlinearity: Nonlinearity): Cell {
  return {
    name,
    gateCount: 1,
    forward: (input, weights) => forward(input, weights, nonlinearity),
    backward: (upstream, pass) => backward(upstream, pass, nonlinearity),
  };
}

export const rnnTanhCell = createRnnCell('rnnTanh', NONLINEARITIES.tanh);
export const rnnReluCell = createRnnCell('rnnRelu', NONLINEARITIES.relu);

function forward(input: RecurrentInput, weights: RecurrentWeights, { apply }: Nonlinearity): RecurrentResult {
  const H = input.hiddenSize;
  const z = inputProduct(input, weights.weightIh, summedBias(weights));
  const out = new Float32Array(input.layout.tokenCount * H);
  forwardThroughTime({ input, weightHh: weights.weightHh, sums: z, out }, ({ row, stepRow }) => {
    for (let j = 0; j < H; j++) out[row * H + j] = apply(z[stepRow * H + j]);
  });
  return { out, hN: finalStates(out, input), gates: out };
}

function backward(upstream: RecurrentUpstream, pass: RecurrentPass, { slope }: Nonlinearity): RecurrentGradients {
  const { input, weights, result } = pass;
  const { batchSize: B, tokenCount: N } = input.layout;
  const H = input.hiddenSize;
  const dz = new Float32Array(N * H);
  const dh = upstream.hN?.slice() ?? new Float32Array(B * H);
  backwardThroughTime({ input, weightHh: weights.weightHh, dSums: dz, dh }, ({ text, row, stepRow }) => {
    for (let j = 0; j < H; j++) {
      const dhj = upstream.out[row * H + j] + dh[text * H + j];
      dz[stepRow * H + j] = flushed(dhj * slope(result.out[row * H + j]));
      dh[text * H + j] = 0;
    }
  });
  return { ...productGradients(pass, dz, dz), h0: dh };
}
