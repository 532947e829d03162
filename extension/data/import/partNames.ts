// What names of files say: the part of a dataset that a file holds, which files beside it hold the other parts, and what the dataset is called.
import type { DatasetPart } from '../../schema/source.ts';

const WORDS: Readonly<Record<DatasetPart, readonly string[]>> = {
  train: ['train', 'training'],
  validation: ['validation', 'valid', 'val', 'dev'],
  test: ['test', 'eval'],
};
const WORD = new RegExp(`(^|[^a-z])(${Object.values(WORDS).flat().join('|')})(?![a-z])`, 'i');

export interface PartOfName {
  part: DatasetPart;
  /** The name before and after the word for the part. */
  before: string;
  after: string;
}

/** Undefined where the name says nothing of a part. */
export function partOfName(name: string): PartOfName | undefined {
  const match = WORD.exec(name);
  if (!match) return undefined;
  const word = match[2].toLowerCase();
  const part = (Object.keys(WORDS) as DatasetPart[]).find((key) => WORDS[key].includes(word));
  const start = match.index + match[1].length;
  return part && { part, before: name.slice(0, start), after: name.slice(start + word.length) };
}

/** Of the names beside a training file: those of its other parts, e.g. `val.de` and `test_2016.de` beside `train.de`. */
export function otherParts(name: string, names: readonly string[]): { part: DatasetPart; name: string }[] {
  const own = partOfName(name);
  if (own?.part !== 'train') return [];
  return names.flatMap((other) => {
    const found = partOfName(other);
    const isBeside =
      found && found.part !== 'train' && found.before === own.before && endsAlike(found.after, own.after);
    return isBeside ? [{ part: found.part, name: other }] : [];
  });
}

/** `_2016_flickr.de` ends as `.de` does; `.lc.norm.tok.de` does not, it is another form of the text. */
function endsAlike(found: string, own: string): boolean {
  return found === own || (found.endsWith(own) && /^[_-][\w-]*$/.test(found.slice(0, found.length - own.length)));
}

const ENDING = /\.(?:csv|tsv|tab|jsonl|ndjson|json|txt|parquet|arrow)$/i;
/** `-00000-of-00001`, and words that say that nothing is missing. */
const WHOLE = /^[-_.](?:\d+[-_]of[-_]\d+|all|full|data)(?=$|[-_.])/i;

/**
 * What a dataset is called whose training file is this one: the name without its ending and without the word for the part, because the
 * dataset has the other parts too. Where only that word is left, the folder has the name: `sst2/train.csv`, `multi30k/train.de`.
 */
export function datasetName(folder: string, file: string): string {
  const stem = file.replace(ENDING, '') || file;
  const found = partOfName(stem);
  if (found?.part !== 'train') return stem;
  const before = found.before.replace(/[-_.\s]+$/, '') || folder;
  const name = before + found.after.replace(WHOLE, '');
  return name.replace(/[-_.\s]+$/, '') || stem;
}
