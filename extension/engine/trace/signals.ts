// The signals of a recurrent cell, taken out of what a layer keeps. Letters: N tokens, H hidden units, G gates.
import type { RecurrentCell, SignalName } from '../../protocol/trace.ts';
import type { ResolvedEncoder } from '../../schema/resolved.ts';
import type { RecurrentResult } from '../layers/recurrent.ts';

/** Gates of each cell as they are stacked in a result. An RNN's one gate is h. */
export const STACKED_GATES: Readonly<Record<RecurrentCell, readonly SignalName[]>> = {
  lstm: ['i', 'f', 'g', 'o'],
  gru: ['r', 'z', 'n'],
  rnn: ['h'],
};

const STATES: Readonly<Record<RecurrentCell, readonly SignalName[]>> = {
  lstm: ['c', 'tanhC', 'h'],
  gru: ['h'],
  rnn: [],
};

/** All signals of a cell, in the order they are computed. */
export function signalsOf(cell: RecurrentCell): readonly SignalName[] {
  return [...STACKED_GATES[cell], ...STATES[cell]];
}

/** The values that a signal can have; undefined where there is no bound. */
export function rangeOf(signal: SignalName, encoder: ResolvedEncoder): readonly [number, number] | undefined {
  if (signal === 'c') return undefined;
  if (signal === 'i' || signal === 'f' || signal === 'o' || signal === 'r' || signal === 'z') return [0, 1];
  return encoder.type === 'rnn' && encoder.nonlinearity === 'relu' ? undefined : [-1, 1];
}

/** Copies [N, H] of the signals asked for, out of one direction's result. */
export function takeSignals(
  result: RecurrentResult,
  { cell, names, hiddenSize: H }: { cell: RecurrentCell; names: readonly SignalName[]; hiddenSize: number },
): Partial<Record<SignalName, Float32Array>> {
  const { out, gates, cells, tanhCells } = result;
  const states: Partial<Record<SignalName, Float32Array>> = { h: out, c: cells, tanhC: tanhCells };
  const stacked = STACKED_GATES[cell];
  return Object.fromEntries(
    names.map((name) => {
      const state = states[name];
      return [name, state ? state.slice() : gateOf(gates, stacked.indexOf(name), { H, G: stacked.length })];
    }),
  );
}

/** Columns g·H … of gates [N, G·H]. */
function gateOf(gates: Float32Array, g: number, { H, G }: { H: number; G: number }): Float32Array {
  if (g < 0) throw new Error('The cell has no such signal');
  const tokens = gates.length / (G * H);
  const own = new Float32Array(tokens * H);
  for (let token = 0; token < tokens; token++) {
    const from = (token * G + g) * H;
    own.set(gates.subarray(from, from + H), token * H);
  }
  return own;
}
