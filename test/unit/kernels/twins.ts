// Naive twins of the small kernels: plain loops in float32, in the order that extension/kernels promises.
import { dropoutMask } from '../../../extension/engine/layers/dropout.ts';
import type { Pooled, PoolingShape } from '../../../extension/engine/layers/pooling.ts';
import type { LossOptions } from '../../../extension/engine/tasks/crossEntropy.ts';
import type { ResolvedOptimizer } from '../../../extension/schema/resolved.ts';
import type { MultiplyAdd } from './support.ts';

const f = Math.fround;
/** Virtual lanes of a sum over a row. */
const LANES = 16;
/** Elements of a block of the optimizers' kernels. */
const BLOCK = 16_384;

/** Element i belongs to lane i % 16; `put` adds one to a lane, halves are added until one is left. */
export function laneSum(x: ArrayLike<number>, put: (lane: number, value: number) => number): number {
  const lanes = new Float32Array(LANES);
  for (let at = 0; at < x.length; at++) lanes[at % LANES] = put(lanes[at % LANES], x[at]);
  for (let half = LANES / 2; half >= 1; half /= 2) for (let i = 0; i < half; i++) lanes[i] += lanes[i + half];
  return lanes[0];
}

export interface Shape {
  m: number;
  n: number;
  k: number;
}

export interface Product extends Shape {
  a: Float32Array;
  isTransposedA: boolean;
  b: Float32Array;
  isTransposedB: boolean;
  /** What the sum of element (row, column) starts from. */
  start(row: number, column: number): number;
}

/** C [M, N], row by row. */
export function naiveProduct(
  { m, n, k, a, isTransposedA, b, isTransposedB, start }: Product,
  add: MultiplyAdd,
): Float32Array {
  const c = new Float32Array(m * n);
  for (let row = 0; row < m; row++) {
    for (let column = 0; column < n; column++) {
      let sum = start(row, column);
      for (let depth = 0; depth < k; depth++) {
        const left = isTransposedA ? a[depth * m + row] : a[row * k + depth];
        const right = isTransposedB ? b[column * k + depth] : b[depth * n + column];
        sum = add(left, right, sum);
      }
      c[row * n + column] = sum;
    }
  }
  return c;
}

/** L2 norm over all arrays: blocks in float32, the rest in double precision. */
export function naiveNorm(arrays: readonly Float32Array[], add: MultiplyAdd): number {
  let total = 0;
  for (const x of arrays) {
    for (let at = 0; at < x.length; at += BLOCK) {
      total += laneSum(x.subarray(at, at + BLOCK), (lane, value) => add(value, value, lane));
    }
  }
  return Math.sqrt(total);
}

/** Sums of columns in blocks of 64 rows. */
export function naiveColumnSums(x: Float32Array, rows: number, columns: number): Float32Array {
  const sums = new Float32Array(columns);
  for (let first = 0; first < rows; first += 64) {
    const block = new Float32Array(columns);
    for (let row = first; row < Math.min(rows, first + 64); row++) {
      for (let j = 0; j < columns; j++) block[j] += x[row * columns + j];
    }
    for (let j = 0; j < columns; j++) sums[j] += block[j];
  }
  return sums;
}

export function naiveScatter(dOut: Float32Array, slots: Int32Array, rowCount: number, size: number): Float32Array {
  const values = new Float32Array(rowCount * size);
  for (const [token, slot] of slots.entries()) {
    if (slot >= 0) for (let j = 0; j < size; j++) values[slot * size + j] += dOut[token * size + j];
  }
  return values;
}

/** Means in float32, in token order. (Those of layers/pooling.ts are in double precision.) */
export function naiveMean(x: Float32Array, { layout, width }: PoolingShape): Pooled {
  const values = new Float32Array(layout.batchSize * width);
  for (let text = 0; text < layout.batchSize; text++) {
    const row = values.subarray(text * width, (text + 1) * width);
    for (let step = 0; step < layout.lengths[text]; step++) {
      for (let j = 0; j < width; j++) row[j] += x[(layout.offsets[text] + step) * width + j];
    }
    for (let j = 0; j < width; j++) row[j] /= layout.lengths[text];
  }
  return { values };
}

export function naiveDropout(x: Float32Array, rate: number, key: Parameters<typeof dropoutMask>[2]) {
  const mask = dropoutMask(x.length, rate, key);
  return { mask, out: x.map((value, at) => value * mask[at]) };
}

/** The vector functions of a machine, which have a test of their own. */
export type MathOf = (name: 'exp' | 'sigmoid' | 'tanh' | 'log', x: Float32Array) => Float32Array;

export function shiftedExp(x: Float32Array, math: MathOf) {
  let largest = -Infinity;
  for (const value of x) if (value > largest) largest = value;
  const e = math(
    'exp',
    x.map((value) => value - largest),
  );
  return { e, largest, sum: laneSum(e, (lane, value) => f(lane + value)) };
}

export function naiveSoftmax(logits: Float32Array, columns: number, math: MathOf): Float32Array {
  const out = new Float32Array(logits.length);
  for (let from = 0; from < logits.length; from += columns) {
    const { e, sum } = shiftedExp(logits.subarray(from, from + columns), math);
    out.set(
      e.map((value) => value / sum),
      from,
    );
  }
  return out;
}

export function naiveCrossEntropy(
  logits: Float32Array,
  labels: Int32Array,
  C: number,
  { classWeights, labelSmoothing }: LossOptions,
  math: MathOf,
): { loss: number; gradient: Float32Array } {
  const weights = classWeights && Float32Array.from(classWeights);
  const weight = labels.reduce((sum, label) => sum + (classWeights?.[label] ?? 1), 0);
  const allWeights = f(classWeights?.reduce((sum, value) => sum + value, 0) ?? C);
  const [smoothing, spread, scale] = [labelSmoothing, labelSmoothing / C, 1 / weight].map(f);
  const gradient = new Float32Array(logits.length);
  let losses = 0;
  for (const [row, label] of labels.entries()) {
    const x = logits.subarray(row * C, (row + 1) * C);
    const { e, largest, sum } = shiftedExp(x, math);
    const total = f(largest + math('log', Float32Array.of(sum))[0]);
    const own = f(f(1 - smoothing) * (weights?.[label] ?? 1));
    let loss = f(own * f(total - x[label]));
    if (spread > 0) {
      let smoothed = 0;
      for (let c = 0; c < C; c++) smoothed = f(smoothed + f((weights?.[c] ?? 1) * f(total - x[c])));
      loss = f(loss + f(spread * smoothed));
    }
    losses += loss;
    const mass = f(f(own + f(spread * allWeights)) / sum);
    for (let c = 0; c < C; c++) {
      const p = f(e[c] * mass) - (spread > 0 ? f(spread * (weights?.[c] ?? 1)) : 0);
      gradient[row * C + c] = f(f(p) * scale);
    }
    gradient[row * C + label] -= f(own * scale);
  }
  return { loss: losses / weight, gradient };
}

export interface NaiveUpdate {
  options: ResolvedOptimizer;
  /** From 1. */
  step: number;
  scale: number;
  limit: number;
  values: Float32Array;
  gradient: Float32Array;
  /** By the names of OptimizerState. */
  buffers: Record<string, Float32Array | undefined>;
}

/** One update of all elements in float32; scalars are computed in double precision and then rounded. */
export function naiveUpdate(update: NaiveUpdate, add: MultiplyAdd): void {
  const { options, step, scale, limit, values, gradient } = update;
  const isAdamW = options.type === 'adamw';
  const decay = isAdamW ? 0 : f(options.weightDecay);
  const kept = f(1 - options.learningRate * options.weightDecay);
  const rate = f(rateOf(options, step));
  for (let at = 0; at < values.length; at++) {
    let g = f(gradient[at] * f(scale));
    if (limit > 0) g = Math.min(Math.max(g, -f(limit)), f(limit));
    if (!isAdamW) g = add(decay, values[at], g);
    const direction = directionOf(update, add, g, at);
    const value = isAdamW ? f(values[at] * kept) : values[at];
    values[at] = add(-rate, direction, value);
  }
}

function rateOf(options: ResolvedOptimizer, step: number): number {
  if (options.type === 'adam' || options.type === 'adamw') {
    const [beta1] = options.betas;
    return options.learningRate / (1 - beta1 ** step);
  }
  if (options.type === 'adagrad') return options.learningRate / (1 + (step - 1) * options.learningRateDecay);
  return options.learningRate;
}

/** x, or a zero of its sign where it is smaller. */
const zeroBelow = (smallest: number, x: number): number => (Math.abs(x) < smallest ? 0 * x : x);

function directionOf({ options, step, buffers }: NaiveUpdate, add: MultiplyAdd, g: number, at: number): number {
  const { momentumBuffer: past, expAvg, expAvgSq, squareAvg, gradAvg, sum } = buffers;
  const blend = (array: Float32Array, beta: number, term: number): number => {
    array[at] = zeroBelow(2 ** -100, add(f(beta), array[at], term));
    return array[at];
  };
  const blendSquares = (array: Float32Array, beta: number, term: number): number => {
    array[at] = zeroBelow(2 ** -126, add(f(beta), array[at], term));
    return array[at];
  };
  switch (options.type) {
    case 'sgd': {
      if (!past) return g;
      past[at] = zeroBelow(2 ** -100, step === 1 ? g : add(f(options.momentum), past[at], g));
      return options.nesterov ? add(f(options.momentum), past[at], g) : past[at];
    }
    case 'adam':
    case 'adamw': {
      const [beta1, beta2] = options.betas;
      const m = blend(expAvg!, beta1, f(f(1 - beta1) * g));
      const v = blendSquares(expAvgSq!, beta2, f(f(f(1 - beta2) * g) * g));
      return f(m / add(f(Math.sqrt(v)), f(1 / Math.sqrt(1 - beta2 ** step)), f(options.epsilon)));
    }
    case 'rmsprop': {
      const left = f(1 - options.alpha);
      let square = blendSquares(squareAvg!, options.alpha, f(f(left * g) * g));
      if (gradAvg) {
        const mean = blend(gradAvg, options.alpha, f(left * g));
        square = add(-mean, mean, square);
        if (square < 0) square = 0;
      }
      const direction = f(g / f(f(Math.sqrt(square)) + f(options.epsilon)));
      return past ? blend(past, options.momentum, direction) : direction;
    }
    case 'adagrad':
      sum![at] = add(g, g, sum![at]);
      return f(g / f(f(Math.sqrt(sum![at])) + f(options.epsilon)));
  }
}
