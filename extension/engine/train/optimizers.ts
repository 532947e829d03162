// Update rules of torch.optim (SGD, Adam, AdamW, RMSprop, Adagrad) as flat loops over float32 arrays. Arithmetic is in double precision,
// state in float32; what decays is flushed to zero (linalg/flush.ts). Invariant: the state is plain arrays and a count by parameter name,
// so that it can be saved and restored as it is.

import type { ResolvedOptimizer } from '../../schema/resolved.ts';
import { assertNever } from '../../util/assertNever.ts';
import { currentMachine } from '../backend/gatescopeBackend.ts';
import * as kernels from '../kernels/optimizerKernels.ts';
import { flushed, flushedSquare } from '../linalg/flush.ts';

import { applyClipping, type Clipping, NO_CLIPPING } from './clipping.ts';
import { denseGradient, type Gradient, type SparseRows } from './gradients.ts';

/** What an optimizer changes: values in place, but never the first `fixedCount`. */
export interface Updatable {
  values: Float32Array;
  fixedCount: number;
}

/** PyTorch's names: momentum of SGD and RMSprop; running means of the gradient and of its square; their sum of Adagrad. */
export type BufferName = 'momentumBuffer' | 'expAvg' | 'expAvgSq' | 'squareAvg' | 'gradAvg' | 'sum';

/** What an optimizer keeps of one parameter. Structured-cloneable. */
export interface ParameterState {
  /** Updates of this parameter. */
  step: number;
  /** Of the parameter's size each. */
  buffers: Partial<Record<BufferName, Float32Array>>;
}

/** By parameter name. */
export type OptimizerState = Record<string, ParameterState>;

/** One parameter's part in an update. */
export interface ParameterUpdate {
  parameter: Updatable;
  state: ParameterState;
  /** What it holds afterwards means nothing. */
  gradient: Gradient;
  /** The update rule with the rate and decay of this parameter at this step. */
  options: ResolvedOptimizer;
}

function bufferNames(options: ResolvedOptimizer): BufferName[] {
  switch (options.type) {
    case 'sgd':
      return options.momentum > 0 ? ['momentumBuffer'] : [];
    case 'adam':
    case 'adamw':
      return ['expAvg', 'expAvgSq'];
    case 'rmsprop': {
      const names: BufferName[] = ['squareAvg'];
      if (options.momentum > 0) names.push('momentumBuffer');
      if (options.centered) names.push('gradAvg');
      return names;
    }
    case 'adagrad':
      return ['sum'];
    default:
      return assertNever(options);
  }
}

/** Numbers of state that an optimizer keeps for each weight. */
export function stateSize(options: ResolvedOptimizer): number {
  return bufferNames(options).length;
}

/** Fresh states for these parameters. */
export function createOptimizerState(
  options: ResolvedOptimizer,
  parameters: readonly { name: string; values: Float32Array }[],
): OptimizerState {
  const initial = options.type === 'adagrad' ? options.initialAccumulatorValue : 0;
  const stateOf = (size: number): ParameterState => ({
    step: 0,
    buffers: Object.fromEntries(bufferNames(options).map((name) => [name, new Float32Array(size).fill(initial)])),
  });
  return Object.fromEntries(parameters.map(({ name, values }) => [name, stateOf(values.length)]));
}

/** A copy that shares nothing with the original. */
export function copyOptimizerState(state: OptimizerState): OptimizerState {
  return Object.fromEntries(
    Object.entries(state).map(([name, { step, buffers }]) => {
      const copies = Object.entries(buffers).map(([buffer, array]) => [buffer, array.slice()]);
      return [name, { step, buffers: Object.fromEntries(copies) }];
    }),
  );
}

/** The parts of an update: gradients[n] belongs to parameters[n], and `rule` says how each is changed. */
export function updatesOf(
  parameters: readonly (Updatable & { name: string })[],
  gradients: readonly Gradient[],
  state: OptimizerState,
  rule: (name: string) => ResolvedOptimizer,
): ParameterUpdate[] {
  return parameters.map((parameter, n) => {
    const { name } = parameter;
    return { parameter, state: state[name], gradient: gradients[n], options: rule(name) };
  });
}

/** One update of all these parameters, whose states count it. */
export function applyUpdates(updates: readonly ParameterUpdate[], clipping: Clipping = NO_CLIPPING): void {
  for (const { state } of updates) state.step++;
  const machine = currentMachine();
  if (machine) {
    kernels.updateAll(machine, updates, clipping);
    return;
  }
  applyClipping(
    updates.map(({ gradient }) => gradient),
    clipping,
  );
  for (const { parameter, state, gradient, options } of updates) {
    const moment = { step: state.step, buffer: (name: BufferName) => state.buffers[name]! };
    if (isLazy(options) && !(gradient instanceof Float32Array)) updateRows(parameter, gradient, options, moment);
    else updateOne(parameter, denseGradient(gradient), options, moment);
  }
}

/** Whether rows of a sparse gradient's table that it leaves out stay as they are; otherwise their gradient counts as zero. */
export const isLazy = (options: ResolvedOptimizer): options is OptionsOf<'adam' | 'adamw'> =>
  'lazy' in options && options.lazy;

/**
 * The options for rows that are updated lazily. torch.optim.SparseAdam adds ε before it corrects the bias of √v, where Adam adds it
 * afterwards: η/(1-β1^t) · m √(1-β2^t) / (√v + ε).
 */
export function lazyOptions<T extends OptionsOf<'adam' | 'adamw'>>(options: T, step: number): T {
  return { ...options, epsilon: options.epsilon / Math.sqrt(1 - options.betas[1] ** step) };
}

/** What an update rule has at hand beside the options. */
interface Moment {
  /** 1 at the first update. */
  step: number;
  /** The parameter's array in a buffer that the optimizer has. */
  buffer(name: BufferName): Float32Array;
}

type OptionsOf<Type extends ResolvedOptimizer['type']> = Extract<ResolvedOptimizer, { type: Type }>;

/** Updates the rows that `gradient` has, and nothing else. */
function updateRows(
  { values, fixedCount }: Updatable,
  gradient: SparseRows,
  options: OptionsOf<'adam' | 'adamw'>,
  { step, buffer }: Moment,
): void {
  const { rows, size } = gradient;
  for (const [slot, row] of rows.entries()) {
    if (row * size < fixedCount) continue;
    const own = (of: Float32Array, at: number): Float32Array => of.subarray(at * size, (at + 1) * size);
    const moment = { step, buffer: (name: BufferName) => own(buffer(name), row) };
    const target = { values: own(values, row), fixedCount: 0 };
    updateOne(target, own(gradient.values, slot), lazyOptions(options, step), moment);
  }
}

function updateOne(parameter: Updatable, gradient: Float32Array, options: ResolvedOptimizer, moment: Moment): void {
  switch (options.type) {
    case 'sgd':
      updateSgd(parameter, gradient, options, moment);
      break;
    case 'adam':
    case 'adamw':
      updateAdam(parameter, gradient, options, moment);
      break;
    case 'rmsprop':
      updateRmsprop(parameter, gradient, options, moment);
      break;
    case 'adagrad':
      updateAdagrad(parameter, gradient, options, moment);
      break;
    default:
      assertNever(options);
  }
}

/** g += λ p;  b = μ b + g (first: b = g);  p -= η (nesterov: g + μ b, else b). As torch.optim.SGD with dampening 0. */
function updateSgd(
  { values, fixedCount }: Updatable,
  gradient: Float32Array,
  { learningRate, momentum, nesterov, weightDecay }: OptionsOf<'sgd'>,
  { step, buffer }: Moment,
): void {
  const past = momentum > 0 ? buffer('momentumBuffer') : undefined;
  for (let at = fixedCount; at < values.length; at++) {
    const g = gradient[at] + weightDecay * values[at];
    let direction = g;
    if (past) {
      past[at] = flushed(step === 1 ? g : momentum * past[at] + g);
      direction = nesterov ? g + momentum * past[at] : past[at];
    }
    values[at] -= learningRate * direction;
  }
}

/**
 * m = β1 m + (1-β1) g;  v = β2 v + (1-β2) g²;  p -= η/(1-β1^t) · m / (√v/√(1-β2^t) + ε). As torch.optim.Adam;
 * weight decay is g += λ p (adam), or p -= η λ p first (adamw).
 */
function updateAdam(
  { values, fixedCount }: Updatable,
  gradient: Float32Array,
  options: OptionsOf<'adam' | 'adamw'>,
  { step, buffer }: Moment,
): void {
  const { learningRate, epsilon, weightDecay } = options;
  const [mean, square] = [buffer('expAvg'), buffer('expAvgSq')];
  const [beta1, beta2] = options.betas;
  const stepSize = learningRate / (1 - beta1 ** step);
  const squareScale = Math.sqrt(1 - beta2 ** step);
  const l2 = options.type === 'adam' ? weightDecay : 0;
  const kept = options.type === 'adamw' ? 1 - learningRate * weightDecay : 1;
  for (let at = fixedCount; at < values.length; at++) {
    const value = values[at];
    const g = gradient[at] + l2 * value;
    const m = flushed(beta1 * mean[at] + (1 - beta1) * g);
    const v = flushedSquare(beta2 * square[at] + (1 - beta2) * g * g);
    mean[at] = m;
    square[at] = v;
    values[at] = kept * value - (stepSize * m) / (Math.sqrt(v) / squareScale + epsilon);
  }
}

/**
 * g += λ p;  v = α v + (1-α) g²;  centered: m = α m + (1-α) g, and v - m² in place of v below (0 where rounding makes it negative);
 * d = g / (√v + ε);  p -= η d, with momentum b = μ b + d;  p -= η b. As torch.optim.RMSprop.
 */
function updateRmsprop(
  { values, fixedCount }: Updatable,
  gradient: Float32Array,
  { learningRate, alpha, epsilon, momentum, centered, weightDecay }: OptionsOf<'rmsprop'>,
  { buffer }: Moment,
): void {
  const square = buffer('squareAvg');
  const mean = centered ? buffer('gradAvg') : undefined;
  const past = momentum > 0 ? buffer('momentumBuffer') : undefined;
  for (let at = fixedCount; at < values.length; at++) {
    const g = gradient[at] + weightDecay * values[at];
    let v = flushedSquare(alpha * square[at] + (1 - alpha) * g * g);
    square[at] = v;
    if (mean) {
      const m = flushed(alpha * mean[at] + (1 - alpha) * g);
      mean[at] = m;
      v = Math.max(0, v - m * m);
    }
    let direction = g / (Math.sqrt(v) + epsilon);
    if (past) {
      direction = flushed(direction + momentum * past[at]);
      past[at] = direction;
    }
    values[at] -= learningRate * direction;
  }
}

/** g += λ p;  s += g²;  p -= η / (1 + (t-1) decay) · g / (√s + ε). As torch.optim.Adagrad. */
function updateAdagrad(
  { values, fixedCount }: Updatable,
  gradient: Float32Array,
  { learningRate, learningRateDecay, epsilon, weightDecay }: OptionsOf<'adagrad'>,
  { step, buffer }: Moment,
): void {
  const sum = buffer('sum');
  const stepSize = learningRate / (1 + (step - 1) * learningRateDecay);
  for (let at = fixedCount; at < values.length; at++) {
    const g = gradient[at] + weightDecay * values[at];
    const s = sum[at] + g * g;
    sum[at] = s;
    values[at] -= (stepSize * g) / (Math.sqrt(s) + epsilon);
  }
}
