// How a tensor of a file becomes one of ours: a list of steps as data, so that it can be shown before it is done.
// Letters: G gates, H hidden units, I inputs, V vocabulary. Ours are PyTorch's layouts: [G*H, I], gates i f g o and r z n.
import { assertNever } from '../../../util/assertNever.ts';
import type { Source } from './foundModel.ts';

export interface Values {
  shape: number[];
  /** Row-major. */
  data: Float32Array;
}

export type Step =
  /** [a, b] to [b, a]. */
  | { type: 'transpose' }
  /** Blocks of rows in another order: block i comes from block order[i]. `names` says which is which. */
  | { type: 'gates'; order: readonly number[]; names: string }
  /** One of `of` equal parts, flat: a bias of two that are stacked. */
  | { type: 'part'; part: number; of: number }
  /** CuDNN's input kernel [I, G*H]: each block of columns holds the numbers of [H, I], row by row. */
  | { type: 'cudnnInput'; gates: number }
  /** CuDNN's recurrent kernel [H, G*H]: blocks of columns that are already [H, H] as ours. */
  | { type: 'cudnnRecurrent'; gates: number }
  /** A row of zeros before the only one: one sigmoid output is a softmax over 0 and it. */
  | { type: 'zeroRowFirst' }
  /** Rows by number; a negative one is new: the mean of all rows, or of numbers the smallest. */
  | { type: 'rows'; rows: readonly number[] };

/** A tensor after all steps; a copy where there are some. */
export function applySteps(values: Values, steps: readonly Step[]): Values {
  return steps.reduce(applyStep, values);
}

function applyStep(values: Values, step: Step): Values {
  switch (step.type) {
    case 'transpose':
      return transpose(values);
    case 'gates':
      return inOrder(values, step.order);
    case 'part': {
      const length = values.data.length / step.of;
      return { shape: [length], data: values.data.slice(step.part * length, (step.part + 1) * length) };
    }
    case 'cudnnInput': {
      const [inputs, columns] = values.shape;
      return { shape: [columns, inputs], data: columnBlocks(values, step.gates) };
    }
    case 'cudnnRecurrent': {
      const [hidden, columns] = values.shape;
      return { shape: [columns, hidden], data: columnBlocks(values, step.gates) };
    }
    case 'zeroRowFirst': {
      const data = new Float32Array(2 * values.data.length);
      data.set(values.data, values.data.length);
      return { shape: [2, ...values.shape.slice(1)], data };
    }
    case 'rows':
      return pickRows(values, step.rows);
    default:
      return assertNever(step);
  }
}

function transpose({ shape: [rows, columns], data }: Values): Values {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = data[row * columns + column];
  }
  return { shape: [columns, rows], data: result };
}

function inOrder({ shape, data }: Values, order: readonly number[]): Values {
  const block = data.length / order.length;
  const result = new Float32Array(data.length);
  for (const [to, from] of order.entries()) result.set(data.subarray(from * block, (from + 1) * block), to * block);
  return { shape, data: result };
}

/** Blocks of columns of a matrix, one after the other, each row by row. */
function columnBlocks({ shape: [rows, columns], data }: Values, count: number): Float32Array {
  const width = columns / count;
  const result = new Float32Array(data.length);
  let at = 0;
  for (let block = 0; block < count; block++) {
    for (let row = 0; row < rows; row++, at += width) {
      const start = row * columns + block * width;
      result.set(data.subarray(start, start + width), at);
    }
  }
  return result;
}

/**
 * A new row is the mean of all; of a bias, one number a row, the smallest: what nobody was taught is then as improbable as what is rarest.
 */
function pickRows({ shape, data }: Values, rows: readonly number[]): Values {
  const width = data.length / shape[0];
  const added = shape.length === 1 ? Float32Array.of(data.reduce((a, b) => Math.min(a, b))) : meanRow(data, width);
  const result = new Float32Array(rows.length * width);
  for (const [to, from] of rows.entries()) {
    result.set(from >= 0 ? data.subarray(from * width, (from + 1) * width) : added, to * width);
  }
  return { shape: [rows.length, ...shape.slice(1)], data: result };
}

function meanRow(data: Float32Array, width: number): Float32Array {
  const sums = new Float64Array(width);
  for (let at = 0; at < data.length; at++) sums[at % width] += data[at];
  return Float32Array.from(sums, (sum) => (sum * width) / data.length);
}

/** The shape of a source after its steps. Steps on shapes alone, as tensors can be large. */
export function shapeAfter({ tensor, steps }: Source): number[] {
  return steps.reduce((shape: number[], step) => {
    switch (step.type) {
      case 'transpose':
      case 'cudnnInput':
      case 'cudnnRecurrent':
        return [shape[1], shape[0]];
      case 'part':
        return [shape.reduce((product, size) => product * size, 1) / step.of];
      case 'zeroRowFirst':
        return [2, ...shape.slice(1)];
      case 'rows':
        return [step.rows.length, ...shape.slice(1)];
      default:
        return shape;
    }
  }, tensor.shape);
}

/** The steps in words, for the table that is shown before an import. */
export function describeSteps(steps: readonly Step[]): string {
  return steps.length === 0 ? 'as it is' : steps.map(describeStep).join(', ');
}

function describeStep(step: Step): string {
  switch (step.type) {
    case 'transpose':
      return 'transposed';
    case 'gates':
      return `gates ${step.names}`;
    case 'part':
      return `part ${step.part + 1} of ${step.of}`;
    case 'cudnnInput':
    case 'cudnnRecurrent':
      return 'from the CuDNN layout';
    case 'zeroRowFirst':
      return 'as two classes';
    case 'rows':
      return 'rows by token';
    default:
      return assertNever(step);
  }
}
