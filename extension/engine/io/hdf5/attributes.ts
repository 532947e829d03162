// Attributes of an object in an HDF5 file: named texts, among them the config that Keras leaves there.
import { ByteReader } from '../byteReader.ts';
import { countElements, LIMITS, malformed } from '../weightsFile.ts';
import { type Datatype, readDataspace, readDatatype } from './datatype.ts';
import { type Hdf5Source, MESSAGE, type Message, readSignature } from './objectHeader.ts';

/** The texts of an attribute; one for a single text. */
export type Attributes = ReadonlyMap<string, readonly string[]>;

const HEAP_HEADER_BYTES = 16;
const padded = (length: number): number => Math.ceil(length / 8) * 8;

/** The attributes that are texts. */
export function readAttributes(source: Hdf5Source, messages: readonly Message[]): Attributes {
  const attributes = new Map<string, readonly string[]>();
  for (const { type, data } of messages) {
    if (type !== MESSAGE.attribute) continue;
    const { name, datatype, count, values } = readAttribute(data);
    if (datatype.kind !== 'text' && datatype.kind !== 'heapText') continue;
    attributes.set(name, readTexts(source, datatype, { count, values }));
  }
  return attributes;
}

interface Attribute {
  name: string;
  datatype: Datatype;
  count: number;
  values: ByteReader;
}

function readAttribute(data: Uint8Array): Attribute {
  const reader = new ByteReader(data);
  const version = reader.u8();
  if (version < 1 || version > 3) throw malformed('an attribute in it is of an unknown version');
  reader.skip(1);
  const [nameBytes, typeBytes, spaceBytes] = [reader.u16(), reader.u16(), reader.u16()];
  if (nameBytes > LIMITS.nameBytes) throw malformed('an attribute in it has an endless name');
  if (version === 3) reader.skip(1);
  const part = (bytes: number): Uint8Array => {
    const view = reader.take(bytes);
    if (version === 1) reader.skip(Math.min(padded(bytes) - bytes, reader.bytes.length - reader.at));
    return view;
  };
  const name = untilNul(part(nameBytes));
  const datatype = readDatatype(new ByteReader(part(typeBytes)));
  const sizes = readDataspace(new ByteReader(part(spaceBytes)));
  return { name, datatype, count: sizes ? countElements(name, sizes) : 0, values: reader };
}

function readTexts(
  source: Hdf5Source,
  datatype: Datatype,
  { count, values }: Pick<Attribute, 'count' | 'values'>,
): string[] {
  if (count > LIMITS.tensors) throw malformed('an attribute in it has too many texts');
  return Array.from({ length: count }, () => {
    const bytes = datatype.kind === 'text' ? values.take(datatype.bytes) : readHeapObject(source, values);
    source.allowance.take(32 + 2 * bytes.length);
    return untilNul(bytes);
  });
}

function untilNul(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new ByteReader(bytes).utf8(end < 0 ? bytes.length : end);
}

/** What a reference into the global heap (specification III.E) points at. */
function readHeapObject({ bytes, allowance }: Hdf5Source, values: ByteReader): Uint8Array {
  const length = values.u32();
  const [at, index] = [values.u64(), values.u32()];
  if (length === 0) return new Uint8Array();
  const heap = new ByteReader(bytes, at);
  if (readSignature(heap) !== 'GCOL') throw malformed('a text in it is not where it should be');
  heap.skip(4);
  const end = at + heap.u64();
  heap.at = at + HEAP_HEADER_BYTES;
  while (heap.at + HEAP_HEADER_BYTES <= end) {
    allowance.take(1);
    const [id] = [heap.u16(), heap.skip(6)];
    const size = heap.u64();
    if (id === index) return heap.take(Math.min(length, size));
    if (id === 0) break;
    heap.skip(padded(size));
  }
  throw malformed('a text in it is missing');
}
