// The header of an object in an HDF5 file: a list of messages, in its two forms (HDF5 File Format Specification 3.0, IV.A).
// Invariant: a block of messages is read once, so that no file can lead in a circle.
import type { Allowance } from '../allowance.ts';
import { ByteReader } from '../byteReader.ts';
import { malformed, unsupported } from '../weightsFile.ts';

export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
} as const;

export interface Message {
  type: number;
  data: Uint8Array;
}

/** The file, and what may be taken for it. */
export interface Hdf5Source {
  bytes: Uint8Array;
  allowance: Allowance;
}

/** How a form of the header lays out its messages. */
interface Form {
  /** Bytes before a message's data. */
  prefixBytes: number;
  readPrefix(block: ByteReader): { type: number; size: number; flags: number };
  /** Bytes at the start and at the end of a continuing block that are no messages. */
  frame: [start: number, end: number];
}

const IS_SHARED = 2;
const MESSAGE_COST = 64;

const FORM_1: Form = {
  prefixBytes: 8,
  readPrefix(block) {
    const [type, size, flags] = [block.u16(), block.u16(), block.u8()];
    block.skip(3);
    return { type, size, flags };
  },
  frame: [0, 0],
};

/** Signature and checksum frame a block of form 2. */
const form2 = (hasOrder: boolean): Form => ({
  prefixBytes: hasOrder ? 6 : 4,
  readPrefix(block) {
    const [type, size, flags] = [block.u8(), block.u16(), block.u8()];
    if (hasOrder) block.skip(2);
    return { type, size, flags };
  },
  frame: [4, 4],
});

export function readSignature(reader: ByteReader): string {
  return String.fromCharCode(...reader.take(4));
}

/** An address; undefined where it is "none". */
export function readAddress(reader: ByteReader): number | undefined {
  const isNone = reader.bytes.subarray(reader.at, reader.at + 8).every((byte) => byte === 0xff);
  if (!isNone) return reader.u64();
  reader.skip(8);
  return undefined;
}

/** A size of 1, 2, 4 or 8 bytes. */
export function readSize(reader: ByteReader, power: number): number {
  return [() => reader.u8(), () => reader.u16(), () => reader.u32(), () => reader.u64()][power]();
}

/** The messages of the object at an address. */
export function readMessages(source: Hdf5Source, at: number): Message[] {
  const reader = new ByteReader(source.bytes, at);
  if (source.bytes[at] === 1) {
    reader.skip(8);
    const length = reader.u32();
    reader.skip(4);
    return readBlocks(source, FORM_1, reader.take(length));
  }
  if (readSignature(reader) !== 'OHDR' || reader.u8() !== 2) throw malformed('an object in it has no header');
  const flags = reader.u8();
  if (flags & 0x20) reader.skip(16);
  if (flags & 0x10) reader.skip(4);
  const length = readSize(reader, flags & 3);
  return readBlocks(source, form2((flags & 4) !== 0), reader.take(length));
}

/** Messages of a block and of the blocks that continue it. */
function readBlocks(source: Hdf5Source, form: Form, first: Uint8Array): Message[] {
  const messages: Message[] = [];
  const blocks = [first];
  const seen = new Set<number>();
  for (let block = blocks.shift(); block; block = blocks.shift()) {
    if (seen.has(block.byteOffset)) throw malformed('an object in it leads in a circle');
    seen.add(block.byteOffset);
    const reader = new ByteReader(block);
    while (block.length - reader.at >= form.prefixBytes) {
      source.allowance.take(MESSAGE_COST);
      const { type, size, flags } = form.readPrefix(reader);
      const data = reader.take(size);
      if (type === MESSAGE.continuation) blocks.push(continuation(source, form, data));
      else if ((flags & IS_SHARED) === 0) messages.push({ type, data });
      else if (type === MESSAGE.datatype) throw unsupported('it has named datatypes', 'Save it with Keras or h5py.');
    }
  }
  return messages;
}

function continuation({ bytes }: Hdf5Source, { frame: [start, end] }: Form, data: Uint8Array): Uint8Array {
  const pointer = new ByteReader(data);
  const [at, length] = [pointer.u64(), pointer.u64()];
  if (length < start + end) throw malformed('an object in it ends too early');
  return new ByteReader(bytes, at + start).take(length - start - end);
}
