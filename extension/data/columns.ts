// Which columns hold text and label: as the config says, or by name, or by looking at the first rows.
import { nearestName } from '../util/editDistance.ts';
import { DataError } from './dataError.ts';

export const TEXT_NAMES = ['text', 'sentence', 'review'];
export const LABEL_NAMES = ['label', 'class', 'category', 'target'];

/** A column as the config gives it: its name or 0-based number. */
export type ColumnChoice = string | number | undefined;

export interface ColumnQuestion {
  /** Names of the columns; undefined where the file has none. */
  names: readonly string[] | undefined;
  /** The first rows. */
  sample: readonly (readonly string[])[];
  textColumn: ColumnChoice;
  labelColumn: ColumnChoice;
  groupColumn?: ColumnChoice;
  /** Whether rows are texts alone. */
  isUnlabelled?: boolean;
  /** Where the source stands in the config. */
  configPath: readonly (string | number)[];
  /** The file, for errors. */
  path: string;
}

export interface ChosenColumns {
  text: number;
  /** Undefined where rows have none. */
  label?: number;
  group?: number;
  how: string;
}

const MAX_NAMES = 12;
const MAX_NAME_CHARACTERS = 40;

/** Names for messages: not more than fit, none longer than anybody reads. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).map((name) => {
    const flat = name.trim().replace(/\p{Cc}+/gu, ' ');
    return `"${flat.length > MAX_NAME_CHARACTERS ? `${flat.slice(0, MAX_NAME_CHARACTERS)}…` : flat}"`;
  });
  return names.length > MAX_NAMES ? `${shown.join(', ')} and ${names.length - MAX_NAMES} more` : shown.join(', ');
}

/** Throws DataError `data.columnMissing` or `data.columnUnclear`. */
export function chooseColumns(question: ColumnQuestion): ChosenColumns {
  const count = question.names?.length ?? Math.max(0, ...question.sample.map((row) => row.length));
  const givenText = given(question, 'textColumn', count);
  const group = given(question, 'groupColumn', count);
  const givenLabel = question.isUnlabelled ? undefined : given(question, 'labelColumn', count);
  const text =
    givenText ??
    named(question, TEXT_NAMES, givenLabel) ??
    longest(question, count, givenLabel ?? named(question, LABEL_NAMES));
  if (question.isUnlabelled && text >= 0) return { text, group, how: `text in ${nameOf(question, text)}` };
  const label = givenLabel ?? named(question, LABEL_NAMES, text) ?? (count === 2 ? 1 - text : undefined);
  if (label === undefined || text < 0 || label === text) throw unclear(question, count);
  return { text, label, group, how: `text in ${nameOf(question, text)}, label in ${nameOf(question, label)}` };
}

function nameOf({ names }: ColumnQuestion, column: number): string {
  return names ? `column "${names[column]}"` : `column ${column}`;
}

function named({ names }: ColumnQuestion, wanted: readonly string[], taken?: number): number | undefined {
  const lower = names?.map((name) => name.trim().toLowerCase()) ?? [];
  const found = wanted.map((name) => lower.indexOf(name)).find((column) => column >= 0 && column !== taken);
  return found;
}

/** The column with the most characters in the sample, but the one that is taken; -1 where there is none. */
function longest({ sample }: ColumnQuestion, count: number, taken: number | undefined): number {
  let best = -1;
  let bestLength = -1;
  for (let column = 0; column < count; column++) {
    const length = sample.reduce((sum, row) => sum + (row[column]?.length ?? 0), 0);
    if (column === taken || length <= bestLength) continue;
    best = column;
    bestLength = length;
  }
  return best;
}

function given(
  question: ColumnQuestion,
  key: 'textColumn' | 'labelColumn' | 'groupColumn',
  count: number,
): number | undefined {
  const choice = question[key];
  if (choice === undefined) return undefined;
  const { names, path, configPath } = question;
  const column = typeof choice === 'number' ? choice : (names ?? []).findIndex((name) => name.trim() === choice);
  if (column >= 0 && column < count) return column;
  const nearest =
    typeof choice === 'string' && names
      ? nearestName(
          choice,
          names.map((name) => name.trim()),
        )
      : undefined;
  const what = names ? `Its columns are ${listed(names)}.` : `It has ${count} columns without names.`;
  throw new DataError({
    code: 'data.columnMissing',
    message: `${path} has no column ${JSON.stringify(choice)}. ${what}`,
    remedy: nearest ? `Did you mean "${nearest}"?` : 'Give a column that is there, by name or 0-based number.',
    configPath: [...configPath, key],
    suggestion: nearest,
  });
}

function unclear({ names, path, configPath }: ColumnQuestion, count: number): DataError {
  const what = names ? `columns ${listed(names)}` : `${count} columns`;
  return new DataError({
    code: 'data.columnUnclear',
    message: `It is not clear which of the ${what} of ${path} hold text and label.`,
    remedy: 'Set textColumn and labelColumn.',
    configPath,
  });
}

/** Whether a first row names columns: it holds a wanted or a usual name. */
export function looksLikeHeader(row: readonly string[], wanted: readonly ColumnChoice[]): boolean {
  const cells = row.map((cell) => cell.trim());
  const usual = [...TEXT_NAMES, ...LABEL_NAMES];
  return cells.some((cell) => wanted.includes(cell) || usual.includes(cell.toLowerCase()));
}
