// ONNX files: the few messages of onnx.proto that a graph of ours needs, as protocol buffers.
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto; numbers are the fields' there.
import type { Values } from '../layout/steps.ts';

const IR_VERSION = 8;
/** Of the operators: ReduceMax has its axes as an attribute up to 17. */
const OPSET = 17;
const ELEMENT = { float: 1, int32: 6, int64: 7 } as const;

/** An integer, a string, integers or strings. */
export type OnnxValue = number | string | readonly number[] | readonly string[];

export interface GraphNode {
  op: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes?: Readonly<Record<string, OnnxValue>>;
}

/** An input or output: its sizes are numbers, or names of what is known later. */
export interface GraphPort {
  name: string;
  type: keyof typeof ELEMENT;
  shape: readonly (number | string)[];
}

export interface GraphParts {
  name: string;
  nodes: readonly GraphNode[];
  inputs: readonly GraphPort[];
  outputs: readonly GraphPort[];
  floats: ReadonlyMap<string, Values>;
  /** One-dimensional, or a scalar where there is one number and no list. */
  integers: ReadonlyMap<string, number | readonly number[]>;
  /** Facts for readers: labels. */
  metadata: Readonly<Record<string, string>>;
}

/** Bytes of a .onnx file. */
export function encodeOnnx(parts: GraphParts): Uint8Array {
  const graph = message(
    ...parts.nodes.map((node) => field(1, nodeMessage(node))),
    field(2, text(parts.name)),
    ...[...parts.floats].map(([name, values]) => field(5, floatTensor(name, values))),
    ...[...parts.integers].map(([name, values]) => field(5, integerTensor(name, values))),
    ...parts.inputs.map((port) => field(11, portMessage(port))),
    ...parts.outputs.map((port) => field(12, portMessage(port))),
  );
  return message(
    number(1, IR_VERSION),
    field(2, text('Gatescope')),
    field(7, graph),
    field(8, message(field(1, text('')), number(2, OPSET))),
    ...Object.entries(parts.metadata).map(([key, value]) =>
      field(14, message(field(1, text(key)), field(2, text(value)))),
    ),
  );
}

function nodeMessage({ op, inputs, outputs, attributes = {} }: GraphNode): Uint8Array {
  return message(
    ...inputs.map((name) => field(1, text(name))),
    ...outputs.map((name) => field(2, text(name))),
    field(4, text(op)),
    ...Object.entries(attributes).map(([name, value]) => field(5, attributeMessage(name, value))),
  );
}

function attributeMessage(name: string, value: OnnxValue): Uint8Array {
  const head = field(1, text(name));
  if (typeof value === 'number') return message(head, number(3, value), number(20, 2));
  if (typeof value === 'string') return message(head, field(4, text(value)), number(20, 3));
  const items = value.map((item) => (typeof item === 'number' ? number(8, item) : field(9, text(item))));
  return message(head, ...items, number(20, typeof value[0] === 'number' ? 7 : 8));
}

function floatTensor(name: string, { shape, data }: Values): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message(
    ...shape.map((size) => number(1, size)),
    number(2, ELEMENT.float),
    field(8, text(name)),
    field(9, bytes),
  );
}

function integerTensor(name: string, values: number | readonly number[]): Uint8Array {
  const list = typeof values === 'number' ? [values] : values;
  const bytes = new Uint8Array(BigInt64Array.from(list, BigInt).buffer);
  const dims = typeof values === 'number' ? [] : [number(1, values.length)];
  return message(...dims, number(2, ELEMENT.int64), field(8, text(name)), field(9, bytes));
}

function portMessage({ name, type, shape }: GraphPort): Uint8Array {
  const dims = shape.map((size) =>
    field(1, typeof size === 'number' ? message(number(1, size)) : message(field(2, text(size)))),
  );
  const tensor = message(number(1, ELEMENT[type]), field(2, message(...dims)));
  return message(field(1, text(name)), field(2, message(field(1, tensor))));
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Wire type 0. Negative integers are 64-bit two's complement. */
function number(id: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(BigInt(id << 3)), ...varint(BigInt.asUintN(64, BigInt(value)))]);
}

/** Wire type 2: a message, a text or bytes. */
function field(id: number, content: Uint8Array): Uint8Array {
  return message(Uint8Array.from([...varint(BigInt((id << 3) | 2)), ...varint(BigInt(content.length))]), content);
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 0x80n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}

function message(...pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
