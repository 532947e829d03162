// The order of the rows that are shown, worked out once for what it depends on. Hundreds of rows by likeness take longer than a frame:
// that is done in slices, between which the page answers, and the last order stands until the new one is there.
import type { DirectionTrace, SignalName } from '../../extension/protocol/trace.ts';
import { type Matrix, naturalOrder } from '../shared/heatmap/matrix.ts';
import type { InspectorStore } from './inspectorStore.ts';
import { rowOrder } from './rowOrders.ts';
import { seriateInParts } from './seriation.ts';
import { matrixOf, rangeOf } from './signals.ts';

/** All signals stand in one order, so that a unit is the same row everywhere: for saturation that of the gate that keeps memory, else of h. */
const GATE_OF_MEMORY = { lstm: 'f', gru: 'z', rnn: 'h' } as const;

/** So few rows are ordered at once, whatever else the machine does. */
const FEW_ROWS = 40;
/** Of a frame, so that a slice is not felt. */
const SLICE_MS = 6;

export class OrderCache {
  readonly #onReady: () => void;
  #key: readonly unknown[] = [];
  #order: Uint32Array = new Uint32Array();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `onReady` is called when an order is there that `get` could not give at once. */
  constructor(onReady: () => void) {
    this.#onReady = onReady;
  }

  /** Until an order by likeness is worked out: the last one, where it has the same rows. */
  get(store: InspectorStore): Uint32Array {
    const { trace, shown, state } = store;
    if (!trace || !shown) return new Uint32Array();
    const signal = basisOf(store, shown);
    const pinned = state.order === 'pinned' ? store.pinnedUnits.join() : '';
    const key = [shown, signal, state.order, pinned];
    if (key.every((part, at) => part === this.#key[at])) return this.#order;
    this.#key = key;
    clearTimeout(this.#timer);
    const matrix = matrixOf(trace, shown.signals[signal]!);
    if (state.order === 'similarity') this.#seriate(matrix);
    else this.#order = rowOrder(state.order, { matrix, range: rangeOf(trace, signal), pinned: store.pinnedUnits });
    return this.#order;
  }

  #seriate(matrix: Matrix): void {
    const parts = seriateInParts(matrix);
    if (this.#runSlice(parts, matrix.rows <= FEW_ROWS ? Number.POSITIVE_INFINITY : SLICE_MS)) return;
    if (this.#order.length !== matrix.rows) this.#order = naturalOrder(matrix.rows);
    const goOn = (): void => {
      if (this.#runSlice(parts)) this.#onReady();
      else this.#timer = setTimeout(goOn);
    };
    this.#timer = setTimeout(goOn);
  }

  /** Whether the order is there. */
  #runSlice(parts: Generator<undefined, Uint32Array>, sliceMs = SLICE_MS): boolean {
    const endsAt = performance.now() + sliceMs;
    while (performance.now() < endsAt) {
      const { done, value } = parts.next();
      if (!done) continue;
      this.#order = value;
      return true;
    }
    return false;
  }
}

function basisOf({ trace, shownSignals, state }: InspectorStore, shown: DirectionTrace): SignalName {
  if (shownSignals.length === 1) return shownSignals[0];
  const wanted = state.order === 'saturation' ? GATE_OF_MEMORY[trace!.cell] : 'h';
  return shown.signals[wanted] ? wanted : shownSignals[0];
}
