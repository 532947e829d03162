// The numbers of one unit at one token as the trace holds them: there at once, while its equation is on its way. Pure.
import { CELL_SIGNALS, type DirectionTrace, type SignalName, type Trace } from '../../extension/protocol/trace.ts';
import type { TracePlace } from './inspectorState.ts';

export interface CellNumbers {
  /** At the token; a signal that was not traced is absent. */
  now: Partial<Record<SignalName, number>>;
  /** After the token read before; zero where there is none. */
  before: { h: number; c: number };
}

export function cellNumbers(trace: Trace, shown: DirectionTrace, { unit, token }: TracePlace): CellNumbers {
  const { hiddenSize, tokens } = trace;
  const earlier = shown.direction === 0 ? token - 1 : token + 1;
  const isFirst = earlier < 0 || earlier >= tokens.length;
  const read = (name: SignalName, at: number): number | undefined => shown.signals[name]?.[at * hiddenSize + unit];
  const stateBefore = (name: SignalName): number => (isFirst ? 0 : (read(name, earlier) ?? Number.NaN));
  const now = Object.fromEntries(CELL_SIGNALS[trace.cell].map((name) => [name, read(name, token)]));
  return { now, before: { h: stateBefore('h'), c: stateBefore('c') } };
}
