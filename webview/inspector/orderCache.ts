// The order of the rows that are shown. Worked out once for what it depends on: putting 512 rows in order by likeness takes a moment.
import type { DirectionTrace, SignalName } from '../../extension/protocol/trace.ts';
import type { InspectorStore } from './inspectorStore.ts';
import { rowOrder } from './rowOrders.ts';
import { matrixOf, rangeOf } from './signals.ts';

/** All signals stand in one order, so that a unit is the same row everywhere: for saturation that of the gate that keeps memory, else of h. */
const GATE_OF_MEMORY = { lstm: 'f', gru: 'z', rnn: 'h' } as const;

export class OrderCache {
  #key: readonly unknown[] = [];
  #order: Uint32Array = new Uint32Array();

  get(store: InspectorStore): Uint32Array {
    const { trace, shown, state } = store;
    if (!trace || !shown) return new Uint32Array();
    const signal = basisOf(store, shown);
    const pinned = state.order === 'pinned' ? store.pinnedUnits.join() : '';
    const key = [shown, signal, state.order, pinned];
    if (key.some((part, at) => part !== this.#key[at])) {
      this.#key = key;
      const matrix = matrixOf(trace, shown.signals[signal]!);
      this.#order = rowOrder(state.order, { matrix, range: rangeOf(trace, signal), pinned: store.pinnedUnits });
    }
    return this.#order;
  }
}

function basisOf({ trace, shownSignals, state }: InspectorStore, shown: DirectionTrace): SignalName {
  if (shownSignals.length === 1) return shownSignals[0];
  const wanted = state.order === 'saturation' ? GATE_OF_MEMORY[trace!.cell] : 'h';
  return shown.signals[wanted] ? wanted : shownSignals[0];
}
