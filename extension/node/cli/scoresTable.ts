// Scores as tables for terminals.
import type { Scores, SplitEvaluation } from '../../schema/run.ts';
import { count, percent, table } from './format.ts';

/** One row a split: examples, accuracy, F1s, loss. */
export function scoresTable(rows: readonly (readonly [name: string, scores: Scores & { examples: number }])[]): string {
  return table(
    ['', 'examples', 'accuracy', 'macro F1', 'weighted F1', 'loss'],
    rows.map(([name, { examples, accuracy, macroF1, weightedF1, loss }]) => [
      name,
      count(examples),
      percent(accuracy),
      percent(macroF1),
      percent(weightedF1),
      loss.toFixed(4),
    ]),
  );
}

/** One row a class: precision, recall, F1, support. */
export function classTable({ perClass }: SplitEvaluation): string {
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
