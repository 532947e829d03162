// What a bench gives: sections of rows, a row for each side of a case. Plain data, as it stands in benchmarks.json.
import type { Side, Spread, Turn } from './measure.ts';
import { spreadOf } from './measure.ts';

export const METRICS = [
  'milliseconds',
  'gflops',
  'rooflineShare',
  'stepShare',
  'timesPlain',
  'tokensPerSecond',
  'secondsAnEpoch',
  'secondsToScore',
  'wholeRunSeconds',
  'score',
  'peakBytes',
] as const;
export type Metric = (typeof METRICS)[number];

export interface Row {
  /** The case, such as `LSTM B32 T64 I128 H256`. */
  what: string;
  side: string;
  threads: number;
  /** Of a point on a growth curve. */
  at?: { axis: string; value: number };
  values: Partial<Record<Metric, Spread>>;
  /** How many times as fast as each peer, taken round by round. */
  speedOver?: Record<string, Spread>;
}

/** One bench as it ran: its own date, machine and versions, so that parts can be repeated alone. */
export interface Section {
  title: string;
  /** What was done, in a sentence or two. */
  about: string;
  date: string;
  machine: { processor: string; threads: number; memoryGiB: number; system: string };
  versions: Record<string, string>;
  rounds: number;
  rows: Row[];
}

export type Results = Record<string, Section>;

/** Work of a step. */
export interface Work {
  /** Floating-point operations of its matrix products: two a multiply-add. */
  flops?: number;
  tokens?: number;
}

export interface Case extends Work {
  what: string;
  threads: number;
  at?: Row['at'];
}

/** The rows of a case from the turns of its sides [side][round]. */
export function rowsOf(
  { what, threads, at, flops, tokens }: Case,
  sides: readonly Pick<Side, 'name' | 'isPeer' | 'peakBytes'>[],
  turns: readonly Turn[][],
): Row[] {
  const times = turns.map((own) => own.map(({ milliseconds }) => milliseconds));
  return sides.map((side, n) => {
    const rate = (work: number): number[] => times[n].map((time) => work / time);
    const values: Row['values'] = { milliseconds: spreadOf(times[n]) };
    if (flops) values.gflops = spreadOf(rate(flops / 1e6));
    if (flops && turns[n].every(({ peak }) => peak !== undefined))
      values.rooflineShare = spreadOf(rate(flops / 1e6).map((gflops, round) => gflops / (turns[n][round].peak ?? 0)));
    if (tokens) values.tokensPerSecond = spreadOf(rate(tokens * 1000));
    const bytes = side.peakBytes?.();
    if (bytes !== undefined) values.peakBytes = spreadOf([bytes]);
    return { what, side: side.name, threads, at, values, ...(side.isPeer ? {} : speedOver(n, sides, times)) };
  });
}

/** The ratios of side `n` to each peer, round by round. */
export function speedOver(
  n: number,
  sides: readonly Pick<Side, 'name' | 'isPeer'>[],
  times: readonly number[][],
): Pick<Row, 'speedOver'> {
  const ratios = sides.flatMap(({ name, isPeer }, peer) =>
    isPeer ? [[name, spreadOf(times[peer].map((time, round) => time / times[n][round]))]] : [],
  );
  return ratios.length === 0 ? {} : { speedOver: Object.fromEntries(ratios) };
}
