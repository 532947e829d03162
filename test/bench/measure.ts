// How times are taken: the sides of a comparison take turns, A B A B …, so that whatever else the machine does falls on all of them alike.
// A turn's time is the median of its steps; what is reported is the median of the turns with the lowest and the highest beside it.

/** Median, lowest and highest. */
export interface Spread {
  median: number;
  low: number;
  high: number;
}

export interface Turn {
  /** Median of the turn's steps. */
  milliseconds: number;
  /** Roofline measured right after the turn, with the same threads, in GF/s. */
  peak?: number;
}

/** One side of a comparison. */
export interface Side {
  name: string;
  /** Somebody else's engine, which ours is compared with. */
  isPeer: boolean;
  /** Steps for about `milliseconds`, at least three. */
  turn(milliseconds: number): Promise<Turn>;
  /** The most memory that was taken, where the side knows. */
  peakBytes?(): number;
  close?(): Promise<void>;
}

export interface MeasureOptions {
  rounds: number;
  /** Length of a turn. */
  turnMilliseconds: number;
}

const MIN_STEPS = 3;
/** Between turns, so that spinning threads of the one before are asleep. */
const PAUSE_MS = 30;

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('There is no median of nothing');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export const spreadOf = (values: readonly number[]): Spread => ({
  median: median(values),
  low: Math.min(...values),
  high: Math.max(...values),
});

/** Milliseconds of each of at least three steps, until `budget` milliseconds are over. */
export function timeSteps(step: () => void, budget: number): number[] {
  const times: number[] = [];
  const startedAt = performance.now();
  while (times.length < MIN_STEPS || performance.now() - startedAt < budget) {
    const from = performance.now();
    step();
    times.push(performance.now() - from);
  }
  return times;
}

const pause = (milliseconds: number): Promise<void> => new Promise((wake) => setTimeout(wake, milliseconds));

/** All turns of all sides [side][round], after one turn each that does not count. Closes the sides. */
export async function takeTurns(
  sides: readonly Side[],
  { rounds, turnMilliseconds }: MeasureOptions,
): Promise<Turn[][]> {
  try {
    const turns: Turn[][] = sides.map(() => []);
    for (let round = -1; round < rounds; round++) {
      for (const [n, side] of sides.entries()) {
        await pause(PAUSE_MS);
        const turn = await side.turn(turnMilliseconds);
        if (round >= 0) turns[n].push(turn);
      }
    }
    return turns;
  } finally {
    for (const side of sides) await side.close?.();
  }
}
