// Update rules, clipping and the global norm on a machine: one job over all parameters. The rules stand in train/optimizers.ts (plain
// twins) and extension/kernels/optimizers.c. Scalars are computed in double precision here, elements in float32 there.
import type { ResolvedOptimizer } from '../../schema/resolved.ts';
import type { Clipping } from '../train/clipping.ts';
import { type Gradient, type SparseRows, valuesOf } from '../train/gradients.ts';
import { isLazy, lazyOptions, type ParameterState, type ParameterUpdate, type Updatable } from '../train/optimizers.ts';
import { type Argument, Float, type Job, need } from './job.ts';
import type { KernelMachine } from './machine.ts';

/** Elements of a block (extension/kernels/optimizers.c). */
const BLOCK = 16_384;
const KIND_CODES = { sgd: 0, adam: 1, adamw: 2, rmsprop: 3, adagrad: 4 };

/** L2 norm of all gradients together: blocks in float32, their sums in double precision, in order. */
export function globalNorm(machine: KernelMachine, gradients: readonly Gradient[]): number {
  const { arena } = machine;
  return arena.scope(() => {
    const job = machine.job();
    const sums = gradients.map((gradient) => {
      const values = arena.adopt(valuesOf(gradient));
      const blocks = Math.ceil(values.length / BLOCK);
      const out = arena.float32(Math.max(1, blocks));
      job.split('sumOfSquares', job.call([values, out, values.length]), blocks, { work: BLOCK });
      return out.subarray(0, blocks);
    });
    machine.run(job);
    let total = 0;
    for (const blocks of sums) for (const sum of blocks) total += sum;
    return Math.sqrt(total);
  });
}

interface Scalars {
  rate: number;
  decay: number;
  epsilon: number;
  /** Adam β1, β2, 1/√(1-β2^t); SGD momentum; RMSprop α, momentum. */
  beta1: number;
  beta2: number;
  squareScale: number;
  kept: number;
  isNesterov: boolean;
  isFirst: boolean;
  isCentered: boolean;
}

/** One update of all parameters. Their states count this update already. */
export function updateAll(machine: KernelMachine, updates: readonly ParameterUpdate[], clipping: Clipping): void {
  machine.arena.scope(() => {
    const job = machine.job();
    for (const { parameter, state, gradient, options } of updates) {
      const head = headOf(options, state.step, clipping);
      const lazyHead = isLazy(options) ? headOf(lazyOptions(options, state.step), state.step, clipping) : undefined;
      addUpdate(machine, job, { parameter, gradient, states: statesOf(state), head, lazyHead });
    }
    machine.run(job);
  });
}

/** The arrays of a parameter in the places where the kernel looks for them. */
function statesOf({ buffers }: ParameterState): UpdateCall['states'] {
  return {
    first: buffers.momentumBuffer ?? buffers.expAvg,
    second: buffers.expAvgSq ?? buffers.squareAvg ?? buffers.sum,
    third: buffers.gradAvg,
  };
}

interface UpdateCall {
  parameter: Updatable;
  gradient: Gradient;
  states: Record<'first' | 'second' | 'third', Float32Array | undefined>;
  head: Argument[];
  /** Stands in the place of `head` for a sparse gradient where the optimizer is lazy. */
  lazyHead: Argument[] | undefined;
}

function addUpdate(machine: KernelMachine, job: Job, update: UpdateCall): void {
  const { parameter, gradient, states, head, lazyHead } = update;
  const { arena } = machine;
  const { values, fixedCount } = parameter;
  const own = (view: Float32Array | undefined, from: number): Float32Array | undefined => {
    if (!view) return undefined;
    if (!arena.holds(view)) throw new Error('What an optimizer changes must lie in the arena');
    return need(view, values.length, 'The state of an optimizer').subarray(from);
  };
  if (gradient instanceof Float32Array) {
    const count = values.length - fixedCount;
    const arrays = [values, states.first, states.second, states.third].map((view) => own(view, fixedCount));
    const g = arena.adopt(need(gradient, values.length, 'A gradient')).subarray(fixedCount);
    job.split('optimize', job.call([...head, ...arrays, g, count]), Math.ceil(count / BLOCK), { work: 4 * BLOCK });
    return;
  }
  const { size, slots } = sparseCall(gradient, values, fixedCount);
  const arrays = [values, states.first, states.second, states.third].map((view) => own(view, 0));
  const call = job.call([
    ...(lazyHead ?? head),
    ...arrays,
    arena.adopt(gradient.values),
    values.length,
    arena.adopt(slots),
    size,
    lazyHead ? 1 : 0,
  ]);
  const rowCount = values.length / size;
  // Fixed rows come first (the padding row): the pieces start behind them.
  const fixedRows = fixedCount / size;
  const pieceRows = Math.max(1, Math.ceil((rowCount - fixedRows) / Math.min(64, job.threads * 4)));
  for (let from = fixedRows; from < rowCount; from += pieceRows) {
    job.piece('optimizeRows', call, from, Math.min(rowCount, from + pieceRows));
  }
}

function sparseCall(gradient: SparseRows, values: Float32Array, fixedCount: number) {
  const { size, rows } = gradient;
  if (values.length % size !== 0 || fixedCount % size !== 0)
    throw new Error('A sparse gradient does not fit its table');
  need(gradient.values, rows.length * size, 'A sparse gradient');
  const slots = new Int32Array(values.length / size).fill(-1);
  for (const [slot, row] of rows.entries()) {
    if (!(row >= 0 && row < slots.length)) throw new Error(`Row ${row} is outside a table of ${slots.length} rows`);
    slots[row] = slot;
  }
  return { size, slots };
}

/** What a call begins with; `step` is the number of this update, from 1. */
function headOf(options: ResolvedOptimizer, step: number, { scale, limit }: Clipping): Argument[] {
  const scalars = scalarsOf(options, step);
  const { rate, decay, epsilon, beta1, beta2, squareScale, kept, isNesterov, isFirst, isCentered } = scalars;
  const flags = [isNesterov, isFirst, isCentered].map(Number);
  const floats = [scale, limit, rate, decay, epsilon, beta1, beta2, 1 - beta1, 1 - beta2, squareScale, kept];
  return [KIND_CODES[options.type], ...flags, ...floats.map((value) => new Float(value))];
}

function scalarsOf(options: ResolvedOptimizer, step: number): Scalars {
  const none = { epsilon: 0, beta1: 0, beta2: 0, squareScale: 1, kept: 1, isNesterov: false, isFirst: step === 1 };
  const base = { ...none, isCentered: false, rate: options.learningRate, decay: options.weightDecay };
  switch (options.type) {
    case 'sgd':
      return { ...base, beta1: options.momentum, isNesterov: options.nesterov };
    case 'adam':
    case 'adamw': {
      const [beta1, beta2] = options.betas;
      const rate = options.learningRate / (1 - beta1 ** step);
      const squareScale = 1 / Math.sqrt(1 - beta2 ** step);
      const kept = options.type === 'adamw' ? 1 - options.learningRate * options.weightDecay : 1;
      return { ...base, rate, epsilon: options.epsilon, beta1, beta2, squareScale, kept };
    }
    case 'rmsprop':
      return {
        ...base,
        epsilon: options.epsilon,
        beta1: options.alpha,
        beta2: options.momentum,
        isCentered: options.centered,
      };
    case 'adagrad':
      return {
        ...base,
        epsilon: options.epsilon,
        rate: options.learningRate / (1 + (step - 1) * options.learningRateDecay),
      };
  }
}
