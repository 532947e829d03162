// Two traces of one network, token beside token: how far every signal and every probability differs. Pure.
// Invariant: a trace against itself differs by zero everywhere.
import type { Direction, SignalName, Trace } from '../../../extension/protocol/trace.ts';
import { type Matrix, naturalOrder } from '../../shared/heatmap/matrix.ts';
import { changeOfToken } from '../numbers.ts';
import { type AlignedColumn, alignTokens } from './alignTokens.ts';
import {
  type DifferenceSummary,
  differenceOf,
  type ProbabilityChange,
  probabilityChanges,
  roundScale,
  summarizeDifference,
} from './difference.ts';

export interface SignalDifference {
  signal: SignalName;
  matrix: Matrix;
  summary: DifferenceSummary;
  /** Ends of the colours, fitting this signal alone: c moves tens of times as far as h does, and would leave it pale. */
  scale: number;
}

export interface TextDifference {
  columns: AlignedColumn[];
  /** Of each column: the token, or what became of it. */
  names: string[];
  signals: SignalDifference[];
  probabilities: ProbabilityChange[];
  order: Uint32Array;
}

/** Both traces must hold the layer and direction; undefined where one of them does not. */
export function differenceOfTexts(
  before: Trace,
  after: Trace,
  { layer, direction }: { layer: number; direction: Direction },
): TextDifference | undefined {
  const [from, to] = [before, after].map((trace) =>
    trace.layers.flat().find((part) => part.layer === layer && part.direction === direction),
  );
  if (!from || !to || before.hiddenSize !== after.hiddenSize) return undefined;
  const units = before.hiddenSize;
  const columns = alignTokens(tokenTexts(before), tokenTexts(after));
  const signals = before.signals.flatMap(({ name: signal }) => {
    const [old, now] = [from.signals[signal], to.signals[signal]];
    if (!old || !now) return [];
    const values = differenceOf(old, now, columns, units);
    const matrix = { values, rows: units, columns: columns.length };
    const summary = summarizeDifference(values, units);
    return [{ signal, matrix, summary, scale: roundScale(summary.largest) }];
  });
  return {
    columns,
    names: columns.map((column) => nameOf(column, before, after)),
    signals,
    probabilities: probabilityChanges(probabilitiesOf(before), probabilitiesOf(after)),
    order: naturalOrder(units),
  };
}

const tokenTexts = (trace: Trace): string[] => trace.tokens.map(({ text }) => text);

function nameOf({ kind, before, after }: AlignedColumn, old: Trace, now: Trace): string {
  const from = before === undefined ? '' : old.tokens[before].text;
  const to = after === undefined ? '' : now.tokens[after].text;
  if (kind === 'same') return to;
  if (kind === 'changed') return changeOfToken(from, to);
  return kind === 'inserted' ? `+${to}` : `−${from}`;
}

/** Of a classifier its classes; of a language model what it expects after the last token. */
function probabilitiesOf({ classes, nextTokens }: Trace): Map<string, number> {
  if (classes) return new Map(classes.map(({ label, probability }) => [label, probability]));
  return new Map(nextTokens?.at(-1)?.top.map(({ token, probability }) => [token, probability]));
}

/** The first column at which any signal differs; undefined where none does. */
export function firstDifference({ signals }: TextDifference): number | undefined {
  const firsts = signals.flatMap(({ summary }) => summary.firstChanged ?? []);
  return firsts.length > 0 ? Math.min(...firsts) : undefined;
}
