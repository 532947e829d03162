// NumPy's .npz: a zip archive with one .npy file (NEP 1, version 1.0) an array. `numpy.load` reads it, without pickle. Nothing is compressed:
// such numbers hardly shrink.
import type { NamedTensor } from '../../types.ts';
import { writeZip } from '../zipWriter.ts';

/** Numbers, or a list of texts, padded to the longest. */
export type NpzArray = NamedTensor | { name: string; texts: readonly string[] };

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
/** Data starts at a multiple of this. */
const ALIGNMENT = 64;

/** Bytes of an archive with these arrays in this order. */
export function encodeNpz(arrays: readonly NpzArray[]): Uint8Array<ArrayBuffer> {
  return writeZip(arrays.map((array) => ({ name: `${array.name}.npy`, bytes: encodeNpy(array) })));
}

function encodeNpy(array: NpzArray): Uint8Array {
  if (!('texts' in array)) return npyFile('<f4', array.shape, array.data);
  const points = array.texts.map((text) => Array.from(text, (point) => point.codePointAt(0) ?? 0));
  const width = points.reduce((most, { length }) => Math.max(most, length), 1);
  const data = new Uint32Array(points.length * width);
  for (const [at, own] of points.entries()) data.set(own, at * width);
  return npyFile(`<U${width}`, [points.length], data);
}

function npyFile(type: string, shape: readonly number[], data: Float32Array | Uint32Array): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const facts = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const start = MAGIC.length + 2;
  // The header ends in a line break, and the data begins aligned.
  const length = Math.ceil((start + facts.length + 1) / ALIGNMENT) * ALIGNMENT - start;
  const bytes = new Uint8Array(start + length + data.byteLength);
  bytes.set([...MAGIC, length & 0xff, length >> 8]);
  bytes.set(new TextEncoder().encode(`${facts.padEnd(length - 1)}\n`), start);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start + length);
  return bytes;
}
