// State carried from one window of a text to the next. Letters: B streams, H hidden units.
import type { ForwardOptions, Model } from '../model.ts';
import type { CarriedState } from './task.ts';

/**
 * Options that start a forward pass over `streams` texts at `initial` (of which the first streams go on) and fill `final` with the states
 * after it. A state of fewer streams than that, or of another cell, is a fault of the caller's: what is missing would be no number.
 */
export function carryState(
  model: Model,
  streams: number,
  { initial, final }: { initial: CarriedState | undefined; final: CarriedState },
): Pick<ForwardOptions, 'initial' | 'observe'> {
  const length = streams * model.shape.model.encoder.hiddenSize;
  const { layers, type } = model.shape.model.encoder;
  if (initial && initial.length !== layers)
    throw new Error(`The state is one of ${initial.length} layers, not ${layers}`);
  for (const { h, c } of initial ?? []) {
    const isWhole = h.length >= length && (type === 'lstm' ? c !== undefined && c.length >= length : c === undefined);
    if (!isWhole) throw new Error(`The state is not one of an ${type} with ${length} numbers a layer`);
  }
  return {
    initial: initial?.map(({ h, c }) => ({ h: h.subarray(0, length), c: c?.subarray(0, length) })),
    observe(layer, _direction, { hN, cN }) {
      final[layer] = { h: hN, c: cN };
    },
  };
}
