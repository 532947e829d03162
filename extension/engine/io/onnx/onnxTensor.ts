// A tensor of an ONNX file (TensorProto): name, type and shape are known at once, values are copied when somebody asks for them.
// Invariant: the bytes of a tensor lie within the file, so that nothing is ever allocated which the file does not hold.
import type { NamedTensor } from '../../types.ts';
import { brokenOnnx, unsupportedOnnx } from './onnxError.ts';
import { fieldsOf } from './protobuf.ts';

const MAX_RANK = 16;
export const MAX_NAME_BYTES = 4096;

/** TensorProto.DataType by number: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. */
const TYPES = [
  ...['undefined', 'float32', 'uint8', 'int8', 'uint16', 'int16', 'int32', 'int64', 'string', 'bool', 'float16'],
  ...['float64', 'uint32', 'uint64', 'complex64', 'complex128', 'bfloat16'],
];

export interface OnnxTensor {
  name: string;
  /** `float32`, `int64`, … */
  type: string;
  shape: number[];
  /** A copy as float32, under this name. Throws UserError: `onnx.unsupported` for another type or data in another file, `onnx.broken`. */
  read(): NamedTensor;
}

const FIELD = { dims: 1, dataType: 2, floatData: 4, name: 8, rawData: 9, externalData: 13, dataLocation: 14 } as const;

/** Reads one TensorProto: a part of a model, or a whole .pb file. */
export function readOnnxTensor(message: Uint8Array): OnnxTensor {
  let [name, type, isExternal] = ['', 0, false];
  const shape: number[] = [];
  let raw: Uint8Array | undefined;
  const floats: Uint8Array[] = [];
  for (const field of fieldsOf(message)) {
    if (field.number === FIELD.dims) shape.push(...field.integers(MAX_RANK));
    else if (field.number === FIELD.dataType) type = field.integer();
    else if (field.number === FIELD.floatData) floats.push(field.floatBytes());
    else if (field.number === FIELD.name) name = field.text(MAX_NAME_BYTES);
    else if (field.number === FIELD.rawData) raw = field.bytes();
    else if (field.number === FIELD.externalData) isExternal = true;
    else if (field.number === FIELD.dataLocation) isExternal ||= field.integer() === 1;
    if (shape.length > MAX_RANK) throw brokenOnnx(`the tensor "${name}" has more than ${MAX_RANK} dimensions`);
  }
  if (!shape.every((size) => size >= 0)) throw brokenOnnx(`the tensor "${name}" has a negative size`);
  const typeName = TYPES[type] ?? `type ${type}`;
  const stored = { name, shape, type: typeName, parts: raw ? [raw] : floats, isExternal };
  return { name, type: typeName, shape, read: () => readFloats(stored) };
}

interface Stored {
  name: string;
  shape: number[];
  type: string;
  /** Little-endian bytes of the values, one after the other. */
  parts: Uint8Array[];
  isExternal: boolean;
}

function readFloats({ name, shape, type, parts, isExternal }: Stored): NamedTensor {
  if (type !== 'float32') {
    throw unsupportedOnnx(
      `The ONNX tensor "${name}" has the type ${type}; only float32 can be read.`,
      'Export it as float32.',
    );
  }
  if (isExternal) {
    throw unsupportedOnnx(
      `The values of the ONNX tensor "${name}" lie in another file.`,
      'Save the model with all its weights in one .onnx file.',
    );
  }
  const [count, length] = [shape.reduce((product, size) => product * size, 1), totalBytes(parts)];
  if (count * 4 !== length) {
    throw brokenOnnx(`the tensor "${name}" of shape [${shape.join(', ')}] has ${length} bytes, not ${count * 4}`);
  }
  const data = new Float32Array(count);
  const bytes = new Uint8Array(data.buffer);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { name, shape, data };
}

const totalBytes = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);
