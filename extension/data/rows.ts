// Rows of files: lines, JSON lines and separated values, each with the line it starts at. Nothing is interpreted here.
import Papa from 'papaparse';
import { UserError } from '../util/userError.ts';
import type { BadRowReason } from './types.ts';

/** A row longer than this is refused: no text of a person is, and memory is not endless. */
export const MAX_ROW_CHARACTERS = 16 << 20;

export interface Row<T> {
  /** 1-based. */
  line: number;
  /** Undefined where the row cannot be read. */
  value?: T;
  problem?: { reason: BadRowReason; detail: string };
}

const TOO_LONG = { reason: 'tooLong', detail: 'the row is longer than 16 MB' } as const;

/** Lines without their ends; empty lines too, but for the one after the last line feed. */
export async function* readLines(chunks: AsyncIterable<string>, firstLine = 1): AsyncGenerator<Row<string>[]> {
  let rest = '';
  let line = firstLine;
  let isSkipping = false;
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() as string;
    const rows = lines.map((value, at): Row<string> => {
      const isCut = isSkipping && at === 0;
      return isCut ? { line: line + at, problem: TOO_LONG } : { line: line + at, value };
    });
    if (lines.length > 0) isSkipping = false;
    if (rest.length > MAX_ROW_CHARACTERS || isSkipping) {
      isSkipping = true;
      rest = '';
    }
    line += lines.length;
    yield rows;
  }
  if (isSkipping) yield [{ line, problem: TOO_LONG }];
  else if (rest !== '') yield [{ line, value: rest }];
}

/** A quote that is never closed swallows all rows after it: no row can be called bad for that, the file is. */
function unclosedQuote(path: string, line: number): UserError {
  return new UserError({
    code: 'data.unclosedQuote',
    message: 'A quote opens here and is never closed.',
    remedy: 'Close it, or double it if it belongs to the text.',
    place: { path, line },
  });
}

export interface SeparatedFormat {
  /** Of the file, for errors. */
  path: string;
  delimiter: string;
  /** Whether fields may stand in quotes (RFC 4180); otherwise quotes are text. */
  hasQuotes: boolean;
}

/** Rows of separated values; rows without any field are left out. Throws UserError `data.unclosedQuote`. */
export async function* readSeparated(
  chunks: AsyncIterable<string>,
  format: SeparatedFormat,
  firstLine = 1,
): AsyncGenerator<Row<string[]>[]> {
  const parser = createParser(format);
  let rest = '';
  let line = firstLine;
  for await (const chunk of chunks) {
    rest += chunk;
    const { rows, nextLine, consumed } = parser(rest, line, false);
    rest = rest.slice(consumed);
    line = nextLine;
    if (rest.length > MAX_ROW_CHARACTERS) throw unclosedQuote(format.path, line);
    yield rows;
  }
  if (rest !== '') yield parser(rest, line, true).rows;
}

interface Parsed {
  rows: Row<string[]>[];
  nextLine: number;
  /** Characters that are done with. */
  consumed: number;
}

/** What Papa.Parser answers. */
interface PapaResult {
  data: string[][];
  errors: { code: string; message: string; row?: number }[];
  meta: { cursor: number };
}

function createParser({ path, delimiter, hasQuotes }: SeparatedFormat) {
  const config = { delimiter, newline: '\n', quoteChar: '"', escapeChar: '"' } as const;
  return (text: string, firstLine: number, isLast: boolean): Parsed => {
    if (!hasQuotes) return splitPlain(text, delimiter, firstLine, isLast);
    const { data, errors, meta } = new Papa.Parser(config).parse(text, 0, !isLast) as PapaResult;
    const problems = new Map(errors.map(({ row, message }) => [row, message]));
    const unclosed = errors.find(({ code }) => code === 'MissingQuotes')?.row;
    const rows: Row<string[]>[] = [];
    let line = firstLine;
    for (const [index, value] of data.entries()) {
      const problem = problems.get(index);
      if (index === unclosed) throw unclosedQuote(path, line);
      if (problem !== undefined) rows.push({ line, problem: { reason: 'badQuotes', detail: problem } });
      else if (value.length > 1 || value[0] !== '') rows.push({ line, value });
      line += 1 + value.reduce((breaks, field) => breaks + countLineFeeds(field), 0);
    }
    return { rows, nextLine: line, consumed: isLast ? text.length : meta.cursor };
  };
}

function splitPlain(text: string, delimiter: string, firstLine: number, isLast: boolean): Parsed {
  const lines = text.split('\n');
  const rest = isLast ? '' : (lines.pop() as string);
  const rows = lines
    .map((value, at) => ({ line: firstLine + at, value: value.split(delimiter) }))
    .filter(({ value }) => value.length > 1 || value[0] !== '');
  return { rows, nextLine: firstLine + lines.length, consumed: text.length - rest.length };
}

function countLineFeeds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** Whether the quotes at the start of a file are a convention: some fields are quoted, and none of them wrongly. */
export function looksQuoted(head: string, delimiter: string): boolean {
  const whole = head.slice(0, head.lastIndexOf('\n') + 1) || head;
  const { errors } = new Papa.Parser({ delimiter, newline: '\n' }).parse(whole, 0, true) as PapaResult;
  return errors.length === 0 && (whole.startsWith('"') || whole.includes(`${delimiter}"`) || whole.includes('\n"'));
}
