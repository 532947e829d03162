// NumPy's .npz: a zip archive with one .npy file (NEP 1, version 1.0) an array. `numpy.load` reads it, without pickle.
import { zipSync } from 'fflate';

export type NpyArray =
  | { shape: readonly number[]; data: Float32Array }
  /** A list of texts, padded to the longest. */
  | { texts: readonly string[] };

const MAGIC = [0x93, ...Buffer.from('NUMPY'), 1, 0];
/** Data starts at a multiple of this. */
const ALIGNMENT = 64;
/** Zip has no earlier time; a fixed one, so that the same arrays are the same bytes. */
const TIME = new Date(1980, 0, 1);

/** The bytes of an archive; names must differ. Nothing is compressed: such numbers hardly shrink. */
export function encodeNpz(arrays: Readonly<Record<string, NpyArray>>): Uint8Array {
  const files = Object.entries(arrays).map(([name, array]) => [`${name}.npy`, encodeNpy(array)]);
  return zipSync(Object.fromEntries(files) as Record<string, Uint8Array>, { level: 0, mtime: TIME });
}

function encodeNpy(array: NpyArray): Uint8Array {
  if ('texts' in array) {
    const points = array.texts.map((text) => Array.from(text, (point) => point.codePointAt(0) ?? 0));
    const width = Math.max(1, ...points.map(({ length }) => length));
    const data = new Uint32Array(points.length * width);
    for (const [at, own] of points.entries()) data.set(own, at * width);
    return npyFile(`<U${width}`, [points.length], data);
  }
  return npyFile('<f4', array.shape, array.data);
}

function npyFile(type: string, shape: readonly number[], data: Float32Array | Uint32Array): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // The header ends in a line break, and the data begins aligned.
  const length = Math.ceil((MAGIC.length + 2 + header.length + 1) / ALIGNMENT) * ALIGNMENT - MAGIC.length - 2;
  const text = `${header.padEnd(length - 1)}\n`;
  return Buffer.concat([
    Uint8Array.from([...MAGIC, length & 0xff, length >> 8]),
    Buffer.from(text, 'latin1'),
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  ]);
}
