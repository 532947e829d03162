// A limit of time for regular expressions that stand in files of others. Only what runs the engine can end a match from outside, so it says how
// (node/matchLimit.ts); without it a match takes as long as it takes.

/** Runs `work`, and throws where it takes too long. */
export type MatchLimit = <T>(work: () => T) => T;

let limit: MatchLimit = (work) => work();

export function useMatchLimit(own: MatchLimit): void {
  limit = own;
}

/** Shorter texts end in time with any expression that is let in (subword/regexCost.ts), and to watch each would take longer than they do. */
const WATCHED_FROM = 128;

/** `length` in characters: of the text that `work` looks at. */
export const withinLimit = <T>(length: number, work: () => T): T => (length < WATCHED_FROM ? work() : limit(work));
