// LSTM, GRU and RNN layers on a machine: both directions at once; the backward pass is in recurrentBackward.ts.
// Letters: B texts, N tokens, T steps, I input size, H hidden units, G gates, D = H · directions.
import type { GruResult } from '../layers/gru.ts';
import type { LstmResult } from '../layers/lstm.ts';
import type { CellName, LayerInput, LayerPass, RecurrentResult, RecurrentWeights } from '../layers/recurrent.ts';
import { addHotInputs, addHotTable, hotTokensOf } from './hotTokens.ts';
import { type Job, need } from './job.ts';
import type { KernelMachine } from './machine.ts';
import { addPacking, addProduct, adoptAll } from './products.ts';
import { recurrentLayerBackward } from './recurrentBackward.ts';
import {
  type DirectionState,
  GATE_COUNTS,
  type LayerState,
  type RunningStates,
  recurrentArguments,
  splitRanks,
} from './recurrentCall.ts';

/** The arrays of every cell's result; those that a cell does not have are undefined. */
export type KernelResult = RecurrentResult &
  Partial<Pick<LstmResult, 'cells' | 'tanhCells'> & Pick<GruResult, 'newGateHidden'>>;

/** A layer over a batch. Everything it gives lies in the arena's current scope. */
export function recurrentLayerForward(machine: KernelMachine, cell: CellName, input: LayerInput): LayerPass {
  const shared = prepare(machine, { ...input, cell });
  const recurrentPanels = projectInputs(shared);
  const job = machine.job();
  const states = shared.directions.map(() => runningStates(shared));
  for (const [n, direction] of shared.directions.entries()) {
    const call = job.call(recurrentArguments(shared, direction, { panels: recurrentPanels[n], states: states[n] }));
    splitRanks(job, 'recurrentForward', call, shared);
  }
  machine.run(job);
  return {
    out: shared.out,
    results: () => shared.directions.map((direction) => resultOf(shared, direction)),
    backward: (dOut) => recurrentLayerBackward(shared, dOut),
  };
}

function prepare(machine: KernelMachine, input: LayerState['input']): LayerState {
  const { arena } = machine;
  const { cell, layout, hiddenSize: H, inputSize: I } = input;
  const { tokenCount: N, batchSize: B } = layout;
  const G = GATE_COUNTS[cell];
  const hot = input.isConstant ? input.hot : undefined;
  if (!hot) need(input.x, N * I, 'The input of a recurrent layer');
  const directions = input.weights.map((weights, n): DirectionState => {
    need(weights.weightIh, G * H * I, 'weight_ih');
    need(weights.weightHh, G * H * H, 'weight_hh');
    need(weights.biasIh, G * H, 'bias_ih');
    need(weights.biasHh, G * H, 'bias_hh');
    const { h0, c0 } = input.initial?.[n] ?? {};
    return {
      rows: arena.adopt(n === 1 ? layout.reverseRows : layout.forwardRows),
      weights: adoptAll(arena, { ...weights }),
      column: n * H,
      gates: arena.float32(N * G * H),
      cells: cell === 'lstm' || cell === 'gru' ? arena.float32(N * H) : undefined,
      tanhCells: cell === 'lstm' ? arena.float32(N * H) : undefined,
      h0: h0 && arena.adopt(need(h0, B * H, 'h0')),
      c0: c0 && arena.adopt(need(c0, B * H, 'c0')),
      hN: arena.float32(B * H),
      cN: cell === 'lstm' ? arena.float32(B * H) : undefined,
    };
  });
  return {
    machine,
    input,
    active: arena.adopt(layout.active),
    starts: arena.adopt(layout.starts),
    order: arena.adopt(layout.order),
    x: hot ? input.x : arena.adopt(input.x),
    hot: hot && hotTokensOf(need(hot, N, 'The one-hot tokens of a recurrent layer'), I),
    out: arena.float32(N * H * directions.length),
    width: H * directions.length,
    directions,
  };
}

/** The gates' inputs for all tokens of all directions; gives the panels of W_hh. */
function projectInputs(shared: LayerState): Float32Array[] {
  const { machine, input, directions } = shared;
  const { cell, hiddenSize: H } = input;
  const n = GATE_COUNTS[cell] * H;
  const packing = machine.job();
  const prepared = directions.map(({ weights }) => ({
    addInputs: prepareInputs(shared, packing, weights),
    recurrent: addPacking(machine, packing, { values: weights.weightHh, k: H, n, isTransposed: true }),
  }));
  machine.run(packing);
  const job = machine.job();
  for (const [d, { gates }] of directions.entries()) prepared[d].addInputs(job, gates);
  machine.run(job);
  return prepared.map(({ recurrent }) => recurrent);
}

/** Adds to a job what the result needs, which then adds to another: gates = W_ih x + b_ih (+ b_hh, but for the GRU). */
function prepareInputs(
  shared: LayerState,
  packing: Job,
  { weightIh, biasIh, biasHh }: RecurrentWeights,
): (job: Job, gates: Float32Array) => void {
  const { machine, x, hot, input } = shared;
  const { cell, layout, inputSize: k, hiddenSize: H } = input;
  const n = GATE_COUNTS[cell] * H;
  const start = { bias: biasIh, bias2: cell === 'gru' ? undefined : biasHh };
  if (hot) {
    const table = addHotTable(shared, packing, hot, { weightIh, ...start });
    return (job, gates) => addHotInputs(shared, job, { table, hot, gates });
  }
  const panels = addPacking(machine, packing, { values: weightIh, k, n, isTransposed: true });
  return (job, out) => addProduct(job, { a: x, panels, m: layout.tokenCount, n, k, out, start });
}

function runningStates({ machine, input }: LayerState): RunningStates {
  const { arena } = machine;
  const size = input.layout.batchSize * input.hiddenSize;
  const products = input.cell === 'gru' ? arena.float32(3 * size) : undefined;
  return { h: arena.float32(size), c: arena.float32(size), products };
}

/** What a direction gave. Final states are copies; gates and what belongs to them lie in the arena's current scope: they cost nothing. */
function resultOf({ input, out, width }: LayerState, direction: DirectionState): KernelResult {
  const { layout, hiddenSize: H } = input;
  const { gates, hN, cN, cells, tanhCells, column } = direction;
  return {
    get out() {
      if (width === H) return out;
      const own = new Float32Array(layout.tokenCount * H);
      for (let row = 0; row < layout.tokenCount; row++) {
        const from = row * width + column;
        own.set(out.subarray(from, from + H), row * H);
      }
      return own;
    },
    hN: hN.slice(),
    cN: cN?.slice(),
    gates,
    cells: input.cell === 'lstm' ? cells : undefined,
    tanhCells,
    newGateHidden: input.cell === 'gru' ? cells : undefined,
  };
}
