// Zip archives (APPNOTE 6.3), as PyTorch, Keras and NumPy write them: stored or deflated entries, found through the central directory.
// An entry is inflated when it is asked for, never beyond the size it names, and never beyond the allowance.
import type { Allowance } from './allowance.ts';
import { ByteReader } from './byteReader.ts';
import { clip, LIMITS, malformed, type ReaderTools, unsupported } from './weightsFile.ts';

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const END_OF_DIRECTORY_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const IN_EXTRA_FIELD = 0xffffffff;
const STORED = 0;
const DEFLATED = 8;

interface Entry {
  method: number;
  isEncrypted: boolean;
  packedBytes: number;
  bytes: number;
  localHeaderAt: number;
}

export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new ByteReader(bytes).u32() === LOCAL_HEADER;
}

export class ZipArchive {
  readonly #bytes: Uint8Array;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #tools: ReaderTools;
  readonly #allowance: Allowance;

  constructor(bytes: Uint8Array, tools: ReaderTools, allowance: Allowance) {
    this.#bytes = bytes;
    this.#tools = tools;
    this.#allowance = allowance;
    this.#entries = readDirectory(bytes, allowance);
  }

  get names(): string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** The bytes of an entry: a view where it is stored, inflated memory otherwise. */
  read(name: string): Uint8Array {
    const entry = this.#entries.get(name);
    if (!entry) throw malformed(`it has no part "${clip(name)}"`);
    if (entry.isEncrypted) throw unsupported('it is encrypted', 'Save it without a password.');
    const packed = packedBytesOf(this.#bytes, entry);
    if (entry.method === STORED) return packed;
    if (entry.method !== DEFLATED)
      throw unsupported(`"${clip(name)}" is packed in an unusual way`, 'Pack it with deflate.');
    this.#allowance.take(entry.bytes);
    return inflate(() => this.#tools.inflateRaw(packed, entry.bytes), entry.bytes);
  }
}

/** Runs an inflater; its own errors are the file's fault. */
export function inflate(run: () => Uint8Array, expectedBytes: number): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = run();
  } catch (cause) {
    throw malformed('a compressed part of it is damaged, or longer than it says', cause);
  }
  if (bytes.length !== expectedBytes) throw malformed('a compressed part of it is shorter than it says');
  return bytes;
}

function packedBytesOf(bytes: Uint8Array, { localHeaderAt, packedBytes }: Entry): Uint8Array {
  const reader = new ByteReader(bytes, localHeaderAt);
  if (reader.u32() !== LOCAL_HEADER) throw malformed('a part of it does not lie where it should');
  reader.skip(22);
  const [nameLength, extraLength] = [reader.u16(), reader.u16()];
  reader.skip(nameLength + extraLength);
  return reader.take(packedBytes);
}

function readDirectory(bytes: Uint8Array, allowance: Allowance): Map<string, Entry> {
  const { count, at } = findDirectory(bytes);
  if (count > LIMITS.tensors) throw malformed(`it claims to have ${count} parts`);
  const entries = new Map<string, Entry>();
  const reader = new ByteReader(bytes, at);
  for (let index = 0; index < count; index++) {
    if (reader.u32() !== CENTRAL_HEADER) throw malformed('its list of parts is damaged');
    const { name, entry } = readEntry(reader);
    allowance.take(64 + 2 * name.length);
    if (entries.has(name)) throw malformed(`it has two parts named "${clip(name)}"`);
    if (!name.endsWith('/')) entries.set(name, entry);
  }
  return entries;
}

function readEntry(reader: ByteReader): { name: string; entry: Entry } {
  reader.skip(4);
  const [flags, method] = [reader.u16(), reader.u16()];
  reader.skip(8);
  const [packedBytes, bytes] = [reader.u32(), reader.u32()];
  const [nameLength, extraLength, commentLength] = [reader.u16(), reader.u16(), reader.u16()];
  reader.skip(8);
  const localHeaderAt = reader.u32();
  if (nameLength > LIMITS.nameBytes) throw malformed('a part of it has an endless name');
  const name = reader.utf8(nameLength);
  const extra = reader.take(extraLength);
  reader.skip(commentLength);
  const sizes = withSizes64([bytes, packedBytes, localHeaderAt], extra);
  return {
    name,
    entry: { method, isEncrypted: (flags & 1) !== 0, bytes: sizes[0], packedBytes: sizes[1], localHeaderAt: sizes[2] },
  };
}

/** Sizes that do not fit 32 bits stand in the extra field 1, in this order, those only that do not fit. */
function withSizes64(sizes: number[], extra: Uint8Array): number[] {
  if (!sizes.includes(IN_EXTRA_FIELD)) return sizes;
  const reader = new ByteReader(extra);
  while (!reader.isAtEnd) {
    const [id, length] = [reader.u16(), reader.u16()];
    const field = new ByteReader(reader.take(length));
    if (id === 1) return sizes.map((size) => (size === IN_EXTRA_FIELD ? field.u64() : size));
  }
  throw malformed('a part of it has no size');
}

function findDirectory(bytes: Uint8Array): { count: number; at: number } {
  const earliest = Math.max(0, bytes.length - END_BYTES - MAX_COMMENT_BYTES);
  for (let at = bytes.length - END_BYTES; at >= earliest; at--) {
    if (bytes[at] !== 0x50 || new ByteReader(bytes, at).u32() !== END_OF_DIRECTORY) continue;
    const reader = new ByteReader(bytes, at + 10);
    const [count, , directoryAt] = [reader.u16(), reader.u32(), reader.u32()];
    if (count !== 0xffff && directoryAt !== IN_EXTRA_FIELD) return { count, at: directoryAt };
    return findDirectory64(bytes, at - 20);
  }
  throw malformed('its list of parts is missing: the end is cut off');
}

function findDirectory64(bytes: Uint8Array, locatorAt: number): { count: number; at: number } {
  const locator = new ByteReader(bytes, locatorAt);
  if (locator.u32() !== LOCATOR_64) throw malformed('its list of parts is damaged');
  locator.skip(4);
  const reader = new ByteReader(bytes, locator.u64());
  if (reader.u32() !== END_OF_DIRECTORY_64) throw malformed('its list of parts is damaged');
  reader.skip(28);
  const count = reader.u64();
  reader.skip(8);
  return { count, at: reader.u64() };
}
