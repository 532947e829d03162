// Numbers as files hold them, to the float32 that the engine computes with. Formats agree on the types and differ in their names.
import { stridesOf } from '../linalg/rowMajor.ts';
import type { Allowance } from './allowance.ts';
import { countElements, malformed } from './weightsFile.ts';

type Getter = (view: DataView, at: number, isLittleEndian: boolean) => number;

const GETTERS = {
  float16: (view, at, little) => halves()[view.getUint16(at, little)],
  bfloat16: (view, at, little) => fromBits(view.getUint16(at, little) << 16),
  float32: (view, at, little) => view.getFloat32(at, little),
  float64: (view, at, little) => view.getFloat64(at, little),
  int8: (view, at) => view.getInt8(at),
  uint8: (view, at) => view.getUint8(at),
  bool: (view, at) => Number(view.getUint8(at) !== 0),
  int16: (view, at, little) => view.getInt16(at, little),
  uint16: (view, at, little) => view.getUint16(at, little),
  int32: (view, at, little) => view.getInt32(at, little),
  uint32: (view, at, little) => view.getUint32(at, little),
  int64: (view, at, little) => Number(view.getBigInt64(at, little)),
  uint64: (view, at, little) => Number(view.getBigUint64(at, little)),
} as const satisfies Record<string, Getter>;

export type ElementType = keyof typeof GETTERS;

/** Bytes of one number. */
export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
  int8: 1,
  uint8: 1,
  bool: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
};

/** A run of numbers in a file. */
export interface Elements {
  bytes: Uint8Array;
  type: ElementType;
  isBigEndian?: boolean;
}

/** Where the elements of a tensor lie among others, counted in elements. */
export interface Layout {
  shape: readonly number[];
  strides: readonly number[];
  offset: number;
}

const scratch = new DataView(new ArrayBuffer(4));

function fromBits(bits: number): number {
  scratch.setInt32(0, bits);
  return scratch.getFloat32(0);
}

let halfTable: Float32Array | undefined;

/** The value of every float16: looking one up is many times faster than computing it. */
function halves(): Float32Array {
  halfTable ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => fromHalf(bits));
  return halfTable;
}

/** IEEE 754 binary16: 1 bit sign, 5 bits exponent, 10 bits fraction. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const viewOf = ({ bytes }: Elements): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The first `count` numbers, as a copy. The caller has checked that they are there and may be allocated. */
export function readElements(source: Elements, count: number): Float32Array {
  const { bytes, type, isBigEndian = false } = source;
  const values = new Float32Array(count);
  if (type === 'float32' && !isBigEndian) {
    new Uint8Array(values.buffer).set(bytes.subarray(0, count * 4));
    return values;
  }
  if ((type === 'float16' || type === 'bfloat16') && !isBigEndian) return widen(bytes, type, values);
  const [view, get, width]: [DataView, Getter, number] = [viewOf(source), GETTERS[type], ELEMENT_BYTES[type]];
  for (let at = 0; at < count; at++) values[at] = get(view, at * width, !isBigEndian);
  return values;
}

/** The usual half-width types, without a call for each number. */
function widen(bytes: Uint8Array, type: 'float16' | 'bfloat16', values: Float32Array<ArrayBuffer>): Float32Array {
  const bits = new Uint32Array(values.buffer);
  const table = halves();
  for (let at = 0; at < values.length; at++) {
    const half = bytes[2 * at] | (bytes[2 * at + 1] << 8);
    if (type === 'float16') values[at] = table[half];
    else bits[at] = half << 16;
  }
  return values;
}

/** A tensor that lies in `source` as `layout` says, row-major. Throws where it reaches beyond the source. */
export function gatherElements(name: string, source: Elements, layout: Layout, allowance: Allowance): Float32Array {
  const { shape, strides, offset } = layout;
  const count = countElements(name, shape);
  const width = ELEMENT_BYTES[source.type];
  const last = shape.reduce((sum, size, axis) => sum + Math.max(size - 1, 0) * strides[axis], offset);
  const isPossible =
    strides.length === shape.length && [...strides, offset].every((step) => Number.isSafeInteger(step) && step >= 0);
  if (!isPossible) throw malformed(`the layout of "${name}" is none`);
  if (count > 0 && (last + 1) * width > source.bytes.length) throw malformed(`"${name}" reaches beyond its data`);
  allowance.take(count * 4);
  if (stridesOf(shape).every((step, axis) => step === strides[axis] || shape[axis] === 1)) {
    return readElements({ ...source, bytes: source.bytes.subarray(offset * width) }, count);
  }
  return gather(source, layout, count);
}

function gather(source: Elements, { shape, strides, offset }: Layout, count: number): Float32Array {
  const [view, get, width]: [DataView, Getter, number] = [
    viewOf(source),
    GETTERS[source.type],
    ELEMENT_BYTES[source.type],
  ];
  const values = new Float32Array(count);
  const place = new Array<number>(shape.length).fill(0);
  let from = offset;
  for (let at = 0; at < count; at++) {
    values[at] = get(view, from * width, !source.isBigEndian);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++place[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      place[axis] = 0;
    }
  }
  return values;
}

/** What to say where numbers were not float32. Undefined for float32. */
export function conversionNote(names: readonly string[], type: ElementType): string | undefined {
  if (type === 'float32' || names.length === 0) return undefined;
  const which = names.length === 1 ? `"${names[0]}" is` : `${names.length} tensors ("${names[0]}", …) are`;
  const loss = { float16: '', bfloat16: '', bool: '', int8: '', uint8: '', int16: '', uint16: '' } as Record<
    string,
    string
  >;
  return `${which} ${type} in the file and read as float32${loss[type] ?? ', rounded'}.`;
}
