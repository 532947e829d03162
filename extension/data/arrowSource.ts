// Apache Arrow (IPC stream or file), as the Hugging Face library `datasets` saves it, one record batch at a time.
// The "line" of a row is its number, from 1. Invariant: sizes in the file are held against the file's size before anything is read.
import { tableFromIPC } from '@uwdata/flechette';
import { DataError } from './dataError.ts';
import type { OpenedSource, ReadItem, SourceRequest } from './readItem.ts';
import { chooseKeys, type FieldRecord } from './records.ts';
import type { FileSource } from './types.ts';

const FILE_MAGIC = 'ARROW1';
const FILE_MAGIC_BYTES = 8;
const PREFIX_BYTES = 8;
const CONTINUATION = -1;
const RECORD_BATCH = 3;
const MAX_MESSAGE_BYTES = 1 << 30;
const SAMPLE_ROWS = 200;

export async function openArrow(request: SourceRequest, files: FileSource): Promise<OpenedSource> {
  const { path } = request;
  const { how, names, toRow } = chooseKeys(request, await sampleArrow(request, files));
  return {
    isColumn: true,
    columns: names,
    how: [`Arrow: ${how}.`],
    async *read() {
      let line = 1;
      for await (const rows of readBatches(request, files)) {
        const start = line;
        line += rows.length;
        yield rows.map((row, at): ReadItem => toRow(row, { path, line: start + at }));
      }
    },
  };
}

/** The first rows. */
export async function sampleArrow(request: SourceRequest, files: FileSource): Promise<FieldRecord[]> {
  const { value: first = [] } = await readBatches(request, files).next();
  return first.slice(0, SAMPLE_ROWS);
}

/** The rows of each record batch: the library gets what stands before the batches, and one batch. */
async function* readBatches(request: SourceRequest, files: FileSource): AsyncGenerator<FieldRecord[]> {
  const before: Uint8Array[] = [];
  for await (const { bytes, type } of readMessages(request, files)) {
    if (type !== RECORD_BATCH) before.push(bytes);
    else yield decode(request, concat([...before, bytes]));
  }
}

function decode(request: SourceRequest, bytes: Uint8Array): FieldRecord[] {
  return understood(request, () => tableFromIPC(bytes).toArray() as FieldRecord[]);
}

/** What does not hold together is the file's fault, whoever notices. */
function understood<T>(request: SourceRequest, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw badArrow(request, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

interface Message {
  type: number;
  bytes: Uint8Array;
}

async function* readMessages(request: SourceRequest, files: FileSource): AsyncGenerator<Message> {
  const { path } = request;
  const size = await files.size(path);
  const head = new TextDecoder('latin1').decode(await files.slice(path, 0, Math.min(size, FILE_MAGIC.length)));
  let at = head === FILE_MAGIC ? FILE_MAGIC_BYTES : 0;
  while (at + PREFIX_BYTES <= size) {
    const prefix = viewOf(await files.slice(path, at, at + PREFIX_BYTES));
    const metadataLength = prefix.getInt32(4, true);
    if (prefix.getInt32(0, true) !== CONTINUATION) throw badArrow(request, `there is no message at byte ${at}`);
    if (metadataLength === 0) return;
    const bodyAt = at + PREFIX_BYTES + metadataLength;
    if (metadataLength < 0 || bodyAt > size) throw badArrow(request, `the message at byte ${at} is cut off`);
    const metadata = viewOf(await files.slice(path, at + PREFIX_BYTES, bodyAt));
    const { type, bodyLength } = understood(request, () => messageFacts(metadata));
    const isWhole = bodyLength >= 0 && bodyLength <= MAX_MESSAGE_BYTES && bodyAt + bodyLength <= size;
    if (!isWhole) throw badArrow(request, `the message at byte ${at} is cut off`);
    yield { type, bytes: await files.slice(path, at, bodyAt + bodyLength) };
    at = bodyAt + bodyLength;
  }
}

/** Kind and length of body, from the flatbuffer of a message (format/Message.fbs: fields 1 and 3). */
function messageFacts(view: DataView): { type: number; bodyLength: number } {
  const table = view.getInt32(0, true);
  const vtable = table - view.getInt32(table, true);
  const field = (index: number): number => {
    const entry = 4 + 2 * index;
    return entry < view.getUint16(vtable, true) ? view.getUint16(vtable + entry, true) : 0;
  };
  const [typeAt, bodyAt] = [field(1), field(3)];
  return {
    type: typeAt === 0 ? 0 : view.getUint8(table + typeAt),
    bodyLength: bodyAt === 0 ? 0 : Number(view.getBigInt64(table + bodyAt, true)),
  };
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function badArrow({ path, configPath }: SourceRequest, why: string, cause?: unknown): DataError {
  return new DataError({
    code: 'data.badArrow',
    message: `${path} cannot be read as Arrow: ${why}.`,
    remedy: 'Save it again, e.g. with save_to_disk of the library `datasets`, or as Parquet.',
    configPath: [...configPath, 'path'],
    cause,
  });
}
