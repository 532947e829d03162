// NumPy's .npz of float32 arrays (NEP 1, version 1.0).
import type { NamedTensor } from '../../types.ts';
import { writeZip } from '../zipWriter.ts';

const ALIGNMENT = 64;
const PREFIX_BYTES = 10;

/** Bytes of an archive with these arrays in this order. */
export function encodeNpz(tensors: readonly NamedTensor[]): Uint8Array<ArrayBuffer> {
  return writeZip(tensors.map((tensor) => ({ name: `${tensor.name}.npy`, bytes: encodeNpy(tensor) })));
}

function encodeNpy({ shape, data }: NamedTensor): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const facts = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.ceil((PREFIX_BYTES + facts.length + 1) / ALIGNMENT) * ALIGNMENT - PREFIX_BYTES;
  const header = `${facts.padEnd(length - 1)}\n`;
  const bytes = new Uint8Array(PREFIX_BYTES + length + data.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 0xff, length >> 8]);
  bytes.set(new TextEncoder().encode(header), PREFIX_BYTES);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), PREFIX_BYTES + length);
  return bytes;
}
