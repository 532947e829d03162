// HDF5 files as h5py writes them by default: the tree of groups, their attributes of text, and datasets of numbers. A small reader of our own,
// because those that there are allocate by what a file claims and follow every pointer: no limit can be put on them.
// HDF5 File Format Specification 3.0. Not read: dense groups and chunk indexes of libver "latest", which h5py's default does not make.
import { ByteReader } from '../byteReader.ts';
import { LIMITS, malformed, unsupported } from '../weightsFile.ts';
import { type Attributes, readAttributes } from './attributes.ts';
import { type Dataset, openDataset } from './dataset.ts';
import {
  type Hdf5Source,
  MESSAGE,
  type Message,
  readAddress,
  readMessages,
  readSignature,
  readSize,
} from './objectHeader.ts';

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const ENTRY_COST = 64;

/** A group or dataset; `path` is without the slash at its start, and empty for the root. */
export interface Hdf5Object {
  path: string;
  attributes: Attributes;
  dataset?: Dataset;
}

export function isHdf5(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, at) => bytes[at] === byte);
}

/** Every object of a file, once, parents before children. Throws UserError `weights.*`. */
export function readHdf5(source: Hdf5Source): Hdf5Object[] {
  const objects: Hdf5Object[] = [];
  const seen = new Set<number>();
  const visit = (at: number, path: string, depth: number): void => {
    // A second name of one object says nothing new.
    if (seen.has(at)) return;
    seen.add(at);
    if (depth > LIMITS.depth || objects.length > LIMITS.tensors)
      throw malformed('it has too many groups, or too deep ones');
    const messages = readMessages(source, at);
    const dataset = openDataset(source, path, messages);
    objects.push({ path, attributes: readAttributes(source, messages), ...(dataset && { dataset }) });
    if (dataset) return;
    for (const [name, child] of linksOf(source, messages)) visit(child, path ? `${path}/${name}` : name, depth + 1);
  };
  visit(rootAddress(source.bytes), '', 0);
  return objects;
}

function rootAddress(bytes: Uint8Array): number {
  if (!isHdf5(bytes)) throw malformed('it is no HDF5 file');
  const reader = new ByteReader(bytes, SIGNATURE.length);
  const version = reader.u8();
  if (version > 3) throw unsupported('it is of a newer HDF5 version', 'Save it with Keras or h5py.');
  if (version < 2) reader.skip(4);
  const [offsetBytes, lengthBytes] = [reader.u8(), reader.u8()];
  if (offsetBytes !== 8 || lengthBytes !== 8)
    throw unsupported('its addresses are not of 8 bytes', 'Save it with Keras or h5py.');
  if (version >= 2) {
    reader.skip(1 + 3 * 8);
    return reader.u64();
  }
  // Sizes of B-trees and flags, then four addresses and the offset of a name that the root does not have.
  reader.skip(1 + 4 + 4 + (version === 1 ? 4 : 0) + 4 * 8 + 8);
  return reader.u64();
}

function* linksOf(source: Hdf5Source, messages: readonly Message[]): Generator<[name: string, address: number]> {
  for (const { type, data } of messages) {
    const reader = new ByteReader(data);
    if (type === MESSAGE.symbolTable) yield* symbolsOf(source, reader.u64(), reader.u64());
    if (type === MESSAGE.link) yield* linkOf(source, reader);
    if (type === MESSAGE.linkInfo) refuseDense(reader);
  }
}

function refuseDense(reader: ByteReader): void {
  reader.skip(1);
  if (reader.u8() & 1) reader.skip(8);
  if (readAddress(reader) === undefined) return;
  throw unsupported(
    'a group in it is stored in the way of newer HDF5 versions',
    "Save it with h5py's default libver, as Keras does.",
  );
}

function* linkOf({ allowance }: Hdf5Source, reader: ByteReader): Generator<[string, number]> {
  reader.skip(1);
  const flags = reader.u8();
  const isHard = (flags & 8) === 0 || reader.u8() === 0;
  if (flags & 4) reader.skip(8);
  if (flags & 0x10) reader.skip(1);
  const nameBytes = readSize(reader, flags & 3);
  if (nameBytes > LIMITS.nameBytes) throw malformed('a name in it is endless');
  allowance.take(ENTRY_COST + 2 * nameBytes);
  const name = reader.utf8(nameBytes);
  // Links to other places and files are left alone.
  if (isHard) yield [name, reader.u64()];
}

/** Entries of an old-style group: a B-tree of nodes, whose names lie in a heap (specification III.A.1, III.C, III.D). */
function* symbolsOf(source: Hdf5Source, root: number, heapAt: number): Generator<[string, number]> {
  const heap = new ByteReader(source.bytes, heapAt);
  if (readSignature(heap) !== 'HEAP') throw malformed('the names in it are missing');
  heap.skip(4 + 8 + 8);
  const namesAt = heap.u64();
  const nodes = [root];
  const seen = new Set<number>();
  for (let at = nodes.pop(); at !== undefined; at = nodes.pop()) {
    if (seen.has(at)) throw malformed('a group in it leads in a circle');
    seen.add(at);
    const node = new ByteReader(source.bytes, at);
    const signature = readSignature(node);
    if (signature === 'SNOD') yield* symbolsOfNode(source, node, namesAt);
    else if (signature === 'TREE') nodes.push(...childrenOf(source, node));
    else throw malformed('a group in it is not where it should be');
  }
}

function childrenOf({ allowance }: Hdf5Source, node: ByteReader): number[] {
  if (node.u8() !== 0) throw malformed('a group in it is of an unknown kind');
  node.skip(1);
  const entries = node.u16();
  node.skip(16);
  return Array.from({ length: entries }, () => {
    allowance.take(ENTRY_COST);
    node.skip(8);
    return node.u64();
  });
}

function* symbolsOfNode(source: Hdf5Source, node: ByteReader, namesAt: number): Generator<[string, number]> {
  node.skip(2);
  const entries = node.u16();
  for (let entry = 0; entry < entries; entry++) {
    const [nameAt, address] = [node.u64(), node.u64()];
    const cache = node.u32();
    node.skip(4 + 16);
    const name = nameIn(source, namesAt + nameAt);
    if (cache !== 2) yield [name, address];
  }
}

function nameIn({ bytes, allowance }: Hdf5Source, at: number): string {
  const end = bytes.subarray(at, at + LIMITS.nameBytes).indexOf(0);
  if (end < 0) throw malformed('a name in it is endless');
  allowance.take(ENTRY_COST + 2 * end);
  return new ByteReader(bytes, at).utf8(end);
}
