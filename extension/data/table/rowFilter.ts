// Whether a row passes a filter. Findings without a list of rows are told from the text itself, by the same signs as the survey's.
import type { RowFilter, RowPart } from '../../protocol/datasetTable.ts';
import { isBadRow } from '../readItem.ts';
import { badRowCode } from '../survey/datasetSurvey.ts';
import { SIGNS } from '../survey/textStyle.ts';
import type { Example } from '../types.ts';
import type { NumberedItem } from './datasetTable.ts';
import type { FoundLines } from './foundLines.ts';

/** What filters need to know beside the row. */
export interface RowKnowledge {
  partOf(row: number): RowPart;
  found: FoundLines | undefined;
  /** Cuts texts into tokens, as the survey does. */
  split(text: string, limit?: number): string[];
  /** Tokens; findings of lengths speak of it. */
  maxLength: number;
  /** Characters of the longest text of each part. */
  longest: ReadonlyMap<RowPart, number>;
}

type RowTest = (numbered: NumberedItem) => boolean;

export function createRowFilter(filter: RowFilter, knowledge: RowKnowledge): RowTest {
  const { text, label, part, finding, length } = filter;
  const tests: RowTest[] = [];
  if (part !== undefined) tests.push(({ row }) => knowledge.partOf(row) === part);
  if (label !== undefined) tests.push(ofExamples((example) => example.label === label));
  if (text !== undefined && text !== '') {
    const pattern = new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'iu');
    tests.push(ofExamples((example) => pattern.test(example.text)));
  }
  if (length) tests.push(lengthTest(length, knowledge));
  if (finding !== undefined) tests.push(findingTest(finding, knowledge));
  return (numbered) => tests.every((test) => test(numbered));
}

const ofExamples =
  (test: (example: Example) => boolean): RowTest =>
  ({ item }) =>
    !isBadRow(item) && test(item);

function lengthTest(
  { unit, from = 0, to = Number.POSITIVE_INFINITY }: NonNullable<RowFilter['length']>,
  { split }: RowKnowledge,
) {
  // One token more than wanted tells as much as all of them.
  const limit = Number.isFinite(to) ? to + 1 : Math.max(1, from);
  return ofExamples(({ text }) => {
    const length = unit === 'characters' ? text.length : split(text, limit).length;
    return length >= from && length <= to;
  });
}

function findingTest(code: string, knowledge: RowKnowledge): RowTest {
  const { found, partOf } = knowledge;
  const isUsed = (row: number): boolean => partOf(row) !== 'leftOut';
  if (found?.knows(code)) return ({ row, item }) => isUsed(row) && found.has(code, item.path, item.line);
  const test = textTest(code, knowledge);
  return ({ row, item }) => {
    if (!isUsed(row)) return false;
    return isBadRow(item) ? badRowCode(item) === code : test(item, row);
  };
}

function textTest(code: string, { split, maxLength, longest, partOf }: RowKnowledge) {
  const sign = SIGNS[code];
  return ({ text }: Example, row: number): boolean => {
    if (sign) return sign.test(text.trimEnd());
    if (code === 'dataset.lineBreaks') return text.trimEnd().includes('\n');
    if (code === 'dataset.badCharacter') return text.includes('\ufffd');
    if (code === 'dataset.long') return split(text, maxLength + 1).length > maxLength;
    return code === 'dataset.truncated' && text.length === longest.get(partOf(row));
  };
}
