// How signals, directions and units are called, and which colour a signal has. Pure.
import {
  CELL_SIGNALS,
  type Direction,
  GATE_SIGNALS,
  type RecurrentCell,
  type SignalName,
} from '../../../extension/protocol/trace.ts';
import type { UnitPlace } from '../inspectorState.ts';
import { SIGNAL_FACTS } from '../signals.ts';

/** `Forget gate f` */
export function signalTitle(name: SignalName): string {
  const { title, symbol } = SIGNAL_FACTS[name];
  const capital = `${title[0].toUpperCase()}${title.slice(1)}`;
  return name === 'tanhC' ? capital : `${capital} ${symbol}`;
}

/** Each signal keeps its colour in every view: an index into the palette. */
export const SIGNAL_COLORS: Readonly<Record<SignalName, number>> = {
  i: 2,
  f: 1,
  g: 3,
  o: 5,
  c: 0,
  tanhC: 6,
  h: 7,
  r: 2,
  z: 1,
  n: 3,
};

export const directionTitle = (direction: Direction): string => (direction === 0 ? 'forward' : 'backward');

/** `Layer 1`, or `Layer 1, backward` in a network that reads both ways. */
export function placeTitle(layer: number, direction: Direction, directionCount: 1 | 2): string {
  return directionCount === 1 ? `Layer ${layer}` : `Layer ${layer}, ${directionTitle(direction)}`;
}

export function unitTitle({ layer, direction, unit }: UnitPlace, directionCount: 1 | 2): string {
  return `${placeTitle(layer, direction, directionCount)}, unit ${unit}`;
}

export const gatesOf = (cell: RecurrentCell): SignalName[] =>
  CELL_SIGNALS[cell].filter((name) => GATE_SIGNALS.has(name));
