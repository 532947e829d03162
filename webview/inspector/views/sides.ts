// The two sides of a comparison: what each shows, and where a cursor of one is on the other. Pure.
import {
  CELL_SIGNALS,
  type Direction,
  type DirectionTrace,
  type RecurrentCell,
  type SignalName,
  type Trace,
} from '../../../extension/protocol/trace.ts';
import type { CellPlace, Matrix } from '../../shared/heatmap/matrix.ts';
import { matrixOf } from '../signals.ts';
import type { HowToAsk } from '../traceQuestion.ts';
import { type AlignedColumn, alignTokens } from './alignTokens.ts';

export const SIDES = ['left', 'right'] as const;
export type Side = (typeof SIDES)[number];

/** A trace, and how it was asked for. */
export interface AnsweredTrace {
  trace: Trace;
  question: HowToAsk;
}

export interface SideTrace extends AnsweredTrace {
  part: DirectionTrace;
  signal: SignalName;
  matrix: Matrix;
}

/** In units and tokens of its own side. */
export interface SideCursor {
  side: Side;
  place: CellPlace;
}

export interface Sides extends Record<Side, SideTrace> {
  columns: readonly AlignedColumn[];
}

export interface WhatIsShown {
  layer: number;
  direction: Direction;
  signals: Readonly<Record<Side, SignalName>>;
}

/** Undefined where a trace holds nothing. */
export function pairSides(traces: Record<Side, AnsweredTrace>, shown: WhatIsShown): Sides | undefined {
  const [left, right] = SIDES.map((side) => sideOf(traces[side], shown, shown.signals[side]));
  if (!left || !right) return undefined;
  const [before, after] = [left, right].map(({ trace }) => trace.tokens.map(({ text }) => text));
  return { left, right, columns: alignTokens(before, after) };
}

/** The layer and direction that are asked for, else what was traced; a signal that the cell does not have counts as h. */
function sideOf(
  { trace, question }: AnsweredTrace,
  { layer, direction }: WhatIsShown,
  wanted: SignalName,
): SideTrace | undefined {
  const parts = trace.layers.flat();
  const part =
    parts.find((each) => each.layer === layer && each.direction === direction) ??
    parts.find((each) => each.direction === direction) ??
    parts[0];
  const signal = CELL_SIGNALS[trace.cell].includes(wanted) ? wanted : 'h';
  const values = part?.signals[signal];
  return part && values && { trace, question, part, signal, matrix: matrixOf(trace, values) };
}

/** Where a cursor of either side is on `side`: the same unit at the token that stands beside it; undefined where there is none. */
export function placeOn(side: Side, sides: Sides, cursor: SideCursor | undefined): CellPlace | undefined {
  if (!cursor) return undefined;
  const { rows, columns } = sides[side].matrix;
  const { row, column } = cursor.place;
  const here = cursor.side === side ? column : partnerOf(cursor.side, sides, column);
  return here !== undefined && here < columns && row < rows ? { row, column: here } : undefined;
}

function partnerOf(side: Side, { columns }: Sides, token: number): number | undefined {
  const found = columns.find(({ before, after }) => (side === 'left' ? before : after) === token);
  return side === 'left' ? found?.after : found?.before;
}

/** What keeps the old, and what is new, in a cell of each kind. */
const SAME_PART: Readonly<Partial<Record<SignalName, SignalName>>> = { f: 'z', z: 'f', g: 'n', n: 'g' };

/** The signal of another cell that does what `signal` does; undefined where it has none. */
export function counterpart(signal: SignalName, cell: RecurrentCell): SignalName | undefined {
  return [signal, SAME_PART[signal]].find((name) => name !== undefined && CELL_SIGNALS[cell].includes(name));
}
