// The columns of a file, by a look at its start: what an editor offers where a config or a manifest names one.
// Invariant: names and numbers are those that reading finds (separatedSource, records), with the same defaults.
import type { ColumnsRequest, OfferedColumn } from '../../protocol/columns.ts';
import { UserError } from '../../util/userError.ts';
import { looksLikeHeader } from '../columns.ts';
import { detectEncoding, readHead } from '../decode.ts';
import { formatByName } from '../formats.ts';
import { firstObjects } from '../jsonSource.ts';
import { asText, type FieldRecord, parseObject } from '../records.ts';
import { looksQuoted } from '../rows.ts';
import { firstRows } from '../separatedSource.ts';
import type { FileSource } from '../types.ts';
import { guessBinary, wholeLines } from './guessFormat.ts';
import { sampleOf } from './lookAtFile.ts';

const HEAD_BYTES = 1 << 16;
const MAX_COLUMNS = 500;

/** Empty where the file is not there, is broken, or has no columns. */
export async function columnsOf(request: ColumnsRequest, files: FileSource): Promise<OfferedColumn[]> {
  if ((await files.kind(request.path)) !== 'file') return [];
  try {
    return (await lookAt(request, files)).slice(0, MAX_COLUMNS);
  } catch (error) {
    if (UserError.is(error)) return [];
    throw error;
  }
}

async function lookAt(request: ColumnsRequest, files: FileSource): Promise<OfferedColumn[]> {
  const { path } = request;
  const bytes = await files.slice(path, 0, Math.min(HEAD_BYTES, await files.size(path)));
  const binary = guessBinary(path, bytes);
  if (binary) return byName((await sampleOf(path, binary, files)).rows);
  const start: FileSource = {
    ...files,
    async *read() {
      yield wholeBytes(bytes);
    },
  };
  const head = await readHead(start, path, (await detectEncoding(start, path)).encoding, HEAD_BYTES);
  const { format = 'auto' } = request;
  switch (format === 'auto' ? formatByName(path)?.format : format) {
    case 'csv':
      return separated(request, head, 'csv');
    case 'tsv':
      return separated(request, head, 'tsv');
    case 'json':
      return byName(await firstObjects(head));
    case 'jsonl':
      return byName(
        wholeLines(head)
          .map(parseObject)
          .filter((row) => row !== undefined),
      );
    default:
      return [];
  }
}

/** Up to the last line break, so that the end cuts no character in two. */
function wholeBytes(bytes: Uint8Array): Uint8Array {
  const end = bytes.lastIndexOf(0x0a);
  return bytes.length < HEAD_BYTES || end < 0 ? bytes : bytes.subarray(0, end + 1);
}

async function separated(
  { path, header, ...request }: ColumnsRequest,
  head: string,
  format: 'csv' | 'tsv',
): Promise<OfferedColumn[]> {
  const delimiter = request.delimiter ?? (format === 'csv' ? ',' : '\t');
  const rows = await firstRows(head, { path, delimiter, hasQuotes: format === 'csv' || looksQuoted(head, delimiter) });
  const [first = [], second = []] = rows;
  const hasHeader = header ?? (format === 'csv' || looksLikeHeader(first, []));
  return hasHeader
    ? first.map((name, at) => ({ column: name.trim() || at, example: second[at] ?? '' }))
    : first.map((example, at) => ({ column: at, example }));
}

function byName(rows: readonly FieldRecord[]): OfferedColumn[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return names.map((name) => ({ column: name, example: asText(rows[0]?.[name]) ?? '' }));
}
