// The weights of an ONNX graph by what its nodes do with them: recurrent layers in the order of the nodes, tables that Gather reads, dense
// layers of Gemm or of MatMul and Add. An ONNX file's own names are those of whatever wrote it, so layers get PyTorch's names here.
import type { NamedTensor } from '../../types.ts';
import { Allowance } from '../allowance.ts';
import { applySteps } from '../layout/steps.ts';
import { malformed, type WeightsFile } from '../weightsFile.ts';
import { type OnnxGraph, type OnnxNode, readOnnxModel } from './onnxModel.ts';
import { RECURRENT_OPS, recurrentFromOnnx } from './onnxRecurrent.ts';
import type { OnnxTensor } from './onnxTensor.ts';

/** ModelProto begins with its ir_version, a small number. */
export function isOnnx(bytes: Uint8Array): boolean {
  return (
    bytes.length > 2 &&
    bytes[0] === 0x08 &&
    bytes[1] < 0x20 &&
    (bytes[2] === 0x12 || bytes[2] === 0x3a || bytes[2] === 0x42)
  );
}

/** Throws UserError `onnx.*` and `weights.*`. */
export function readOnnxWeights(bytes: Uint8Array): WeightsFile {
  const { graph, producer } = readOnnxModel(bytes);
  const reader = new GraphWeights(graph, new Allowance(bytes.length));
  const tensors = graph.nodes.flatMap((node) => reader.weightsOf(node));
  const notes = [
    `ONNX keeps no names of layers${producer && ` (${producer} wrote the file)`}: they are named by their order.`,
  ];
  return { format: 'onnx', tensors, notes, ...(reader.hasRelu && { nonlinearity: 'relu' }) };
}

const RECURRENT: readonly string[] = RECURRENT_OPS;

/** What may lie between scores and their softmax, and how many of them: a file's nodes may go in a circle. */
const PASSED_ON: readonly string[] = ['Add', 'Where', 'Transpose', 'Squeeze', 'Unsqueeze', 'Reshape'];
const MAX_PASSED = 8;

/** Takes the weights of one node after the other, each tensor once. */
class GraphWeights {
  readonly #graph: OnnxGraph;
  readonly #readers: ReadonlyMap<string, OnnxNode>;
  readonly #used = new Set<string>();
  readonly #allowance: Allowance;
  readonly #counts = { recurrent: 0, table: 0, dense: 0 };
  /** Whether a plain RNN has it. */
  hasRelu = false;

  constructor(graph: OnnxGraph, allowance: Allowance) {
    this.#graph = graph;
    this.#allowance = allowance;
    this.#readers = new Map(graph.nodes.flatMap((node) => node.inputs.map((input) => [input, node] as const)));
  }

  weightsOf(node: OnnxNode): NamedTensor[] {
    if (RECURRENT.includes(node.op) && node.domain === '') return this.#recurrent(node);
    if (node.op === 'Gather') return this.#table(node);
    if (node.op === 'Gemm' || node.op === 'MatMul') return this.#dense(node);
    return [];
  }

  #recurrent(node: OnnxNode): NamedTensor[] {
    // Nodes may share their tensors, and each copies them: as they are, and in our order of gates.
    for (const name of node.inputs) this.#claim(this.#graph.initialisers.get(name), 2);
    const { cell, inputSize, hiddenSize, directions } = recurrentFromOnnx(node, this.#graph.initialisers);
    const layer = this.#counts.recurrent++;
    if (cell === 'rnnRelu') this.hasRelu = true;
    return directions.flatMap(({ weightIh, weightHh, biasIh, biasHh }, direction) => {
      const suffix = `_l${layer}${direction === 1 ? '_reverse' : ''}`;
      const rows = biasIh.length;
      return [
        { name: `rnn.weight_ih${suffix}`, shape: [rows, inputSize], data: weightIh },
        { name: `rnn.weight_hh${suffix}`, shape: [rows, hiddenSize], data: weightHh },
        { name: `rnn.bias_ih${suffix}`, shape: [rows], data: biasIh },
        { name: `rnn.bias_hh${suffix}`, shape: [rows], data: biasHh },
      ];
    });
  }

  #table({ inputs }: OnnxNode): NamedTensor[] {
    const table = this.#take(inputs[0], 2);
    return table ? [{ ...table, name: `embedding${this.#number('table')}.weight` }] : [];
  }

  /** Weight [out, in] and bias [out]. */
  #dense(node: OnnxNode): NamedTensor[] {
    const weight = this.#take(node.inputs[1], 2);
    if (!weight) return [];
    const isOutFirst = node.op === 'Gemm' && integer(node, 'transB') === 1;
    if (
      node.op === 'Gemm' &&
      (integer(node, 'transA') === 1 || scale(node, 'alpha') !== 1 || scale(node, 'beta') !== 1)
    ) {
      throw malformed('a dense layer in it is scaled or turned');
    }
    const { shape, data } = applySteps(weight, isOutFirst ? [] : [{ type: 'transpose' }]);
    const isAttention = shape[0] === 1 && this.#isWeighing(node);
    const name = isAttention ? 'attention' : `dense${this.#number('dense')}`;
    const bias = this.#take(node.op === 'Gemm' ? node.inputs[2] : this.#addedTo(node), 1);
    return [{ name: `${name}.weight`, shape, data }, ...(bias ? [{ ...bias, name: `${name}.bias` }] : [])];
  }

  /** Whether a softmax reads the scores of a node, masked and turned or not: of one score a token it can only be over the tokens. */
  #isWeighing(node: OnnxNode): boolean {
    let reader = this.#readers.get(node.outputs[0]);
    for (let passed = 0; reader && PASSED_ON.includes(reader.op) && passed < MAX_PASSED; passed++) {
      reader = this.#readers.get(reader.outputs[0]);
    }
    return reader?.op === 'Softmax';
  }

  /** What the next node adds to the product. */
  #addedTo({ outputs }: OnnxNode): string | undefined {
    const next = this.#readers.get(outputs[0]);
    return next?.op === 'Add' ? next.inputs.find((input) => input !== outputs[0]) : undefined;
  }

  #number(what: 'table' | 'dense'): string {
    const count = this.#counts[what]++;
    return count === 0 ? '' : String(count);
  }

  /** A constant of floats that no node has taken yet. */
  #take(name: string | undefined, rank: number): NamedTensor | undefined {
    const tensor: OnnxTensor | undefined = name === undefined ? undefined : this.#graph.initialisers.get(name);
    if (!tensor || tensor.shape.length !== rank || this.#used.has(tensor.name) || !tensor.type.includes('float'))
      return undefined;
    this.#used.add(tensor.name);
    this.#claim(tensor, 1);
    return tensor.read();
  }

  #claim(tensor: OnnxTensor | undefined, copies: number): void {
    if (tensor) this.#allowance.take(4 * copies * tensor.shape.reduce((product, size) => product * size, 1));
  }
}

function integer({ attributes }: OnnxNode, name: string): number {
  const attribute = attributes.get(name);
  return attribute?.kind === 'integer' ? attribute.value : 0;
}

function scale({ attributes }: OnnxNode, name: string): number {
  const attribute = attributes.get(name);
  return attribute?.kind === 'float' ? attribute.value : 1;
}
