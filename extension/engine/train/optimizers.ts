// Update rules of torch.optim (SGD, Adam, AdamW) as flat loops over float32 arrays. Arithmetic is in double precision, state in float32.
// Invariant: the state is two plain lists of arrays and a count, so that it can be saved and restored as it is.
import type { ResolvedOptimizer } from '../../schema/resolved.ts';
import { assertNever } from '../../util/assertNever.ts';

/** What an optimizer changes: values in place, but never the first `fixedCount`. */
export interface Updatable {
  values: Float32Array;
  fixedCount: number;
}

/** Structured-cloneable. One array a parameter: momentum buffers of SGD; means of the gradient and of its square of Adam. */
export interface OptimizerState {
  /** Updates done. */
  step: number;
  first: Float32Array[];
  second: Float32Array[];
}

export interface Optimizer {
  readonly state: OptimizerState;
  /** One update. gradients[n] belongs to parameters[n] and is not changed. */
  update(parameters: readonly Updatable[], gradients: readonly Float32Array[]): void;
}

/** A fresh state for parameters of these sizes. */
export function createOptimizerState(options: ResolvedOptimizer, sizes: readonly number[]): OptimizerState {
  const isAdam = options.type !== 'sgd';
  const hasFirst = isAdam || options.momentum > 0;
  return {
    step: 0,
    first: hasFirst ? sizes.map((size) => new Float32Array(size)) : [],
    second: isAdam ? sizes.map((size) => new Float32Array(size)) : [],
  };
}

/** An optimizer that goes on from `state`, which it owns and changes. */
export function createOptimizer(options: ResolvedOptimizer, state: OptimizerState): Optimizer {
  return {
    state,
    update(parameters, gradients) {
      state.step++;
      for (const [n, parameter] of parameters.entries()) {
        switch (options.type) {
          case 'sgd':
            updateSgd(parameter, gradients[n], state.first[n], { ...options, isFirst: state.step === 1 });
            break;
          case 'adam':
          case 'adamw':
            updateAdam(parameter, gradients[n], [state.first[n], state.second[n]], { ...options, step: state.step });
            break;
          default:
            assertNever(options);
        }
      }
    },
  };
}

type SgdOptions = Extract<ResolvedOptimizer, { type: 'sgd' }> & { isFirst: boolean };

/** g += λ p;  b = μ b + g (first: b = g);  p -= η (nesterov: g + μ b, else b). As torch.optim.SGD with dampening 0. */
function updateSgd(
  { values, fixedCount }: Updatable,
  gradient: Float32Array,
  buffer: Float32Array | undefined,
  options: SgdOptions,
): void {
  const { learningRate, momentum, nesterov, weightDecay, isFirst } = options;
  for (let at = fixedCount; at < values.length; at++) {
    const g = gradient[at] + weightDecay * values[at];
    let direction = g;
    if (buffer) {
      buffer[at] = isFirst ? g : momentum * buffer[at] + g;
      direction = nesterov ? g + momentum * buffer[at] : buffer[at];
    }
    values[at] -= learningRate * direction;
  }
}

type AdamOptions = Extract<ResolvedOptimizer, { type: 'adam' | 'adamw' }> & { step: number };

/**
 * m = β1 m + (1-β1) g;  v = β2 v + (1-β2) g²;  p -= η/(1-β1^t) · m / (√v/√(1-β2^t) + ε). As torch.optim.Adam;
 * weight decay is g += λ p (adam), or p -= η λ p first (adamw).
 */
function updateAdam(
  { values, fixedCount }: Updatable,
  gradient: Float32Array,
  [mean, square]: [Float32Array, Float32Array],
  options: AdamOptions,
): void {
  const { learningRate, epsilon, weightDecay, step } = options;
  const [beta1, beta2] = options.betas;
  const stepSize = learningRate / (1 - beta1 ** step);
  const squareScale = Math.sqrt(1 - beta2 ** step);
  const l2 = options.type === 'adam' ? weightDecay : 0;
  const kept = options.type === 'adamw' ? 1 - learningRate * weightDecay : 1;
  for (let at = fixedCount; at < values.length; at++) {
    const value = values[at];
    const g = gradient[at] + l2 * value;
    const m = beta1 * mean[at] + (1 - beta1) * g;
    const v = beta2 * square[at] + (1 - beta2) * g * g;
    mean[at] = m;
    square[at] = v;
    values[at] = kept * value - (stepSize * m) / (Math.sqrt(v) / squareScale + epsilon);
  }
}
