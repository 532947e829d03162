// What the forward and backward pass of a recurrent layer on a machine share: its blocks, the arguments of the kernel, and its pieces.
// Letters: B texts, N tokens, T steps, I input size, H hidden units, G gates. Token and step order: see layers/sequenceLayout.ts.
import type { CellName, LayerInput, RecurrentWeights } from '../layers/recurrent.ts';
import type { HotTokens } from './hotTokens.ts';
import type { Argument, Job } from './job.ts';
import type { KernelMachine } from './machine.ts';

/** Numbers of extension/kernels/recurrent.h. */
export const CELL_CODES: Record<CellName, number> = { lstm: 0, gru: 1, rnnTanh: 2, rnnRelu: 3 };

export const GATE_COUNTS: Record<CellName, number> = { lstm: 4, gru: 3, rnnTanh: 1, rnnRelu: 1 };

/** What a direction keeps, all blocks of the arena. */
export interface DirectionState {
  rows: Int32Array;
  weights: RecurrentWeights;
  /** Column of the direction's first unit in the layer's output. */
  column: number;
  gates: Float32Array;
  /** LSTM: cell states; GRU: W_hn h + b_hn. */
  cells?: Float32Array;
  tanhCells?: Float32Array;
  h0?: Float32Array;
  c0?: Float32Array;
  hN: Float32Array;
  cN?: Float32Array;
}

export interface LayerState {
  machine: KernelMachine;
  input: LayerInput & { cell: CellName };
  /** Blocks of the layout. */
  active: Int32Array;
  starts: Int32Array;
  order: Int32Array;
  x: Float32Array;
  /** Where x is one-hot: then it is not read. */
  hot?: HotTokens;
  out: Float32Array;
  /** Floats of a row of `out`. */
  width: number;
  directions: DirectionState[];
}

export interface RunningStates {
  h: Float32Array;
  c: Float32Array;
  /** [B, 3H] of the GRU. */
  products?: Float32Array;
}

/** One piece a thread and direction, with about as many tokens each: ranks are sorted by falling length. */
export function splitRanks(
  job: Job,
  kernel: 'recurrentForward' | 'recurrentBackward',
  call: number,
  shared: LayerState,
): void {
  const { layout } = shared.input;
  const pieces = Math.ceil(job.threads / shared.directions.length);
  let [from, tokens] = [0, 0];
  let piece = 1;
  for (let rank = 0; rank < layout.batchSize; rank++) {
    tokens += layout.lengths[layout.order[rank]];
    const isLast = rank === layout.batchSize - 1;
    if (!isLast && tokens < (layout.tokenCount * piece) / pieces) continue;
    job.piece(kernel, call, from, rank + 1);
    from = rank + 1;
    piece++;
  }
}

export interface RunningGradients {
  dOut: Float32Array;
  dGates: Float32Array;
  dRecurrent?: Float32Array;
  dh: Float32Array;
  dc: Float32Array;
  dh0: Float32Array;
  dc0?: Float32Array;
}

/** The words of struct Recurrent, as kernels.c reads them. */
export function recurrentArguments(
  { input, active, starts, order, out, width }: LayerState,
  direction: DirectionState,
  { panels, states, gradients }: { panels: Float32Array; states?: RunningStates; gradients?: RunningGradients },
): Argument[] {
  const { cell, layout, hiddenSize: H } = input;
  const { rows, weights, column, gates, cells, tanhCells, h0, c0, hN, cN } = direction;
  return [
    CELL_CODES[cell],
    H,
    layout.stepCount,
    GATE_COUNTS[cell],
    active,
    starts,
    rows,
    order,
    gates,
    cells,
    tanhCells,
    out.subarray(column),
    width,
    panels,
    weights.biasHh,
    states?.h,
    states?.c,
    states?.products,
    h0,
    c0,
    hN,
    cN,
    gradients?.dOut.subarray(column),
    width,
    gradients?.dGates,
    gradients?.dRecurrent,
    gradients?.dh,
    gradients?.dc,
    gradients?.dh0,
    gradients?.dc0,
  ];
}
