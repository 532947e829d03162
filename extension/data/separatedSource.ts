// Separated values: delimiter, quotes, header and columns are settled by the config or by a look at the first rows.
import { UserError } from '../util/userError.ts';
import { type ChosenColumns, type ColumnChoice, chooseColumns, looksLikeHeader } from './columns.ts';
import { DataError } from './dataError.ts';
import { bad, type OpenedSource, type OpenFile, type ReadItem, type SourceRequest, toItem } from './readItem.ts';
import { looksQuoted, type Row, readSeparated, type SeparatedFormat } from './rows.ts';

const SAMPLE_ROWS = 200;

export async function openSeparated(request: SourceRequest, { format, head, text }: OpenFile): Promise<OpenedSource> {
  const { source, path } = request;
  const delimiter = source.delimiter ?? (format === 'csv' ? ',' : '\t');
  const separated: SeparatedFormat = { path, delimiter, hasQuotes: format === 'csv' || looksQuoted(head, delimiter) };
  const sample = await firstRows(head, separated);
  if (sample.length === 0) throw emptyFile(request);
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
  const width = Math.max(...(hasHeader ? sample.slice(0, 1) : sample).map((row) => row.length));
  const layout: Layout = { ...separated, columns, hasHeader, width };
  return {
    isColumn: true,
    columns: hasHeader ? sample[0] : Array.from({ length: width }, (_, at) => at),
    seeksBy: 'byte',
    how: [how],
    read: (from) =>
      readColumns(readSeparated(text(from), separated, from?.line), { ...layout, hasHeader: hasHeader && !from }),
  };
}

interface Layout extends SeparatedFormat {
  columns: ChosenColumns;
  hasHeader: boolean;
  /** Number of columns: a row with more has a delimiter in its text, and text and label stand elsewhere. */
  width: number;
}

/** The rows of a file's start; a row that the start cuts off is left out. */
export async function firstRows(head: string, format: SeparatedFormat): Promise<string[][]> {
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

async function* readColumns(batches: AsyncIterable<Row<string[]>[]>, layout: Layout): AsyncGenerator<ReadItem[]> {
  const { path } = layout;
  let isHeader = layout.hasHeader;
  for await (const rows of batches) {
    const items: ReadItem[] = [];
    for (const { line, value, problem } of rows) {
      if (isHeader) isHeader = false;
      else if (!value) items.push({ path, line, reason: 'badQuotes', ...problem, detail: problem?.detail ?? '' });
      else items.push(rowItem(value, line, layout));
    }
    yield items;
  }
}

function rowItem(
  fields: readonly string[],
  line: number,
  { path, columns, width, delimiter, hasQuotes }: Layout,
): ReadItem {
  const { text, label, group } = columns;
  const needed = Math.max(text, label ?? 0, group ?? 0) + 1;
  if (fields.length < needed)
    return bad(path, line, 'missingField', `it has ${fields.length} fields, ${needed} are needed`);
  if (fields.slice(width).some((field) => field.trim() !== '')) {
    const remedy = hasQuotes ? `: a text with ${JSON.stringify(delimiter)} in it needs quotes` : '';
    return bad(path, line, 'extraField', `it has ${fields.length} fields, there are ${width} columns${remedy}`);
  }
  const [rawLabel, groupName] = [label, group].map((column) => (column === undefined ? undefined : fields[column]));
  return toItem(fields[text], rawLabel, { path, line }, groupName);
}

function emptyFile({ path, configPath }: SourceRequest): DataError {
  return new DataError({
    code: 'data.empty',
    message: `${path} holds no rows.`,
    remedy: 'Name a file with data.',
    configPath: [...configPath, 'path'],
  });
}
