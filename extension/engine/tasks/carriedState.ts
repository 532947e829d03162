// State carried from one window of a text to the next. Letters: B streams, H hidden units.
import type { ForwardOptions, Model } from '../model.ts';
import type { CarriedState } from './task.ts';

/**
 * Options that start a forward pass over `streams` texts at `initial` (of which the first streams go on) and fill `final` with the states
 * after it.
 */
export function carryState(
  model: Model,
  streams: number,
  { initial, final }: { initial: CarriedState | undefined; final: CarriedState },
): Pick<ForwardOptions, 'initial' | 'observe'> {
  const length = streams * model.shape.model.encoder.hiddenSize;
  return {
    initial: initial?.map(({ h, c }) => ({ h: h.subarray(0, length), c: c?.subarray(0, length) })),
    observe(layer, _direction, { hN, cN }) {
      final[layer] = { h: hN, c: cN };
    },
  };
}
