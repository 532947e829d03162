// Bytes to text: finds the encoding, decodes as a stream, and makes every line break a line feed.
import type { Encoding } from '../schema/source.ts';
import type { FileSource } from './types.ts';

export type KnownEncoding = Exclude<Encoding, 'auto'>;

export interface DetectedEncoding {
  encoding: KnownEncoding;
  /** Why, in words. */
  reason: string;
}

const BYTE_ORDER_MARKS: readonly (readonly [bytes: readonly number[], encoding: KnownEncoding])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

const LONGEST_MARK = 3;

/** By byte order mark, else UTF-8 where every byte of the file is, else Windows-1252. Reads the file once. */
export async function detectEncoding(files: FileSource, path: string): Promise<DetectedEncoding> {
  const mark = await readMark(files, path);
  if (mark) return { encoding: mark, reason: 'byte order mark' };
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const bytes of files.read(path)) decoder.decode(bytes, { stream: true });
    decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { encoding: 'windows-1252', reason: 'it is not UTF-8' };
  }
  return { encoding: 'utf-8', reason: 'every byte fits' };
}

async function readMark(files: FileSource, path: string): Promise<KnownEncoding | undefined> {
  const head: number[] = [];
  for await (const bytes of files.read(path)) {
    head.push(...bytes.subarray(0, LONGEST_MARK));
    if (head.length >= LONGEST_MARK) break;
  }
  return BYTE_ORDER_MARKS.find(([mark]) => mark.every((byte, at) => head[at] === byte))?.[1];
}

/** The encoding that was asked for, or the one that is found; `how` says what somebody may wonder about. */
export async function settleEncoding(
  files: FileSource,
  path: string,
  wanted: Encoding,
): Promise<{ encoding: KnownEncoding; how?: string }> {
  if (wanted !== 'auto') return { encoding: wanted };
  const { encoding, reason } = await detectEncoding(files, path);
  return { encoding, how: encoding === 'utf-8' ? undefined : `${path} is read as ${encoding}: ${reason}.` };
}

/**
 * Text of a file in pieces, without byte order mark, from byte `start` on, where a character must begin. CR LF and CR become LF;
 * bytes that fit no character become U+FFFD.
 */
export async function* decodeFile(
  files: Pick<FileSource, 'read'>,
  path: string,
  encoding: KnownEncoding,
  start?: number,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  let endsInReturn = false;
  for await (const bytes of files.read(path, start)) {
    let text = decoder.decode(bytes, { stream: true });
    if (text === '') continue;
    if (endsInReturn && text.startsWith('\n')) text = text.slice(1);
    endsInReturn = text.endsWith('\r');
    yield text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

/** The start of a file, at least `characters` long where the file is. */
export async function readHead(
  files: FileSource,
  path: string,
  encoding: KnownEncoding,
  characters: number,
): Promise<string> {
  let head = '';
  for await (const text of decodeFile(files, path, encoding)) {
    head += text;
    if (head.length >= characters) break;
  }
  return head;
}
