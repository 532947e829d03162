// Apache Parquet, a stretch of rows at a time. The "line" of a row is its number, from 1.
// Invariant: sizes in the file are held against the file's size before anything is read.
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { DataError } from './dataError.ts';
import type { OpenedSource, ReadItem, SourceRequest } from './readItem.ts';
import { chooseKeys, type FieldRecord, parseObject } from './records.ts';
import type { FileSource } from './types.ts';

const SAMPLE_ROWS = 200;
const ROWS_AT_ONCE = 4096;

export async function openParquet(request: SourceRequest, files: FileSource): Promise<OpenedSource> {
  const { path } = request;
  const file = await bufferOf(path, files);
  const metadata = await understood(request, () => parquetMetadataAsync(file));
  const rowCount = Number(metadata.num_rows);
  const sample = await understood(request, () => readRows(file, metadata, [0, Math.min(rowCount, SAMPLE_ROWS)]));
  const { how, keys, names, toRow } = chooseKeys(request, sample);
  return {
    isColumn: true,
    columns: names,
    how: [`Parquet, ${rowCount} rows: ${how}.`],
    seeksBy: 'number',
    async *read(start) {
      for (let from = start ? start.line - 1 : 0; from < rowCount; from += ROWS_AT_ONCE) {
        const to = Math.min(rowCount, from + ROWS_AT_ONCE);
        const rows = await understood(request, () => readRows(file, metadata, [from, to], keys));
        yield rows.map((row, at): ReadItem => toRow(row, { path, line: from + at + 1 }));
      }
    },
  };
}

/** The first rows, and the names of labels that the Hugging Face library `datasets` noted. */
export async function sampleParquet(
  request: SourceRequest,
  files: FileSource,
): Promise<{ rows: FieldRecord[]; features: unknown }> {
  const file = await bufferOf(request.path, files);
  const metadata = await understood(request, () => parquetMetadataAsync(file));
  const end = Math.min(Number(metadata.num_rows), SAMPLE_ROWS);
  const rows = await understood(request, () => readRows(file, metadata, [0, end]));
  const noted = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
  const info = parseObject(noted ?? '')?.info as { features?: unknown } | undefined;
  return { rows, features: info?.features };
}

function readRows(
  file: AsyncBuffer,
  metadata: FileMetaData,
  [rowStart, rowEnd]: readonly [number, number],
  columns?: string[],
): Promise<FieldRecord[]> {
  return parquetReadObjects({ file, metadata, rowStart, rowEnd, columns });
}

async function bufferOf(path: string, files: FileSource): Promise<AsyncBuffer> {
  const byteLength = await files.size(path);
  return {
    byteLength,
    slice(start, end = byteLength) {
      const bytes = readBytes(path, files, { start, end, byteLength });
      // The library asks for several stretches at once; when one cannot be decoded, it waits for the others no more.
      bytes.catch(() => undefined);
      return bytes;
    },
  };
}

async function readBytes(
  path: string,
  files: FileSource,
  { start, end, byteLength }: { start: number; end: number; byteLength: number },
): Promise<ArrayBuffer> {
  if (!(start >= 0 && start <= end && end <= byteLength)) throw new RangeError(`there are no bytes ${start} to ${end}`);
  const { buffer, byteOffset, byteLength: length } = await files.slice(path, start, end);
  return buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;
}

/** What the library cannot read is the file's fault, and said with its words. */
async function understood<T>({ path, configPath }: SourceRequest, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new DataError({
      code: 'data.badParquet',
      message: `${path} cannot be read as Parquet: ${cause instanceof Error ? cause.message : String(cause)}.`,
      remedy: 'Write it again without encryption, compressed with Snappy or not at all.',
      configPath: [...configPath, 'path'],
      cause,
    });
  }
}
