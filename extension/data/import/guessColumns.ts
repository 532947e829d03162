// Which columns of a sample hold text and label, whether its first row names them, and why that is thought.
import { LABEL_NAMES, TEXT_NAMES } from '../columns.ts';

export interface GuessedColumns {
  text: string | number;
  /** Undefined: rows are texts alone. */
  label?: string | number;
  reasons: { text: string; label: string };
}

const MAX_LABEL_CHARACTERS = 40;
const MAX_LABELS = 200;
const MIN_ROWS_PER_LABEL = 3;
/** What stands in a column that only says where a row is from. */
const ATTRIBUTION = /\bCC[- ]?BY\b|https?:\/\/|\btatoeba\b|©|\blicen[cs]e\b/i;
const EXTRA_LABEL_NAMES = [
  'labels',
  'sentiment',
  'intent',
  'topic',
  'language',
  'stars',
  'rating',
  'y',
  'coarse_label',
];
const EXTRA_TEXT_NAMES = ['texts', 'content', 'comment', 'tweet', 'body', 'message', 'question', 'query', 'utterance'];

/** Whether a first row names columns, and why. */
export function guessHeader(rows: readonly (readonly string[])[]): { header: boolean; reason: string } {
  const [first = [], ...rest] = rows;
  const cells = first.map((cell) => cell.trim().toLowerCase());
  const usual = cells.find((cell) => [...allTextNames, ...allLabelNames].includes(cell));
  if (usual !== undefined) return { header: true, reason: `its first row has "${usual}", a usual name` };
  const isNumber = (text: string | undefined): boolean => text !== undefined && /^-?\d+(?:\.\d+)?$/.test(text.trim());
  const odd = cells.findIndex(
    (cell, at) => cell !== '' && !isNumber(cell) && rest.length > 1 && rest.every((row) => isNumber(row[at])),
  );
  if (odd >= 0) return { header: true, reason: `all of column ${odd} are numbers but the first` };
  return { header: false, reason: 'its first row looks like the others' };
}

const allTextNames = [...TEXT_NAMES, ...EXTRA_TEXT_NAMES];
const allLabelNames = [...LABEL_NAMES, ...EXTRA_LABEL_NAMES];

/** `names` are undefined where the file has none. `rows` are without the header. */
export function guessColumns(
  names: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
): GuessedColumns {
  const width = names?.length ?? Math.max(1, ...rows.map((row) => row.length));
  const columns = Array.from({ length: width }, (_, at) => rows.map((row) => row[at] ?? ''));
  const idOf = (at: number): string | number => names?.[at]?.trim() || at;
  const byName = (wanted: readonly string[]): number =>
    wanted.map((name) => (names ?? []).findIndex((own) => own.trim().toLowerCase() === name)).find((at) => at >= 0) ??
    -1;
  const namedLabel = byName(allLabelNames);
  const namedText = byName(allTextNames);
  const text = namedText >= 0 ? namedText : longestOf(columns, namedLabel);
  const label = namedLabel >= 0 && namedLabel !== text ? namedLabel : fewestOf(columns, text);
  return {
    text: idOf(text),
    label: label < 0 ? undefined : idOf(label),
    reasons: { text: textReason(columns, text, namedText), label: labelReason(columns, label, namedLabel) },
  };
}

function longestOf(columns: readonly string[][], taken: number): number {
  const lengthOf = (at: number): number => {
    const values = columns[at];
    if (at === taken) return -2;
    if (isAttribution(values)) return -1;
    return values.reduce((sum, value) => sum + value.length, 0);
  };
  return columns.reduce((best, _, at) => (lengthOf(at) > lengthOf(best) ? at : best), taken === 0 ? 1 : 0);
}

export function isAttribution(values: readonly string[]): boolean {
  return values.length > 0 && values.filter((value) => ATTRIBUTION.test(value)).length >= values.length * 0.9;
}

/** The column with the fewest different short values; -1 where none looks like labels. */
function fewestOf(columns: readonly string[][], text: number): number {
  const kindsOf = (at: number): number => {
    const values = columns[at].map((value) => value.trim());
    const kinds = new Set(values);
    const isLabel =
      at !== text &&
      kinds.size >= 2 &&
      kinds.size <= MAX_LABELS &&
      (kinds.size <= 2 || kinds.size * MIN_ROWS_PER_LABEL <= values.length) &&
      values.every((value) => value.length <= MAX_LABEL_CHARACTERS) &&
      !isAttribution(values);
    return isLabel ? kinds.size : Number.POSITIVE_INFINITY;
  };
  const best = columns.reduce((found, _, at) => (kindsOf(at) < kindsOf(found) ? at : found), 0);
  return Number.isFinite(kindsOf(best)) ? best : -1;
}

function textReason(columns: readonly string[][], at: number, named: number): string {
  if (at === named) return 'by its name';
  const others = columns.findIndex((values) => isAttribution(values));
  const skipped = others >= 0 && others !== at ? `; column ${others} only says where a row is from` : '';
  return (columns.length === 1 ? 'it is the only column' : 'it is the longest') + skipped;
}

function labelReason(columns: readonly string[][], at: number, named: number): string {
  if (at < 0) return 'no column has few short values';
  if (at === named) return 'by its name';
  const kinds = new Set(columns[at].map((value) => value.trim()));
  return `${kinds.size} different values in ${columns[at].length} rows`;
}
