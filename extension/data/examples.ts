// A source of examples: one file or folder, opened (format, encoding, columns found and said) and then read as a stream.
// Invariant: every row comes out, as an example or as a bad row with its place.
import type { ResolvedSource } from '../schema/resolved.ts';
import { UserError } from '../util/userError.ts';
import { type ChosenColumns, type ColumnChoice, chooseColumns, looksLikeHeader } from './columns.ts';
import { DataError } from './dataError.ts';
import { decodeFile, detectEncoding, type KnownEncoding, readHead } from './decode.ts';
import { type FoundFormat, formatByContent, formatByName, formatOfFolder, type KnownFormat } from './formats.ts';
import { looksQuoted, type Row, readLines, readSeparated, type SeparatedFormat } from './rows.ts';
import type { BadRow, BadRowReason, Example, FileSource } from './types.ts';

const HEAD_CHARACTERS = 1 << 16;
const SAMPLE_ROWS = 200;

/** An example, or why there is none. */
export type ReadItem = Example | BadRow;

export const isBadRow = (item: ReadItem): item is BadRow => 'reason' in item;

export interface SourceRequest {
  source: ResolvedSource;
  /** Absolute path of the file or folder. */
  path: string;
  /** Where the source stands in the config. */
  configPath: readonly (string | number)[];
}

export interface OpenedSource {
  /** How it is read, and why, in words. */
  how: string[];
  /** In order; batches of what one piece of a file held. */
  read(): AsyncGenerator<ReadItem[]>;
}

/** Looks at the data and settles how to read it. Throws DataError where it cannot be read at all. */
export async function openSource(request: SourceRequest, files: FileSource): Promise<OpenedSource> {
  const { source, path } = request;
  const kind = await files.kind(path);
  if (kind === undefined) throw missing(request);
  const found = await findFormat(request, files, kind);
  const isFolderFormat = found.format === 'filePerClass' || found.format === 'folderPerClass';
  if (isFolderFormat !== (kind === 'folder')) throw wrongKind(request, found.format, kind);
  const said = source.format === 'auto' ? [`Read as ${found.format}: ${found.reason}.`] : [`Read as ${found.format}.`];
  const opened = isFolderFormat
    ? await openFolder(request, files, found.format)
    : await openFile(request, files, found.format);
  return { how: [...said, ...opened.how], read: () => withLabelPart(opened.read(), source.labelPart) };
}

async function findFormat(request: SourceRequest, files: FileSource, kind: 'file' | 'folder'): Promise<FoundFormat> {
  const { source, path, configPath } = request;
  if (source.format !== 'auto') return { format: source.format, reason: '' };
  if (kind === 'folder') return formatOfFolder(files, path);
  const byName = formatByName(path);
  if (byName) return byName;
  const { encoding } = await findEncoding(source, files, path);
  return formatByContent(await readHead(files, path, encoding, HEAD_CHARACTERS), path, configPath);
}

async function findEncoding(
  source: ResolvedSource,
  files: FileSource,
  path: string,
): Promise<{ encoding: KnownEncoding; how?: string }> {
  if (source.encoding !== 'auto') return { encoding: source.encoding };
  const { encoding, reason } = await detectEncoding(files, path);
  return { encoding, how: encoding === 'utf-8' ? undefined : `${path} is read as ${encoding}: ${reason}.` };
}

async function openFile(request: SourceRequest, files: FileSource, format: KnownFormat): Promise<OpenedSource> {
  const { source, path } = request;
  const { encoding, how } = await findEncoding(source, files, path);
  const text = () => decodeFile(files, path, encoding);
  const head = await readHead(files, path, encoding, HEAD_CHARACTERS);
  const opened =
    format === 'csv' || format === 'tsv'
      ? await openSeparated(request, { format, head, text })
      : openLines(request, { format, head, text });
  return { how: [...(how ? [how] : []), ...opened.how], read: opened.read };
}

interface OpenFile {
  format: KnownFormat;
  head: string;
  text(): AsyncGenerator<string>;
}

async function openSeparated(request: SourceRequest, { format, head, text }: OpenFile): Promise<OpenedSource> {
  const { source, path } = request;
  const delimiter = source.delimiter ?? (format === 'csv' ? ',' : '\t');
  const separated: SeparatedFormat = { path, delimiter, hasQuotes: format === 'csv' || looksQuoted(head, delimiter) };
  const sample = await firstRows(head, separated);
  const wanted: ColumnChoice[] = [source.textColumn, source.labelColumn];
  const hasHeader = source.header ?? (format === 'csv' || looksLikeHeader(sample[0] ?? [], wanted));
  const columns = chooseColumns({
    ...request,
    names: hasHeader ? (sample[0] ?? []) : undefined,
    sample: hasHeader ? sample.slice(1) : sample,
    textColumn: source.textColumn,
    labelColumn: source.labelColumn,
  });
  const quotes = separated.hasQuotes ? '' : ', quotes are text';
  const how = `${hasHeader ? 'The first row names the columns' : 'No header'}: ${columns.how}${quotes}.`;
  return { how: [how], read: () => readColumns(readSeparated(text(), separated), { columns, hasHeader, path }) };
}

/** The rows of a file's start; a row that the start cuts off is left out. */
async function firstRows(head: string, format: SeparatedFormat): Promise<string[][]> {
  const rows: string[][] = [];
  const pieces = async function* () {
    yield head;
  };
  try {
    for await (const batch of readSeparated(pieces(), format)) {
      for (const { value } of batch) if (value) rows.push(value);
    }
  } catch (error) {
    if (!UserError.is(error, 'data.unclosedQuote')) throw error;
  }
  return rows.slice(0, SAMPLE_ROWS);
}

async function* readColumns(
  batches: AsyncIterable<Row<string[]>[]>,
  { columns, hasHeader, path }: { columns: ChosenColumns; hasHeader: boolean; path: string },
): AsyncGenerator<ReadItem[]> {
  let isHeader = hasHeader;
  const last = Math.max(columns.text, columns.label);
  for await (const rows of batches) {
    const items: ReadItem[] = [];
    for (const { line, value, problem } of rows) {
      if (isHeader) isHeader = false;
      else if (!value) items.push({ path, line, reason: 'badQuotes', ...problem, detail: problem?.detail ?? '' });
      else if (value.length <= last)
        items.push(bad(path, line, 'missingField', `it has ${value.length} fields, ${last + 1} are needed`));
      else items.push(toItem(value[columns.text], value[columns.label], { path, line }));
    }
    yield items;
  }
}

function openLines(request: SourceRequest, { format, head, text }: OpenFile): OpenedSource {
  const { path } = request;
  if (format === 'jsonl') return openJsonLines(request, head, text);
  const parse = format === 'labelFirst' ? parseLabelFirst : parseLabelLast;
  return { how: [], read: () => readEachLine(text(), path, parse) };
}

async function* readEachLine(
  chunks: AsyncIterable<string>,
  path: string,
  parse: (text: string, place: { path: string; line: number }) => ReadItem,
): AsyncGenerator<ReadItem[]> {
  for await (const rows of readLines(chunks)) {
    const items: ReadItem[] = [];
    for (const { line, value, problem } of rows) {
      if (problem) items.push({ path, line, ...problem });
      else if (value !== undefined && value.trim() !== '') items.push(parse(value, { path, line }));
    }
    yield items;
  }
}

function parseLabelFirst(text: string, place: { path: string; line: number }): ReadItem {
  const [, label, rest] = /^\s*(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
  return toItem(rest ?? '', label ?? '', place);
}

function parseLabelLast(text: string, place: { path: string; line: number }): ReadItem {
  const tab = text.lastIndexOf('\t');
  if (tab < 0) return bad(place.path, place.line, 'missingField', 'it has no tab');
  return toItem(text.slice(0, tab), text.slice(tab + 1), place);
}

function openJsonLines(request: SourceRequest, head: string, text: () => AsyncGenerator<string>): OpenedSource {
  const { source, path } = request;
  const objects = head
    .split('\n')
    .slice(0, SAMPLE_ROWS)
    .map(parseObject)
    .filter((object) => object !== undefined);
  const names = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  const columns = chooseColumns({
    ...request,
    names,
    sample: objects.map((object) => names.map((name) => asText(object[name]) ?? '')),
    textColumn: source.textColumn,
    labelColumn: source.labelColumn,
  });
  const [textKey, labelKey] = [names[columns.text], names[columns.label]];
  return {
    how: [`JSON lines: ${columns.how}.`],
    read: () =>
      readEachLine(text(), path, (line, place) => {
        const object = parseObject(line);
        if (!object) return bad(path, place.line, 'badJson', 'it is not a JSON object');
        const [value, label] = [asText(object[textKey]), asText(object[labelKey])];
        if (value === undefined) return bad(path, place.line, 'missingField', `it has no "${textKey}"`);
        if (label === undefined) return bad(path, place.line, 'missingField', `it has no "${labelKey}"`);
        return toItem(value, label, place);
      }),
  };
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** One class a file or a folder; hidden files, and those that only say where the data is from, are not data. */
async function openFolder(request: SourceRequest, files: FileSource, format: KnownFormat): Promise<OpenedSource> {
  const { source, path } = request;
  const parts = format === 'filePerClass' ? await classFiles(files, path) : await classFolders(files, path);
  if (parts.length === 0) throw emptyFolder(request, format);
  const how: string[] = [];
  const encodings = new Map<string, KnownEncoding>();
  for (const { path: filePath } of parts) {
    const found = await findEncoding(source, files, filePath);
    encodings.set(filePath, found.encoding);
    if (found.how) how.push(found.how);
  }
  const labels = new Set(parts.map(({ label }) => label));
  return {
    how: [`${labels.size} classes in ${parts.length} files.`, ...how.slice(0, 10)],
    async *read() {
      for (const { label, path: filePath } of parts) {
        const text = decodeFile(files, filePath, encodings.get(filePath) as KnownEncoding);
        if (format === 'filePerClass') yield* readEachLine(text, filePath, (line, place) => toItem(line, label, place));
        else yield [toItem(await wholeText(text), label, { path: filePath, line: 1 })];
      }
    },
  };
}

interface ClassPart {
  label: string;
  path: string;
}

const NOT_DATA = /^\.|^(?:source|readme|licen[cs]e|notice)\b/i;

async function classFiles(files: FileSource, path: string): Promise<ClassPart[]> {
  const names = (await files.list(path)).filter((name) => !NOT_DATA.test(name));
  const parts: ClassPart[] = [];
  for (const name of names) {
    const filePath = `${path}/${name}`;
    if ((await files.kind(filePath)) === 'file') parts.push({ label: name.replace(/\.[^.]*$/, ''), path: filePath });
  }
  return parts;
}

async function classFolders(files: FileSource, path: string): Promise<ClassPart[]> {
  const parts: ClassPart[] = [];
  for (const label of await files.list(path)) {
    const folder = `${path}/${label}`;
    if (label.startsWith('.') || (await files.kind(folder)) !== 'folder') continue;
    for (const name of await files.list(folder)) {
      if (!name.startsWith('.')) parts.push({ label, path: `${folder}/${name}` });
    }
  }
  return parts;
}

async function wholeText(chunks: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}

function toItem(text: string, rawLabel: string, { path, line }: { path: string; line: number }): ReadItem {
  const label = rawLabel.trim();
  if (label === '') return bad(path, line, 'emptyLabel', 'the label is empty');
  if (text.trim() === '') return bad(path, line, 'emptyText', 'the text is empty');
  return { text, label, path, line };
}

function bad(path: string, line: number, reason: BadRowReason, detail: string): BadRow {
  return { path, line, reason, detail };
}

async function* withLabelPart(
  batches: AsyncIterable<ReadItem[]>,
  part: ResolvedSource['labelPart'],
): AsyncGenerator<ReadItem[]> {
  for await (const items of batches) {
    if (part === 'coarse') for (const item of items) if (!isBadRow(item)) item.label = item.label.split(':')[0];
    yield items;
  }
}

function missing({ path, configPath }: SourceRequest): DataError {
  return new DataError({
    code: 'data.fileMissing',
    message: `${path} does not exist.`,
    remedy: 'Paths are relative to the config.',
    configPath: [...configPath, 'path'],
  });
}

function wrongKind({ path, configPath }: SourceRequest, format: KnownFormat, kind: 'file' | 'folder'): DataError {
  return new DataError({
    code: 'data.kindMismatch',
    message: `${path} is a ${kind}, which the format "${format}" is not about.`,
    remedy:
      kind === 'folder'
        ? 'Use "filePerClass" or "folderPerClass", or name a file.'
        : 'Name a folder, or use another format.',
    configPath: [...configPath, 'format'],
  });
}

function emptyFolder({ path, configPath }: SourceRequest, format: KnownFormat): DataError {
  return new DataError({
    code: 'data.empty',
    message: `${path} holds no ${format === 'filePerClass' ? 'files' : 'folders with files'}.`,
    remedy: format === 'filePerClass' ? 'Put one text file a class into it.' : 'Put one folder a class into it.',
    configPath: [...configPath, 'path'],
  });
}
