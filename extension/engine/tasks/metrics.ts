// Scores of a classifier from its confusion matrix, with the semantics of scikit-learn (zero_division = 0).
import type { ClassResults, ClassScores, Scores } from '../../schema/run.ts';
import { logSumExp } from '../linalg/softmax.ts';
import type { SetPredictions } from '../types.ts';

/** confusion[actual][predicted], counts. */
export function confusionMatrix(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classCount: number,
): number[][] {
  const confusion = Array.from({ length: classCount }, () => new Array<number>(classCount).fill(0));
  for (let at = 0; at < actual.length; at++) confusion[actual[at]][predicted[at]]++;
  return confusion;
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** Precision, recall and F1 of each class: precision_recall_fscore_support(labels = all, average = None). */
export function classScores(confusion: readonly number[][], labels: readonly string[]): ClassScores[] {
  return confusion.map((row, index) => {
    const hits = row[index];
    const support = row.reduce((sum, count) => sum + count, 0);
    const predicted = confusion.reduce((sum, other) => sum + other[index], 0);
    return {
      label: labels[index] ?? String(index),
      precision: ratio(hits, predicted),
      recall: ratio(hits, support),
      f1: ratio(2 * hits, predicted + support),
      support,
    };
  });
}

/**
 * Accuracy and F1 means. Macro is over the classes that occur among the actual or the predicted ones, as f1_score(average = 'macro')
 * has it; weighted is by support. All 0 for an empty set.
 */
export function scoresOf(
  confusion: readonly number[][],
): Required<Pick<Scores, 'accuracy' | 'macroF1' | 'weightedF1'>> {
  const classes = classScores(confusion, []);
  const total = classes.reduce((sum, { support }) => sum + support, 0);
  const hits = confusion.reduce((sum, row, index) => sum + row[index], 0);
  const present = classes.filter(({ support }, index) => support > 0 || confusion.some((row) => row[index] > 0));
  return {
    accuracy: ratio(hits, total),
    macroF1: ratio(
      present.reduce((sum, { f1 }) => sum + f1, 0),
      present.length,
    ),
    weightedF1: ratio(
      classes.reduce((sum, { f1, support }) => sum + f1 * support, 0),
      total,
    ),
  };
}

/** Index of the largest value of each row, the first of equal ones. */
export function argmaxRows(values: Float32Array, columns: number): Int32Array {
  const best = new Int32Array(values.length / columns);
  for (let row = 0; row < best.length; row++) {
    for (let column = 1; column < columns; column++) {
      if (values[row * columns + column] > values[row * columns + best[row]]) best[row] = column;
    }
  }
  return best;
}

/** -ln p of the class of each row of logits, without weights or smoothing. */
export function exampleLosses(logits: Float32Array, labels: ArrayLike<number>, classCount: number): Float64Array {
  const losses = new Float64Array(labels.length);
  for (let row = 0; row < losses.length; row++) {
    losses[row] = logSumExp(logits, row * classCount, classCount) - logits[row * classCount + labels[row]];
  }
  return losses;
}

/** What the SplitEvaluation of a classifier says in numbers; the list of misclassified examples needs the texts and is added by the caller. */
export function computeSplitEvaluation(
  predictions: SetPredictions,
  labels: readonly string[],
): Scores & { examples: number } & Omit<ClassResults, 'misclassified'> {
  return {
    ...predictions.scores,
    examples: predictions.predicted.length,
    perClass: classScores(predictions.confusion, labels),
    confusion: predictions.confusion,
  };
}
