// An ONNX file (ModelProto) as the list of its graph's nodes and its constant tensors. Nothing is run, and no other file is opened.
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. Bytes of a file are hostile: all its parts together have a limit, and graphs
// within nodes (If, Loop, Scan) are passed over, so that a file's depth costs nothing.
import { brokenOnnx } from './onnxError.ts';
import { MAX_NAME_BYTES, type OnnxTensor, readOnnxTensor } from './onnxTensor.ts';
import { type Field, fieldsOf } from './protobuf.ts';

/** Nodes, tensors, attributes, names and numbers in lists, all together; each takes some 100 bytes here and as few as two in a file. */
const MAX_PARTS = 1_000_000;

export type OnnxAttribute =
  | { kind: 'integer'; value: number }
  | { kind: 'float'; value: number }
  /** A string, which need not be text; a view of the file. */
  | { kind: 'bytes'; value: Uint8Array }
  | { kind: 'integers'; value: number[] }
  | { kind: 'floats'; value: number[] }
  | { kind: 'bytesList'; value: Uint8Array[] }
  | { kind: 'tensor'; value: OnnxTensor }
  /** Graphs, sparse tensors and lists of tensors: not read. */
  | { kind: 'other' };

export interface OnnxNode {
  /** What it computes: `LSTM`, `Gather`, … */
  op: string;
  /** Empty for ONNX's own operators. */
  domain: string;
  /** May be empty. */
  name: string;
  /** Names of tensors; an empty one is an optional input that is left out. */
  inputs: string[];
  outputs: string[];
  attributes: ReadonlyMap<string, OnnxAttribute>;
}

export interface OnnxGraph {
  nodes: OnnxNode[];
  /** Constant tensors by name: initialisers, and what `Constant` nodes give. */
  initialisers: ReadonlyMap<string, OnnxTensor>;
}

export interface OnnxModel {
  /** Who wrote it, e.g. `pytorch 2.15.0`; empty where the file does not say. */
  producer: string;
  graph: OnnxGraph;
}

const MODEL = { producerName: 2, producerVersion: 3, graph: 7 } as const;
const GRAPH = { node: 1, initializer: 5 } as const;
const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 } as const;
const ATTRIBUTE = { name: 1, f: 2, i: 3, s: 4, t: 5, floats: 7, ints: 8, strings: 9, type: 20 } as const;

/** AttributeProto.AttributeType by number. */
const KINDS = ['', 'float', 'integer', 'bytes', 'tensor', '', 'floats', 'integers', 'bytesList'] as const;

/** Reads a whole .onnx file. Tensors are views of `bytes` until they are read. Throws UserError `onnx.broken`. */
export function readOnnxModel(bytes: Uint8Array): OnnxModel {
  const producer: string[] = [];
  let graph: OnnxGraph | undefined;
  for (const field of fieldsOf(bytes)) {
    if (field.number === MODEL.producerName) producer[0] = field.text(MAX_NAME_BYTES);
    else if (field.number === MODEL.producerVersion) producer[1] = field.text(MAX_NAME_BYTES);
    else if (field.number === MODEL.graph) {
      if (graph) throw brokenOnnx('it has two graphs');
      graph = new GraphReader().graph(field.bytes());
    }
  }
  if (!graph) throw brokenOnnx('it has no graph');
  return { producer: producer.filter(Boolean).join(' '), graph };
}

/** Reads one graph, and counts its parts. */
class GraphReader {
  #partsLeft = MAX_PARTS;

  graph(message: Uint8Array): OnnxGraph {
    const nodes: OnnxNode[] = [];
    const initialisers = new Map<string, OnnxTensor>();
    const keep = (name: string, tensor: OnnxTensor): void => {
      if (name === '') throw brokenOnnx('a constant tensor in it has no name');
      if (initialisers.has(name)) throw brokenOnnx(`two constant tensors in it are called "${name}"`);
      initialisers.set(name, { ...tensor, name });
    };
    for (const field of fieldsOf(message)) {
      if (field.number === GRAPH.node) {
        const node = this.#node(field.bytes());
        nodes.push(node);
        const value = node.op === 'Constant' ? node.attributes.get('value') : undefined;
        if (value?.kind === 'tensor' && node.outputs.length === 1) keep(node.outputs[0], value.value);
      } else if (field.number === GRAPH.initializer) {
        const tensor = this.#tensor(field);
        keep(tensor.name, tensor);
      }
    }
    return { nodes, initialisers };
  }

  #node(message: Uint8Array): OnnxNode {
    this.#count(1);
    const [inputs, outputs]: string[][] = [[], []];
    let [op, domain, name] = ['', '', ''];
    const attributes = new Map<string, OnnxAttribute>();
    for (const field of fieldsOf(message)) {
      if (field.number === NODE.input) inputs.push(this.#name(field));
      else if (field.number === NODE.output) outputs.push(this.#name(field));
      else if (field.number === NODE.name) name = this.#name(field);
      else if (field.number === NODE.opType) op = this.#name(field);
      else if (field.number === NODE.domain) domain = this.#name(field);
      else if (field.number === NODE.attribute) {
        const [key, attribute] = this.#attribute(field.bytes());
        if (attributes.has(key)) throw brokenOnnx(`a node in it has two attributes "${key}"`);
        attributes.set(key, attribute);
      }
    }
    if (op === '') throw brokenOnnx('a node in it has no operator');
    return { op, domain, name, inputs, outputs, attributes };
  }

  #attribute(message: Uint8Array): [name: string, attribute: OnnxAttribute] {
    let [name, type] = ['', 0];
    const [floats, integers]: number[][] = [[], []];
    const bytesList: Uint8Array[] = [];
    const given: Partial<Record<(typeof KINDS)[number], unknown>> = { floats, integers, bytesList };
    for (const field of fieldsOf(message)) {
      if (field.number === ATTRIBUTE.name) name = this.#name(field);
      else if (field.number === ATTRIBUTE.type) type = field.integer();
      else if (field.number === ATTRIBUTE.f) given.float = field.float();
      else if (field.number === ATTRIBUTE.i) given.integer = field.integer();
      else if (field.number === ATTRIBUTE.s) given.bytes = field.bytes();
      else if (field.number === ATTRIBUTE.t) given.tensor = this.#tensor(field);
      else if (field.number === ATTRIBUTE.floats) this.#append(floats, field.floats(this.#partsLeft));
      else if (field.number === ATTRIBUTE.ints) this.#append(integers, field.integers(this.#partsLeft));
      else if (field.number === ATTRIBUTE.strings) this.#append(bytesList, [field.bytes()]);
    }
    const kind = KINDS[type] || 'other';
    if (kind === 'other') return [name, { kind }];
    // Writers leave out what is zero or empty.
    const value = given[kind] ?? { float: 0, integer: 0, bytes: new Uint8Array(0) }[kind as string];
    if (value === undefined) throw brokenOnnx(`the attribute "${name}" has no value`);
    return [name, { kind, value } as OnnxAttribute];
  }

  #tensor(field: Field): OnnxTensor {
    this.#count(1);
    return readOnnxTensor(field.bytes());
  }

  #name(field: Field): string {
    this.#count(1);
    return field.text(MAX_NAME_BYTES);
  }

  #append<T>(list: T[], values: readonly T[]): void {
    this.#count(values.length);
    for (const value of values) list.push(value);
  }

  #count(parts: number): void {
    this.#partsLeft -= parts;
    if (this.#partsLeft < 0) throw brokenOnnx(`its graph has more than ${MAX_PARTS} parts`);
  }
}
