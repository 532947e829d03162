// The order of labels, which is the order of classes everywhere.
import { compareCodePoints } from '../text/vocabulary.ts';

/** All-integer labels by value, others by code point. */
export function sortLabels(labels: Iterable<string>): string[] {
  const all = [...labels];
  const areIntegers = all.every((label) => /^-?\d{1,15}$/.test(label));
  return all.sort((a, b) => (areIntegers ? Number(a) - Number(b) : 0) || compareCodePoints(a, b));
}
