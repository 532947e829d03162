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

function emptyFile({ path, configPath }: SourceRequest): DataError {
  return new DataError({
    code: 'data.empty',
    message: `${path} holds no rows.`,
    remedy: 'Name a file with data.',
    configPath: [...configPath, 'path'],
  });
}
