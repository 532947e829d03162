// Scores as tables for terminals.
import { formatScore, SCORE_FACTS, scoreNames } from '../../protocol/scores.ts';
import type { ClassScores, SplitEvaluation } from '../../schema/run.ts';
import { TASK_UNITS, type TaskName } from '../../schema/tasks.ts';
import { count, percent, table } from './format.ts';

/** `macro F1`, as a column of a table. */
const columnTitle = (title: string): string => title[0].toLowerCase() + title.slice(1);

/** One row a split: what was predicted, and every score. */
export function scoresTable(
  rows: readonly (readonly [name: string, scores: SplitEvaluation])[],
  task: TaskName,
): string {
  const names = scoreNames(rows[0][1]);
  return table(
    ['', TASK_UNITS[task], ...names.map((name) => columnTitle(SCORE_FACTS[name].title))],
    rows.map(([name, scores]) => [
      name,
      count(scores.examples),
      ...names.map((score) => (score === 'loss' ? scores.loss.toFixed(4) : formatScore(score, scores[score]))),
    ]),
  );
}

/** Scores of the splits of a run, and of each class where there are classes. */
export function evaluationTables(
  rows: readonly (readonly [name: string, scores: SplitEvaluation])[],
  task: TaskName,
): string {
  const [, last] = rows[rows.length - 1];
  const scores = scoresTable(rows, task);
  return last.perClass ? `${scores}\n\n${classTable(last.perClass)}` : scores;
}

/** One row a class: precision, recall, F1, support. */
function classTable(perClass: readonly ClassScores[]): string {
  return table(
    ['label', 'precision', 'recall', 'F1', 'examples'],
    perClass.map(({ label, precision, recall, f1, support }) => [
      label,
      percent(precision),
      percent(recall),
      percent(f1),
      count(support),
    ]),
  );
}
