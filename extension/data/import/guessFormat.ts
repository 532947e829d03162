// How rows lie in a file that nobody said anything about: by its first bytes, its name, and its first lines.
import { UserError } from '../../util/userError.ts';
import { areLabels, formatByName, type KnownFormat } from '../formats.ts';
import { looksQuoted } from '../rows.ts';

export interface GuessedFormat {
  format: KnownFormat;
  reason: string;
  /** Of separated values. */
  delimiter?: string;
}

const DELIMITERS = [',', ';', '\t', '|'];
const DELIMITER_NAMES: Readonly<Record<string, string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' };
const MIN_VECTOR_NUMBERS = 10;
const MOST = 0.95;
/** Share of digits, signs and white space. */
const MOSTLY_NUMBERS = 0.8;

const MAGIC: readonly (readonly [bytes: string, format: KnownFormat])[] = [
  ['PAR1', 'parquet'],
  ['ARROW1', 'arrow'],
  ['\xff\xff\xff\xff', 'arrow'],
];
const NOT_DATA: readonly (readonly [bytes: string, what: string, remedy: string])[] = [
  ['PK\x03\x04', 'a ZIP archive', 'Unpack it and name a file or folder of what it holds.'],
  ['\x1f\x8b', 'compressed by gzip', 'Unpack it first.'],
  ['\x89HDF', 'an HDF5 file, such as Keras keeps weights in', 'Name a file with texts.'],
  ['\x93NUMPY', 'a NumPy array', 'Name a file with texts.'],
  ['\x80\x02', 'a Python pickle', 'Name a file with texts; pickles can run code and are never opened.'],
  ['\x80\x03', 'a Python pickle', 'Name a file with texts; pickles can run code and are never opened.'],
  ['\x80\x04', 'a Python pickle', 'Name a file with texts; pickles can run code and are never opened.'],
];

/** By the first bytes; undefined where the file is text. Throws UserError `dataset.notText`. */
export function guessBinary(path: string, head: Uint8Array): GuessedFormat | undefined {
  const start = String.fromCharCode(...head.subarray(0, 8));
  const known = MAGIC.find(([bytes]) => start.startsWith(bytes));
  if (known) return { format: known[1], reason: 'by its first bytes' };
  const other = NOT_DATA.find(([bytes]) => start.startsWith(bytes));
  if (other) throw notText(path, other[1], other[2]);
  const hasMark = start.startsWith('\xff\xfe') || start.startsWith('\xfe\xff');
  if (!hasMark && head.includes(0)) throw notText(path, 'no text: it holds zero bytes', 'Name a file with texts.');
  return undefined;
}

function notText(path: string, what: string, remedy: string): UserError {
  return new UserError({ code: 'dataset.notText', message: `${path} is ${what}.`, remedy });
}

/** By name and first lines. Throws UserError `dataset.wordVectors`. */
export function guessTextFormat(path: string, head: string): GuessedFormat {
  const lines = wholeLines(head);
  const named = formatByName(path);
  if (named?.format === 'csv' || named?.format === 'tsv') return { ...named, ...guessDelimiter(named.format, head) };
  if (named) return named;
  if (/^\s*\{/.test(head) && lines.length > 1 && lines.every((line) => /^\s*\{.*\}\s*$/.test(line))) {
    return { format: 'jsonl', reason: 'each line is a JSON object' };
  }
  if (/^\s*[[{]/.test(head) && /^\s*\[\s*\{/.test(head)) return { format: 'json', reason: 'it is a JSON array' };
  if (areVectors(lines)) throw wordVectors(path);
  const columns = share(lines, (line) => line.includes('\t'));
  if (columns >= MOST) return { format: 'tsv', delimiter: '\t', reason: 'its lines have tabs' };
  const labels = lines.map((line) => /^\s*(\S+)\s+\S/.exec(line)?.[1] ?? '');
  if (new Set(labels).size > 1 && areLabels(labels) && !areWords(labels, lines)) {
    return { format: 'labelFirst', reason: `its lines begin with a label, such as ${quoted(labels)}` };
  }
  if ((head.match(/[-\d.,[\]\s]/g) ?? []).length > head.length * MOSTLY_NUMBERS) {
    throw notText(path, 'no text: nearly all of it are numbers', 'Name a file with texts.');
  }
  return { format: 'text', reason: 'its lines have neither columns nor labels' };
}

export function wholeLines(head: string): string[] {
  const lines = head.split('\n').filter((line) => line.trim() !== '');
  if (lines.length > 1 && !head.endsWith('\n')) lines.pop();
  return lines;
}

const share = (lines: readonly string[], fits: (line: string) => boolean): number =>
  lines.filter(fits).length / Math.max(1, lines.length);

function quoted(labels: readonly string[]): string {
  return [...new Set(labels)]
    .slice(0, 3)
    .map((label) => `"${label}"`)
    .join(', ');
}

/** Running text also begins with few words: but these stand within its lines about as often, which labels do not. */
function areWords(labels: readonly string[], lines: readonly string[]): boolean {
  const atStart = countsOf(labels.map((label) => label.toLowerCase()));
  const within = countsOf(lines.flatMap((line) => line.toLowerCase().trim().split(/\s+/).slice(1)));
  const words = labels.filter((label) => {
    const word = label.toLowerCase();
    return !/^[-+]?\d+$/.test(word) && (within.get(word) ?? 0) >= (atStart.get(word) ?? 0) * 0.1;
  });
  return words.length >= labels.length / 2;
}

function countsOf(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

function areVectors(lines: readonly string[]): boolean {
  const numbers = /^\S+(?: -?\d+(?:\.\d+)?(?:e-?\d+)?)+\s*$/i;
  return (
    lines.length > 1 &&
    share(lines, (line) => numbers.test(line) && line.trim().split(' ').length > MIN_VECTOR_NUMBERS) >= MOST
  );
}

function wordVectors(path: string): UserError {
  return new UserError({
    code: 'dataset.wordVectors',
    message: `${path} holds word vectors: each line is a word and its numbers.`,
    remedy: 'Name a file with texts.',
  });
}

/** The delimiter that gives most lines the same number of fields, more than one; the usual one where none does. */
function guessDelimiter(format: 'csv' | 'tsv', head: string): { delimiter: string; reason: string } {
  const usual = format === 'csv' ? ',' : '\t';
  const lines = wholeLines(head).slice(0, 50);
  const scoreOf = (delimiter: string): number => {
    if (looksQuoted(head, delimiter)) return 1.5;
    const counts = lines.map((line) => line.split(delimiter).length);
    const first = counts[0] ?? 1;
    return first < 2 ? 0 : counts.filter((count) => count >= first).length / counts.length;
  };
  const others = DELIMITERS.filter((delimiter) => delimiter !== usual);
  const best = others.reduce((found, delimiter) => (scoreOf(delimiter) > scoreOf(found) ? delimiter : found), usual);
  const delimiter = lines[0]?.includes(best) ? best : usual;
  return { delimiter, reason: `by its name (.${format}); fields end at a ${DELIMITER_NAMES[delimiter]}` };
}
