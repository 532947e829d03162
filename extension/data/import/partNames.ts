// Which part of a dataset a file holds, by its name, and which files beside it hold the other parts.
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
