// The backward pass of recurrentKernels.ts: through time first, then the products that give the gradients of weights and input.
import type { LayerGradients } from '../layers/recurrent.ts';
import type { SequenceLayout } from '../layers/sequenceLayout.ts';
import type { Arena } from './arena.ts';
import { hotWeightGradient } from './hotTokens.ts';
import { type Job, need } from './job.ts';
import { addPacking, addProduct } from './products.ts';
import {
  type DirectionState,
  GATE_COUNTS,
  type LayerState,
  type RunningGradients,
  recurrentArguments,
  splitRanks,
} from './recurrentCall.ts';

/** Gradients of everything that the forward pass read. */
export function recurrentLayerBackward(shared: LayerState, dOutGiven: Float32Array): LayerGradients {
  const { machine, input, hot, directions, width } = shared;
  const { layout, inputSize: I } = input;
  const dOut = machine.arena.adopt(need(dOutGiven, layout.tokenCount * width, 'The gradient of a recurrent layer'));
  const packing = machine.job();
  const packed = directions.map((direction) => packForBackward(shared, direction, packing));
  machine.run(packing);
  const running = directions.map(() => runningGradients(shared, dOut));
  const steps = machine.job();
  for (const [n, direction] of directions.entries()) {
    const options = { panels: packed[n].recurrent, gradients: running[n] };
    splitRanks(steps, 'recurrentBackward', steps.call(recurrentArguments(shared, direction, options)), shared);
  }
  machine.run(steps);
  const x = input.isConstant ? undefined : machine.arena.float32(layout.tokenCount * I);
  let gradients: LayerGradients['directions'] = [];
  for (const n of directions.keys()) {
    // The second direction's input gradient is added to the first's, so each has a job of its own.
    const job = machine.job();
    if (n === 0 && !input.areWeightsConstant)
      gradients = directions.map((_, d) => addWeightGradients(shared, job, packed[d], running[d]));
    if (x) addInputGradient(shared, job, { x, n, panels: packed[n].input, dGates: running[n].dGates });
    if (job.count > 0) machine.run(job);
  }
  if (hot && input.hot) {
    for (const [d, own] of gradients.entries()) {
      const { rows } = directions[d];
      hotWeightGradient(shared, { dGates: running[d].dGates, rows, hot: input.hot, out: own.weightIh });
    }
  }
  return { x, directions: gradients };
}

interface BackwardPanels {
  /** W_hh [G·H, H] and W_ih [G·H, I] as right sides. */
  recurrent: Float32Array;
  input?: Float32Array;
  /** x [N, I], where it is not one-hot, and the h that each token read [N, H], in step order; absent where the weights are constant. */
  read?: { x?: Float32Array; before: Float32Array };
}

function packForBackward(shared: LayerState, direction: DirectionState, job: Job): BackwardPanels {
  const { machine, input, x, hot, out, width } = shared;
  const { layout, inputSize: I, hiddenSize: H } = input;
  const { weights, rows, column, h0 } = direction;
  const k = GATE_COUNTS[input.cell] * H;
  const panels: BackwardPanels = {
    recurrent: addPacking(machine, job, { values: weights.weightHh, k, n: H }),
    input: input.isConstant ? undefined : addPacking(machine, job, { values: weights.weightIh, k, n: I }),
  };
  if (input.areWeightsConstant) return panels;
  const index = machine.arena.adopt(rowsBefore(layout, rows, h0 !== undefined));
  const other = h0 && spaced(machine.arena, h0, H, width);
  const before = { values: out.subarray(column), other, k: layout.tokenCount, n: H, index, stride: width };
  panels.read = {
    x: hot ? undefined : addPacking(machine, job, { values: x, k: layout.tokenCount, n: I, index: rows }),
    before: addPacking(machine, job, before),
  };
  return panels;
}

/** Rows of H floats [B, H], as far apart as those of the layer's output: the kernel takes both by one stride. */
function spaced(arena: Arena, rows: Float32Array, H: number, width: number): Float32Array {
  if (width === H) return rows;
  const out = arena.float32((rows.length / H) * width);
  for (let from = 0, to = 0; from < rows.length; from += H, to += width) out.set(rows.subarray(from, from + H), to);
  return out;
}

/** [N] in step order: the token row whose h was read, -1 for zeros, -2-b for the initial state of text b. */
function rowsBefore(layout: SequenceLayout, rows: Int32Array, hasInitial: boolean): Int32Array {
  const index = new Int32Array(layout.tokenCount);
  for (let step = 0; step < layout.stepCount; step++) {
    const start = layout.starts[step];
    for (let rank = 0; rank < layout.active[step]; rank++) {
      if (step > 0) index[start + rank] = rows[layout.starts[step - 1] + rank];
      else index[start + rank] = hasInitial ? -2 - layout.order[rank] : -1;
    }
  }
  return index;
}

function runningGradients({ machine, input }: LayerState, dOut: Float32Array): RunningGradients {
  const { arena } = machine;
  const { cell, layout, hiddenSize: H } = input;
  const size = layout.batchSize * H;
  const tokens = layout.tokenCount * GATE_COUNTS[cell] * H;
  return {
    dOut,
    dGates: arena.float32(tokens),
    dRecurrent: cell === 'gru' ? arena.float32(tokens) : undefined,
    dh: arena.float32(size),
    dc: arena.float32(size),
    dh0: arena.float32(size),
    dc0: cell === 'lstm' ? arena.float32(size) : undefined,
  };
}

/** dW_ih = dZᵀ x (but for one-hot vectors), dW_hh = dZᵀ h, db = Σ dZ. */
function addWeightGradients(
  shared: LayerState,
  job: Job,
  { read }: BackwardPanels,
  running: RunningGradients,
): LayerGradients['directions'][number] {
  if (!read) throw new Error('The panels of what was read are missing');
  const { arena } = shared.machine;
  const { cell, layout, inputSize: I, hiddenSize: H } = shared.input;
  const m = GATE_COUNTS[cell] * H;
  const k = layout.tokenCount;
  const { dGates, dRecurrent = dGates, dh0, dc0 } = running;
  const weightIh = arena.float32(m * I);
  const weightHh = arena.float32(m * H);
  const [biasIh, biasHh] = [arena.float32(m), arena.float32(m)];
  const left = { a: dGates, isTransposed: true, m, k };
  const ofState = { panels: read.before, n: H, out: weightHh };
  const sum = (values: Float32Array, to: Float32Array, copy?: Float32Array): void => {
    job.split('columnSums', job.call([values, to, k, m, copy]), m, { work: k, grain: 16 });
  };
  // Only the GRU's two sides differ.
  const isTwin = dRecurrent === dGates;
  if (read.x) addProduct(job, { ...left, panels: read.x, n: I, out: weightIh, twin: isTwin ? ofState : undefined });
  if (!read.x || !isTwin) addProduct(job, { ...left, ...ofState, a: dRecurrent });
  sum(dGates, biasIh, isTwin ? biasHh : undefined);
  if (!isTwin) sum(dRecurrent, biasHh);
  return { weightIh, weightHh, biasIh, biasHh, h0: dh0, c0: dc0 };
}

/** dX (+)= dZ W_ih, rows back in token order. */
function addInputGradient(
  { input, directions }: LayerState,
  job: Job,
  { x, n, panels, dGates }: { x: Float32Array; n: number; panels?: Float32Array; dGates: Float32Array },
): void {
  if (!panels) throw new Error('The panels of W_ih are missing');
  const { cell, layout, inputSize, hiddenSize } = input;
  addProduct(job, {
    a: dGates,
    panels,
    m: layout.tokenCount,
    n: inputSize,
    k: GATE_COUNTS[cell] * hiddenSize,
    out: x,
    rows: directions[n].rows,
    start: n === 0 ? 'zero' : 'out',
  });
}
