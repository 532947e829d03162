// How a signal is named in files of traces.
import type { Direction } from '../../protocol/trace.ts';

export const DIRECTION_NAMES = ['forward', 'backward'] as const;

/** `layer0.forward.f` */
export function signalPlace(layer: number, direction: Direction, signal: string): string {
  return `layer${layer}.${DIRECTION_NAMES[direction]}.${signal}`;
}
