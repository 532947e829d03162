// What parts and findings are called on the page.
import type { RowPart } from '../../extension/protocol/datasetTable.ts';

export const PART_NAMES: Readonly<Partial<Record<RowPart, string>>> = {
  train: 'train',
  validation: 'validation',
  test: 'test',
  leftOut: 'left out',
  unusable: 'unusable',
  pending: '…',
  none: 'none',
};

const FINDING_NAMES: Readonly<Record<string, string>> = {
  'dataset.leak': 'leak',
  'dataset.conflict': 'label conflict',
  'dataset.duplicate': 'duplicate',
  'dataset.nearLeak': 'near-leak',
  'dataset.nearDuplicate': 'near-duplicate',
  'dataset.emptyText': 'no text',
  'dataset.emptyLabel': 'no label',
  'dataset.badRow': 'unreadable',
  'dataset.badCharacter': 'undecoded character',
  'dataset.unknownLabel': 'label not in training',
  'dataset.long': 'long',
  'dataset.truncated': 'looks cut',
  'dataset.placeholder': 'placeholder',
  'dataset.markup': 'HTML',
  'dataset.accents': 'accents',
  'dataset.combining': 'combining marks',
  'dataset.mojibake': 'wrong encoding',
  'dataset.lineBreaks': 'line breaks',
};

/** A finding in a word or two; a note of the user's stays as it is. */
export const findingName = (code: string): string =>
  FINDING_NAMES[code] ?? (code === '' ? 'no reason given' : code.replace(/^dataset\./, ''));

/** Findings whose rows can be listed. */
export const hasRows = (code: string): boolean => code in FINDING_NAMES;
