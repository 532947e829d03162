// One unit of one direction of one layer, and how signals, directions and cells are called. Pure.
import { type Direction, GATE_SIGNALS, type SignalName, type Trace } from '../../../extension/protocol/trace.ts';

export interface CellPlace {
  layer: number;
  direction: Direction;
  unit: number;
}

export const isSameCell = (a: CellPlace | undefined, b: CellPlace | undefined): boolean =>
  a?.layer === b?.layer && a?.direction === b?.direction && a?.unit === b?.unit;

export const SIGNAL_TITLES: Readonly<Record<SignalName, string>> = {
  i: 'Input gate i',
  f: 'Forget gate f',
  g: 'Candidate g',
  o: 'Output gate o',
  c: 'Cell state c',
  tanhC: 'tanh(c)',
  r: 'Reset gate r',
  z: 'Update gate z',
  n: 'Candidate n',
  h: 'Hidden state h',
};

/** Each signal keeps its colour in every view: an index into the palette. */
export const SIGNAL_COLORS: Readonly<Record<SignalName, number>> = {
  f: 0,
  i: 1,
  o: 2,
  g: 3,
  c: 5,
  tanhC: 6,
  z: 0,
  r: 1,
  n: 3,
  h: 7,
};

export const directionTitle = (direction: Direction): string => (direction === 0 ? 'forward' : 'backward');

/** `Layer 1`, or `Layer 1, backward` in a network that reads both ways. */
export function placeTitle(layer: number, direction: Direction, directionCount: 1 | 2): string {
  return directionCount === 1 ? `Layer ${layer}` : `Layer ${layer}, ${directionTitle(direction)}`;
}

export function cellTitle({ layer, direction, unit }: CellPlace, directionCount: 1 | 2): string {
  return `${placeTitle(layer, direction, directionCount)}, cell ${unit}`;
}

export const gatesOf = (trace: Trace): SignalName[] =>
  trace.signals.map(({ name }) => name).filter((name) => GATE_SIGNALS.has(name));
