// Apache Parquet, a stretch of rows at a time. The "line" of a row is its number, from 1.
// Invariant: sizes in the file are held against the file's size before anything is read.
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { DataError } from './dataError.ts';
import type { OpenedSource, ReadItem, SourceRequest } from './readItem.ts';
import { chooseKeys } from './records.ts';
import type { FileSource } from './types.ts';

const SAMPLE_ROWS = 200;
const ROWS_AT_ONCE = 4096;

export async function openParquet(request: SourceRequest, files: FileSource): Promise<OpenedSource> {
  const { path } = request;
  const file = await bufferOf(path, files);
  const metadata = await understood(request, () => parquetMetadataAsync(file));
  const rowCount = Number(metadata.num_rows);
  const sample = await understood(request, () => readRows(file, metadata, [0, Math.min(rowCount, SAMPLE_ROWS)]));
  const { how, keys, toRow } = chooseKeys(request, sample);
  return {
    isColumn: true,
    how: [`Parquet, ${rowCount} rows: ${how}.`],
    async *read() {
      for (let from = 0; from < rowCount; from += ROWS_AT_ONCE) {
        const to = Math.min(rowCount, from + ROWS_AT_ONCE);
        const rows = await understood(request, () => readRows(file, metadata, [from, to], keys));
        yield rows.map((row, at): ReadItem => toRow(row, { path, line: from + at + 1 }));
      }
    },
  };
}

function readRows(
  file: AsyncBuffer,
  metadata: FileMetaData,
  [rowStart, rowEnd]: readonly [number, number],
  columns?: string[],
): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file, metadata, rowStart, rowEnd, columns });
}

async function bufferOf(path: string, files: FileSource): Promise<AsyncBuffer> {
  const byteLength = await files.size(path);
  return {
    byteLength,
    async slice(start, end = byteLength) {
      if (!(start >= 0 && start <= end && end <= byteLength)) throw new RangeError(`bytes ${start} to ${end}`);
      const bytes = await files.slice(path, start, end);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    },
  };
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
