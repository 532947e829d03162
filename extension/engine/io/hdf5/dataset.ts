// The data of an HDF5 dataset: in one piece, within its header, or in chunks found through a B-tree and passed through filters
// (specification IV.A.2.i and l, III.A.1).
import { ByteReader } from '../byteReader.ts';
import type { Elements } from '../elements.ts';
import { clip, countElements, LIMITS, malformed, type ReaderTools, unsupported } from '../weightsFile.ts';
import { inflate } from '../zip.ts';
import { type Datatype, readDataspace, readDatatype } from './datatype.ts';
import { type Hdf5Source, MESSAGE, type Message, readAddress, readSignature } from './objectHeader.ts';

const FILTER = { deflate: 1, shuffle: 2, checksum: 3 } as const;
const CHECKSUM_BYTES = 4;
const MAX_FILTERS = 8;

export interface Dataset {
  shape: number[];
  datatype: Datatype;
  /** The numbers, row-major. Throws UserError `weights.*`; only for a datatype of numbers. */
  read(tools: ReaderTools): Elements;
}

const find = (messages: readonly Message[], type: number): ByteReader | undefined => {
  const message = messages.find((candidate) => candidate.type === type);
  return message && new ByteReader(message.data);
};

/** What the messages of an object say of a dataset; undefined for an object that is none. */
export function openDataset(source: Hdf5Source, name: string, messages: readonly Message[]): Dataset | undefined {
  const [space, type, layout] = [MESSAGE.dataspace, MESSAGE.datatype, MESSAGE.layout].map((id) => find(messages, id));
  if (!space || !type || !layout) return undefined;
  const shape = readDataspace(space) ?? [0];
  const datatype = readDatatype(type);
  return {
    shape,
    datatype,
    read(tools) {
      if (datatype.kind !== 'number') throw malformed(`"${clip(name)}" holds no numbers`);
      const filters = readFilters(find(messages, MESSAGE.filters));
      const bytes = readLayout({ source, name, shape, elementBytes: datatype.bytes, filters, tools }, layout);
      return { bytes, type: datatype.type, isBigEndian: datatype.isBigEndian };
    },
  };
}

interface Reading {
  source: Hdf5Source;
  name: string;
  shape: readonly number[];
  elementBytes: number;
  filters: readonly number[];
  tools: ReaderTools;
}

function readLayout(reading: Reading, layout: ByteReader): Uint8Array {
  const { source, name, shape, elementBytes } = reading;
  const expected = countElements(name, shape) * elementBytes;
  const version = layout.u8();
  const kind = layout.u8();
  if (version !== 3 && !(version === 4 && kind < 2)) throw tooNew();
  if (kind === 0) return exactly(name, layout.take(layout.u16()), expected);
  if (kind === 2) return readChunks(reading, layout, expected);
  if (kind !== 1) throw malformed(`the layout of "${clip(name)}" is unknown`);
  const at = readAddress(layout);
  if (at !== undefined) return new ByteReader(source.bytes, at).take(expected);
  // Space that nobody wrote to reads as zeros.
  source.allowance.take(expected);
  return new Uint8Array(expected);
}

function exactly(name: string, bytes: Uint8Array, expected: number): Uint8Array {
  if (bytes.length < expected) throw malformed(`the numbers of "${clip(name)}" are cut off`);
  return bytes.subarray(0, expected);
}

function tooNew() {
  return unsupported('it uses a layout of newer HDF5 versions', "Save it with h5py's default libver, as Keras does.");
}

/** Ids of the filters that chunks passed through, first to last. */
function readFilters(reader: ByteReader | undefined): number[] {
  if (!reader) return [];
  const [version, count] = [reader.u8(), reader.u8()];
  if (count > MAX_FILTERS || (version !== 1 && version !== 2))
    throw malformed('its data passed through unknown filters');
  if (version === 1) reader.skip(6);
  return Array.from({ length: count }, () => {
    const id = reader.u16();
    const nameBytes = version === 1 || id >= 256 ? reader.u16() : 0;
    reader.skip(2);
    const values = reader.u16();
    reader.skip(nameBytes + 4 * values + (version === 1 && values % 2 === 1 ? 4 : 0));
    return id;
  });
}

function readChunks(reading: Reading, layout: ByteReader, expected: number): Uint8Array {
  const { source, name, shape, elementBytes, filters } = reading;
  const rank = layout.u8() - 1;
  const tree = readAddress(layout);
  const chunk = Array.from({ length: Math.min(rank, LIMITS.rank) }, () => layout.u32());
  if (rank !== shape.length || chunk.some((size) => size === 0))
    throw malformed(`the chunks of "${clip(name)}" do not fit it`);
  const chunkBytes = countElements(name, chunk) * elementBytes;
  const chunkCount = shape.reduce((count, size, axis) => count * Math.ceil(size / chunk[axis]), 1);
  source.allowance.take(expected + (filters.length > 0 ? chunkBytes * chunkCount : 0));
  const bytes = new Uint8Array(expected);
  if (tree === undefined) return bytes;
  let read = 0;
  for (const { at, packedBytes, mask, offset } of chunksOf(source, tree, shape.length)) {
    if (++read > chunkCount) throw malformed(`"${clip(name)}" has more chunks than it has room for`);
    const packed = new ByteReader(source.bytes, at).take(filters.length > 0 ? packedBytes : chunkBytes);
    placeChunk(bytes, unfilter(reading, { packed, mask, chunkBytes }), { shape, chunk, offset, elementBytes });
  }
  return bytes;
}

interface Chunk {
  at: number;
  packedBytes: number;
  /** Bit i: filter i was left out. */
  mask: number;
  /** Place of its first element. */
  offset: number[];
}

/** The chunks that a B-tree of version 1 names, each node once. */
function* chunksOf(source: Hdf5Source, root: number, rank: number): Generator<Chunk> {
  const nodes = [root];
  const seen = new Set<number>();
  for (let at = nodes.pop(); at !== undefined; at = nodes.pop()) {
    if (seen.has(at)) throw malformed('the data in it leads in a circle');
    seen.add(at);
    const node = new ByteReader(source.bytes, at);
    if (readSignature(node) !== 'TREE' || node.u8() !== 1) throw malformed('some data in it is not where it should be');
    const [level, entries] = [node.u8(), node.u16()];
    node.skip(16);
    for (let entry = 0; entry < entries; entry++) {
      source.allowance.take(32);
      const [packedBytes, mask] = [node.u32(), node.u32()];
      const offset = Array.from({ length: rank }, () => node.u64());
      node.skip(8);
      const child = node.u64();
      if (level > 0) nodes.push(child);
      else yield { at: child, packedBytes, mask, offset };
    }
  }
}

function unfilter(
  { filters, tools, elementBytes }: Reading,
  { packed, mask, chunkBytes }: { packed: Uint8Array; mask: number; chunkBytes: number },
): Uint8Array {
  let bytes = packed;
  for (let index = filters.length - 1; index >= 0; index--) {
    if (mask & (1 << index)) continue;
    const input = bytes;
    // The checksum, where it came first, is still part of what was packed.
    const room =
      chunkBytes +
      (filters.indexOf(FILTER.checksum) >= 0 && filters.indexOf(FILTER.checksum) < index ? CHECKSUM_BYTES : 0);
    if (filters[index] === FILTER.deflate) bytes = inflate(() => tools.inflateZlib(input, room), room);
    // No more than a chunk holds: else many chunks could each be said to be the whole file.
    else if (filters[index] === FILTER.shuffle) bytes = unshuffle(input.subarray(0, room), elementBytes);
    else if (filters[index] === FILTER.checksum) bytes = input.subarray(0, Math.max(0, input.length - CHECKSUM_BYTES));
    else throw unsupported(`its data passed through the filter ${filters[index]}`, 'Save it without compression.');
  }
  if (bytes.length < chunkBytes) throw malformed('a piece of data in it is cut off');
  return bytes;
}

/** All first bytes, then all second bytes, … back to numbers. */
function unshuffle(bytes: Uint8Array, width: number): Uint8Array {
  const count = Math.floor(bytes.length / width);
  const result = new Uint8Array(bytes.length);
  for (let byte = 0; byte < width; byte++) {
    for (let at = 0; at < count; at++) result[at * width + byte] = bytes[byte * count + at];
  }
  return result;
}

interface Placement {
  shape: readonly number[];
  chunk: readonly number[];
  offset: readonly number[];
  elementBytes: number;
}

/** Copies the rows of a chunk that lie within the data to their places. */
function placeChunk(target: Uint8Array, source: Uint8Array, { shape, chunk, offset, elementBytes }: Placement): void {
  const last = shape.length - 1;
  if (offset.some((start, axis) => start % chunk[axis] !== 0 || start >= Math.max(shape[axis], 1))) {
    throw malformed('a piece of data in it lies outside of it');
  }
  if (last < 0) {
    target.set(source.subarray(0, elementBytes));
    return;
  }
  const rowBytes = Math.min(chunk[last], shape[last] - offset[last]) * elementBytes;
  const place = new Array<number>(last).fill(0);
  const rows = chunk.slice(0, last).reduce((product, size) => product * size, 1);
  for (let row = 0; row < rows; row++) {
    if (place.every((at, axis) => offset[axis] + at < shape[axis])) {
      const to =
        place.reduce((index, at, axis) => index * shape[axis] + offset[axis] + at, 0) * shape[last] + offset[last];
      const from = row * chunk[last] * elementBytes;
      target.set(source.subarray(from, from + rowBytes), to * elementBytes);
    }
    for (let axis = last - 1; axis >= 0 && ++place[axis] === chunk[axis]; axis--) place[axis] = 0;
  }
}
