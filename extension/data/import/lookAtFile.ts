// One file as a proposal: format, encoding, header, columns and kind of its rows, each with the reason.
import type { DatasetFile } from '../../schema/dataset.ts';
import { sampleArrow } from '../arrowSource.ts';
import { detectEncoding, readHead } from '../decode.ts';
import { firstObjects } from '../jsonSource.ts';
import { sampleParquet } from '../parquetSource.ts';
import type { SourceRequest } from '../readItem.ts';
import { asText, type FieldRecord, parseObject } from '../records.ts';
import { looksQuoted } from '../rows.ts';
import { firstRows } from '../separatedSource.ts';
import type { FileSource } from '../types.ts';
import { guessColumns, guessHeader } from './guessColumns.ts';
import { type GuessedFormat, guessBinary, guessTextFormat } from './guessFormat.ts';
import { classNames } from './huggingFace.ts';
import type { Reason } from './proposal.ts';

const HEAD_BYTES = 4096;
const HEAD_CHARACTERS = 1 << 16;
const SAMPLE_ROWS = 200;

export interface LookedAtFile {
  /** With an absolute path. */
  file: DatasetFile;
  isText: boolean;
  /** Names of labels 0, 1, 2 … where the file says so. */
  labels?: string[];
  reasons: Reason[];
}

/** Throws UserError `dataset.notText`, `dataset.wordVectors`, and DataError where the file is broken. */
export async function lookAtFile(path: string, files: FileSource): Promise<LookedAtFile> {
  const size = await files.size(path);
  const binary = guessBinary(path, await files.slice(path, 0, Math.min(HEAD_BYTES, size)));
  if (binary) return withFields(path, binary, await sampleOf(path, binary, files));
  const { encoding, reason } = await detectEncoding(files, path);
  const head = await readHead(files, path, encoding, HEAD_CHARACTERS);
  const guessed = guessTextFormat(path, head);
  const looked = await lookAtText(path, guessed, head);
  const settled: DatasetFile = { ...looked.file, encoding };
  const why: Reason = { what: 'encoding', value: encoding, reason };
  return { ...looked, file: settled, reasons: [...looked.reasons, why] };
}

async function lookAtText(path: string, guessed: GuessedFormat, head: string): Promise<LookedAtFile> {
  const { format } = guessed;
  if (format === 'csv' || format === 'tsv') return lookAtSeparated(path, guessed, head);
  if (format === 'json') return withFields(path, guessed, { rows: await firstObjects(head) });
  if (format === 'jsonl') {
    const rows = head.split('\n').map(parseObject);
    return withFields(path, guessed, { rows: rows.filter((row) => row !== undefined).slice(0, SAMPLE_ROWS) });
  }
  return { file: { path, format }, isText: format === 'text', reasons: [formatReason(guessed)] };
}

async function lookAtSeparated(path: string, guessed: GuessedFormat, head: string): Promise<LookedAtFile> {
  const format = guessed.format as 'csv' | 'tsv';
  const delimiter = guessed.delimiter ?? (format === 'csv' ? ',' : '\t');
  const hasQuotes = format === 'csv' || looksQuoted(head, delimiter);
  const rows = await firstRows(head, { path, delimiter, hasQuotes });
  const { header, reason } = guessHeader(rows);
  const columns = guessColumns(header ? rows[0] : undefined, header ? rows.slice(1) : rows);
  const isUsual = delimiter === (format === 'csv' ? ',' : '\t');
  const { text, label } = columns;
  return {
    file: {
      path,
      format,
      ...(isUsual ? {} : { delimiter }),
      header,
      textColumn: text,
      ...(label === undefined ? {} : { labelColumn: label }),
    },
    isText: label === undefined,
    reasons: [
      formatReason(guessed),
      { what: 'header', value: header ? 'yes' : 'no', reason },
      ...columnReasons(columns),
    ],
  };
}

const formatReason = ({ format, reason }: GuessedFormat): Reason => ({ what: 'format', value: format, reason });

function columnReasons({ text, label, reasons }: ReturnType<typeof guessColumns>): Reason[] {
  return [
    { what: 'text', value: String(text), reason: reasons.text },
    { what: 'label', value: label === undefined ? 'none' : String(label), reason: reasons.label },
  ];
}

interface Sample {
  rows: readonly FieldRecord[];
  /** What the Hugging Face library `datasets` noted of the columns. */
  features?: unknown;
}

/** The first rows of a file of Parquet or Arrow. */
export async function sampleOf(
  path: string,
  { format }: Pick<GuessedFormat, 'format'>,
  files: FileSource,
): Promise<Sample> {
  const source = { path, format, labelPart: 'whole', encoding: 'auto' } as const;
  const request: SourceRequest = { source, path, configPath: [] };
  return format === 'parquet' ? sampleParquet(request, files) : { rows: await sampleArrow(request, files) };
}

function withFields(path: string, guessed: GuessedFormat, { rows, features }: Sample): LookedAtFile {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = guessColumns(
    names,
    rows.map((row) => names.map((name) => asText(row[name]) ?? '')),
  );
  const labels = classNames(features, columns.label);
  return {
    file: {
      path,
      format: guessed.format,
      textColumn: columns.text,
      ...(columns.label === undefined ? {} : { labelColumn: columns.label }),
    },
    isText: columns.label === undefined,
    labels,
    reasons: [formatReason(guessed), ...columnReasons(columns)],
  };
}
