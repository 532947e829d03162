// Scores without what else stands beside them.
import { SCORE_NAMES, type Scores } from '../schema/run.ts';

/** The scores of anything that has them. */
export function scoresOnly(scores: Scores): Scores {
  const present = SCORE_NAMES.filter((name) => scores[name] !== undefined);
  return Object.fromEntries(present.map((name) => [name, scores[name]])) as Scores;
}
