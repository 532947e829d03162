// Types and extents of data in an HDF5 file (specification IV.A.2.b and d), as far as weights and their descriptions need them.
import type { ByteReader } from '../byteReader.ts';
import type { ElementType } from '../elements.ts';
import { LIMITS, malformed } from '../weightsFile.ts';

export type Datatype =
  | { kind: 'number'; type: ElementType; isBigEndian: boolean; bytes: number }
  | { kind: 'text'; bytes: number }
  /** A text of any length in a heap of the file. */
  | { kind: 'heapText'; bytes: number }
  /** What weights are not: references, compounds, times. */
  | { kind: 'other'; bytes: number };

const CLASS = { integer: 0, float: 1, text: 3, enumeration: 8, variableLength: 9 } as const;

export function readDatatype(reader: ByteReader): Datatype {
  const classAndVersion = reader.u8();
  const bits = [reader.u8(), reader.u8(), reader.u8()];
  const bytes = reader.u32();
  const isBigEndian = (bits[0] & 1) !== 0;
  switch (classAndVersion & 0x0f) {
    case CLASS.integer: {
      const type = `${(bits[0] & 8) !== 0 ? 'int' : 'uint'}${8 * bytes}` as ElementType;
      return [1, 2, 4, 8].includes(bytes) ? { kind: 'number', type, isBigEndian, bytes } : { kind: 'other', bytes };
    }
    case CLASS.float: {
      reader.skip(5);
      const exponentBits = reader.u8();
      const type = FLOATS[`${bytes}/${exponentBits}`];
      return type ? { kind: 'number', type, isBigEndian, bytes } : { kind: 'other', bytes };
    }
    case CLASS.text:
      return { kind: 'text', bytes };
    case CLASS.variableLength:
      return (bits[0] & 0x0f) === 1 ? { kind: 'heapText', bytes } : { kind: 'other', bytes };
    default:
      return { kind: 'other', bytes };
  }
}

/** By bytes and bits of the exponent. */
const FLOATS: Readonly<Record<string, ElementType>> = {
  '2/5': 'float16',
  '2/8': 'bfloat16',
  '4/8': 'float32',
  '8/11': 'float64',
};

/** Sizes of a dataspace; undefined for one that holds nothing. */
export function readDataspace(reader: ByteReader): number[] | undefined {
  const [version, rank] = [reader.u8(), reader.u8()];
  reader.skip(1);
  if (version !== 1 && version !== 2) throw malformed('the extent of some data in it is unknown');
  if (rank > LIMITS.rank) throw malformed(`some data in it has ${rank} dimensions`);
  const kind = reader.u8();
  if (version === 1) reader.skip(4);
  else if (kind === 2) return undefined;
  return Array.from({ length: rank }, () => reader.u64());
}
