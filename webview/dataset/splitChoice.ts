// What the split editor holds while somebody edits, and the manifest's key that it becomes. Pure.
import type { Splits } from '../../extension/schema/dataset.ts';

export interface SplitChoice {
  kind: 'none' | 'shares' | 'folds';
  /** In percent; 0: no such part. */
  validation: number;
  test: number;
  folds: number;
  seed: number;
  isStratified: boolean;
  groupColumn?: string | number;
}

const DEFAULTS: SplitChoice = { kind: 'none', validation: 10, test: 0, folds: 5, seed: 1, isStratified: true };

export function choiceOf(splits: Splits | undefined): SplitChoice {
  if (!splits) return DEFAULTS;
  const { validation, test, folds, seed = 1, stratified = true, groupColumn } = splits;
  return {
    kind: folds === undefined ? 'shares' : 'folds',
    validation: folds === undefined ? percent(validation) : DEFAULTS.validation,
    test: percent(test),
    folds: folds ?? DEFAULTS.folds,
    seed,
    isStratified: stratified,
    groupColumn,
  };
}

/** Undefined where nothing is cut. */
export function splitsOf(choice: SplitChoice): Splits | undefined {
  const { kind, validation, test, folds, seed, isStratified, groupColumn } = choice;
  if (kind === 'none') return undefined;
  return {
    ...(kind === 'folds' ? { folds } : { ...share('validation', validation), ...share('test', test) }),
    seed,
    ...(isStratified || groupColumn !== undefined ? {} : { stratified: false }),
    ...(groupColumn === undefined ? {} : { groupColumn }),
  };
}

/** Why the choice cannot be written, in words; undefined where it can. */
export function problemOf({ kind, validation, test, folds, seed }: SplitChoice): string | undefined {
  if (kind === 'none') return undefined;
  if (!Number.isInteger(seed) || seed < 0 || seed > 4_294_967_295)
    return 'The seed is a whole number from 0 to 4,294,967,295.';
  if (kind === 'folds')
    return Number.isInteger(folds) && folds >= 2 && folds <= 100 ? undefined : 'There are 2 to 100 folds.';
  if (!(validation >= 0 && test >= 0)) return 'Shares are percentages from 0 on.';
  if (validation + test === 0) return 'Give validation or test a share.';
  return validation + test < 100 ? undefined : 'Nothing would be left to train on.';
}

const percent = (fraction: number | undefined): number => Math.round((fraction ?? 0) * 1e6) / 1e4;
const share = (part: 'validation' | 'test', value: number) =>
  value > 0 ? { [part]: Math.round(value * 1e4) / 1e6 } : {};
