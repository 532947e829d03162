// NumPy's .npz: a zip archive of .npy files (NEP 1). Object arrays are pickles and are refused.
import { stridesOf } from '../linalg/rowMajor.ts';
import type { NamedTensor } from '../types.ts';
import type { Allowance } from './allowance.ts';
import { ByteReader } from './byteReader.ts';
import { conversionNote, ELEMENT_BYTES, type Elements, type ElementType, gatherElements } from './elements.ts';
import { clip, countElements, malformed, unsupported, type WeightsFile } from './weightsFile.ts';
import type { ZipArchive } from './zip.ts';

const MAGIC = '\x93NUMPY';
const MAX_HEADER_BYTES = 64 << 10;
const TYPES: Readonly<Record<string, ElementType>> = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  i1: 'int8',
  u1: 'uint8',
  b1: 'bool',
  i2: 'int16',
  u2: 'uint16',
  i4: 'int32',
  u4: 'uint32',
  i8: 'int64',
  u8: 'uint64',
};

/** Reads the arrays of an archive; a tensor's name is that of its .npy file. Throws UserError `weights.*`. */
export function readNpz(zip: ZipArchive, allowance: Allowance): WeightsFile {
  const byType = new Map<ElementType, string[]>();
  const tensors = zip.names
    .filter((file) => file.endsWith('.npy'))
    .map((file): NamedTensor => {
      const name = file.slice(0, -'.npy'.length);
      const { source, shape, strides } = readNpy(name, zip.read(file));
      const names = byType.get(source.type) ?? [];
      names.push(name);
      byType.set(source.type, names);
      return { name, shape, data: gatherElements(name, source, { shape, strides, offset: 0 }, allowance) };
    });
  const notes = [...byType].flatMap(([type, names]) => conversionNote(names, type) ?? []);
  return { format: 'npz', tensors, notes };
}

interface Npy {
  source: Elements;
  shape: number[];
  strides: number[];
}

function readNpy(name: string, bytes: Uint8Array): Npy {
  const reader = new ByteReader(bytes);
  const magic = String.fromCharCode(...reader.take(MAGIC.length));
  const [major] = [reader.u8(), reader.u8()];
  if (magic !== MAGIC || major < 1 || major > 3) throw malformed(`"${clip(name)}" is no .npy file`);
  const length = major === 1 ? reader.u16() : reader.u32();
  if (length > MAX_HEADER_BYTES) throw malformed(`"${clip(name)}" has an endless header`);
  const header = reader.utf8(length);
  const field = (pattern: RegExp): string => {
    const match = pattern.exec(header);
    if (!match) throw malformed(`the header of "${clip(name)}" is damaged, or has columns`);
    return match[1];
  };
  const type = field(/'descr': *'([<>|=][A-Za-z]\d*)'/);
  const shape = field(/'shape': *\(([\d, ]*)\)/)
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  const isFortran = field(/'fortran_order': *(True|False)/) === 'True';
  const elementType = TYPES[type.slice(1)];
  if (!elementType) throw unsupported(`"${clip(name)}" has the type ${type}`, 'Save it as float32.');
  const count = countElements(name, shape);
  const data = bytes.subarray(reader.at);
  if (data.length !== count * ELEMENT_BYTES[elementType])
    throw malformed(`"${clip(name)}" has more or fewer numbers than its shape`);
  const strides = isFortran ? stridesOf([...shape].reverse()).reverse() : stridesOf(shape);
  return { source: { bytes: data, type: elementType, isBigEndian: type[0] === '>' }, shape, strides };
}
